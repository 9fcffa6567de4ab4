import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { PermittedRequest } from './access.guard.js';

/** The id of the data room in which the route's thing lies; only on routes that have `@Needs`. */
export const CurrentDataRoom = createParamDecorator(
  (_: unknown, context: ExecutionContext): string => context.switchToHttp().getRequest<PermittedRequest>().dataRoomId,
);
