import { Injectable, UnauthorizedException } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import type { User } from '../users/user.entity.js';
import { profileOf, UserService, type Profile } from '../users/user.service.js';
import type { Login, Registration } from './auth.schema.js';
import { hashPassword, isPassword } from './password.js';

export interface Session {
  readonly accessToken: string;
  readonly user: Profile;
}

@Injectable()
export class AuthService {
  constructor(
    private readonly users: UserService,
    private readonly tokens: JwtService,
  ) {}

  async register({ email, name, password }: Registration): Promise<Session> {
    const user = await this.users.create({ email, name, passwordHash: await hashPassword(password) });
    return this.#sessionOf(user);
  }

  async login({ email, password }: Login): Promise<Session> {
    const user = await this.users.findByEmail(email);
    const matches = await isPassword(password, user?.passwordHash);
    if (!user || !matches) throw new UnauthorizedException('Email or password is wrong.');
    return this.#sessionOf(user);
  }

  /** Whose token this is; null if it is forged or expired, or its user is gone. */
  async userOf(token: string): Promise<Profile | null> {
    let userId: string;
    try {
      ({ sub: userId } = await this.tokens.verifyAsync<{ sub: string }>(token));
    } catch {
      // Which of the many ways to be no valid token it was, nobody needs to know.
      return null;
    }
    return this.users.profile(userId);
  }

  async #sessionOf(user: User): Promise<Session> {
    return { accessToken: await this.tokens.signAsync({ sub: user.id }), user: profileOf(user) };
  }
}
