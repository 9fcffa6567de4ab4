import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Role } from '../members/role.js';
import type { PermittedRequest } from './access.guard.js';

/** The caller's role in the data room of the route; only on routes that have `@Needs`. */
export const CurrentRole = createParamDecorator(
  (_: unknown, context: ExecutionContext): Role => context.switchToHttp().getRequest<PermittedRequest>().role,
);
