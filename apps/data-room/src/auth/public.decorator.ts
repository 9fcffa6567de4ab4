import { Reflector } from '@nestjs/core';

/** A route, or all routes of a controller, that need no token. */
export const Public = Reflector.createDecorator<boolean | undefined, boolean>({ transform: (value) => value ?? true });
