import { ConflictException, Injectable, NotFoundException } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Cached } from '@data-room/cache';
import { DataSource, Not, Repository, type EntityManager } from 'typeorm';
import { lockDataRoom } from '../data-rooms/data-room-lock.js';
import { pageOf, type Page } from '../http/page.js';
import { User } from '../users/user.entity.js';
import { Member } from './member.entity.js';
import type { MembersQuery } from './member.schema.js';
import type { Role } from './role.js';

export interface MemberView extends Pick<Member, 'userId' | 'role' | 'createdAt'>, Pick<User, 'name' | 'email'> {}

@Injectable()
export class MemberService {
  constructor(
    private readonly dataSource: DataSource,
    @InjectRepository(Member) private readonly members: Repository<Member>,
  ) {}

  /**
   * The permission check of every request. Null for who is no member; becoming one touches the same tag. Whoever was shut out
   * a second ago is out, also when this process is cut off from the others.
   */
  @Cached({
    scope: (dataRoomId, userId) => ({ dataroom: dataRoomId, user: userId }),
    tags: (_role, dataRoomId, userId) => [`member:${dataRoomId},${userId}`],
    fallback: false,
  })
  async roleOf(dataRoomId: string, userId: string): Promise<Role | null> {
    const member = await this.members.findOneBy({ dataRoomId, userId });
    return member?.role ?? null;
  }

  /** Members come and go under their room's tag; a new name touches the user. */
  @Cached({
    scope: (dataRoomId) => ({ dataroom: dataRoomId }),
    tags: ({ items }, dataRoomId) => [
      `dataroom:${dataRoomId}`,
      ...items.flatMap(({ userId }) => [`user:${userId}`, `member:${dataRoomId},${userId}`]),
    ],
  })
  async list(dataRoomId: string, { limit, cursor }: MembersQuery): Promise<Page<MemberView>> {
    const query = this.members
      .createQueryBuilder('member')
      .innerJoinAndSelect('member.user', 'user')
      .where('member.dataRoomId = :dataRoomId', { dataRoomId });
    if (cursor) query.andWhere('(member.createdAt, member.userId) > (:createdAt, :userId)', cursor);

    const members = await query
      .orderBy('member.createdAt')
      .addOrderBy('member.userId')
      .limit(limit + 1)
      .getMany();
    return pageOf(members, limit, {
      position: ({ createdAt, userId }) => ({ createdAt, userId }),
      item: (member) => viewOf(member, member.user),
    });
  }

  /** Makes the user a member, or changes the role of one. */
  put(dataRoomId: string, userId: string, role: Role): Promise<MemberView> {
    return this.dataSource.transaction(async (manager) => {
      await lockDataRoom(manager, dataRoomId);
      const user = await manager.findOneBy(User, { id: userId });
      if (!user) throw new NotFoundException('There is no such user.');

      const known = await manager.findOneBy(Member, { dataRoomId, userId });
      if (!known) {
        const member = manager.create(Member, { dataRoomId, userId, role, createdAt: new Date() });
        await manager.insert(Member, member);
        return viewOf(member, user);
      }
      if (role !== 'owner') await this.#leaveAnOwner(manager, known);
      return viewOf(await manager.save(Member, Object.assign(known, { role })), user);
    });
  }

  remove(dataRoomId: string, userId: string): Promise<void> {
    return this.dataSource.transaction(async (manager) => {
      await lockDataRoom(manager, dataRoomId);
      const member = await manager.findOneBy(Member, { dataRoomId, userId });
      if (!member) throw new NotFoundException('There is no such member.');

      await this.#leaveAnOwner(manager, member);
      await manager.remove(member);
    });
  }

  async #leaveAnOwner(manager: EntityManager, { dataRoomId, userId, role }: Member): Promise<void> {
    if (role !== 'owner') return;
    const others = await manager.countBy(Member, { dataRoomId, role: 'owner', userId: Not(userId) });
    if (others === 0) throw new ConflictException('The last owner of a data room stays its owner.');
  }
}

function viewOf({ userId, role, createdAt }: Member, { name, email }: User): MemberView {
  return { userId, name, email, role, createdAt };
}
