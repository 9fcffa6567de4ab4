import { ConflictException, Injectable, NotFoundException } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Cached } from '@data-room/cache';
import { DataSource, Not, Repository, type EntityManager } from 'typeorm';
import { lockDataRoom } from '../data-rooms/data-room-lock.js';
import { pageOf, type Page } from '../http/page.js';
import { User } from '../users/user.entity.js';
import { UserService, type Profile } from '../users/user.service.js';
import { Member } from './member.entity.js';
import type { Invitation, MembersQuery } from './member.schema.js';
import type { Role } from './role.js';

export interface MemberView extends Pick<Member, 'userId' | 'role' | 'createdAt'>, Pick<User, 'name' | 'email'> {}

@Injectable()
export class MemberService {
  constructor(
    private readonly dataSource: DataSource,
    @InjectRepository(Member) private readonly members: Repository<Member>,
    private readonly users: UserService,
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

  /** Members come and go under their room's tag. Their names are entries of their own, which most rooms have in common. */
  @Cached({
    scope: (dataRoomId) => ({ dataroom: dataRoomId }),
    tags: ({ items }, dataRoomId) => [
      `dataroom:${dataRoomId}`,
      ...items.map(({ userId }) => `member:${dataRoomId},${userId}`),
    ],
  })
  async list(dataRoomId: string, { limit, cursor }: MembersQuery): Promise<Page<MemberView>> {
    const query = this.members.createQueryBuilder('member').where('member.dataRoomId = :dataRoomId', { dataRoomId });
    if (cursor) query.andWhere('(member.createdAt, member.userId) > (:createdAt, :userId)', cursor);

    const members = await query
      .orderBy('member.createdAt')
      .addOrderBy('member.userId')
      .limit(limit + 1)
      .getMany();
    const profiles = await this.users.profiles(members.map(({ userId }) => userId));
    const known = new Map(profiles.map((profile) => [profile.id, profile]));
    return pageOf(members, limit, {
      position: ({ createdAt, userId }) => ({ createdAt, userId }),
      // The database has no member without a user, and no user ever goes.
      item: (member) => viewOf(member, known.get(member.userId)!),
    });
  }

  /** Makes whoever has this email a member. It changes no role: who is a member already is refused. */
  invite(dataRoomId: string, { email, role }: Invitation): Promise<MemberView> {
    return this.dataSource.transaction(async (manager) => {
      await lockDataRoom(manager, dataRoomId);
      const user = await manager.findOneBy(User, { email });
      if (!user) throw new NotFoundException('Nobody has registered with this email.');
      if (await manager.existsBy(Member, { dataRoomId, userId: user.id })) {
        throw new ConflictException('Whoever has this email is a member already.');
      }
      return this.#add(manager, { dataRoomId, user, role });
    });
  }

  /** Makes the user a member, or changes the role of one. */
  put(dataRoomId: string, userId: string, role: Role): Promise<MemberView> {
    return this.dataSource.transaction(async (manager) => {
      await lockDataRoom(manager, dataRoomId);
      const user = await manager.findOneBy(User, { id: userId });
      if (!user) throw new NotFoundException('There is no such user.');

      const known = await manager.findOneBy(Member, { dataRoomId, userId });
      if (!known) return this.#add(manager, { dataRoomId, user, role });
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

  async #add(
    manager: EntityManager,
    { dataRoomId, user, role }: Pick<Member, 'dataRoomId' | 'user' | 'role'>,
  ): Promise<MemberView> {
    const member = manager.create(Member, { dataRoomId, userId: user.id, role, createdAt: new Date() });
    await manager.insert(Member, member);
    return viewOf(member, user);
  }

  async #leaveAnOwner(manager: EntityManager, { dataRoomId, userId, role }: Member): Promise<void> {
    if (role !== 'owner') return;
    const others = await manager.countBy(Member, { dataRoomId, role: 'owner', userId: Not(userId) });
    if (others === 0) throw new ConflictException('The last owner of a data room stays its owner.');
  }
}

function viewOf({ userId, role, createdAt }: Member, { name, email }: Pick<Profile, 'name' | 'email'>): MemberView {
  return { userId, name, email, role, createdAt };
}
