import { randomUUID } from 'node:crypto';
import { ConflictException, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Cached, CachedMany } from '@data-room/cache';
import { In, Repository } from 'typeorm';
import { isUniqueViolation } from '../database/violation.js';
import { Environment } from '../environment.js';
import { User } from './user.entity.js';

/** What others may know of a user. */
export type Profile = Pick<User, 'id' | 'email' | 'name' | 'createdAt'>;

@Injectable()
export class UserService {
  constructor(
    @InjectRepository(User) private readonly users: Repository<User>,
    private readonly environment: Environment,
  ) {}

  /** Asked for by each request, to know whose token it carries. */
  @Cached({ scope: (id) => ({ user: id }), tags: (_profile, id) => [`user:${id}`], fallback: false })
  async profile(id: string): Promise<Profile | null> {
    const user = await this.users.findOneBy({ id });
    return user && profileOf(user);
  }

  /** May they see what is cached of everybody, and steer it? */
  async isAdministrator({ id, email }: Profile): Promise<boolean> {
    return this.environment.administrators?.includes(email) ?? (await this.idOfFirst()) === id;
  }

  @Cached({ scope: 'everyone', tags: ['type:user'], fallback: false })
  async idOfFirst(): Promise<string | null> {
    const [first] = await this.users.find({ select: { id: true }, order: { createdAt: 'ASC', id: 'ASC' }, take: 1 });
    return first?.id ?? null;
  }

  /** For lists of people, of which a new name changes one. */
  @CachedMany({ id: ({ id }) => id, scope: 'everyone', tags: (_profile, id) => [`user:${id}`] })
  async profiles(ids: readonly string[]): Promise<Profile[]> {
    const users = await this.users.findBy({ id: In([...ids]) });
    return users.map(profileOf);
  }

  /** With the password's hash, therefore never cached. */
  findByEmail(email: string): Promise<User | null> {
    return this.users.findOneBy({ email });
  }

  async create(given: Pick<User, 'email' | 'name' | 'passwordHash'>): Promise<User> {
    const user = this.users.create({ ...given, id: randomUUID(), createdAt: new Date() });
    try {
      await this.users.insert(user);
    } catch (error) {
      if (isUniqueViolation(error)) throw new ConflictException('Somebody has registered with this email already.');
      throw error;
    }
    return user;
  }
}

export const profileOf = ({ id, email, name, createdAt }: User): Profile => ({ id, email, name, createdAt });
