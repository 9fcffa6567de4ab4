import { ForbiddenException, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { AuthenticatedRequest } from '../auth/auth.guard.js';
import { UserService } from '../users/user.service.js';

/** Runs behind the guard that finds out who is asking. */
@Injectable()
export class AdministratorGuard implements CanActivate {
  constructor(private readonly users: UserService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { user } = context.switchToHttp().getRequest<AuthenticatedRequest>();
    if (await this.users.isAdministrator(user)) return true;
    throw new ForbiddenException(
      'This is for administrators: those whom ADMINISTRATORS names, or whoever registered first.',
    );
  }
}
