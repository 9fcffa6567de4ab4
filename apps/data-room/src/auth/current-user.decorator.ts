import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Profile } from '../users/user.service.js';
import type { AuthenticatedRequest } from './auth.guard.js';

export const CurrentUser = createParamDecorator(
  (_: unknown, context: ExecutionContext): Profile => context.switchToHttp().getRequest<AuthenticatedRequest>().user,
);
