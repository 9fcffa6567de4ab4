import { Reflector } from '@nestjs/core';
import type { Role } from '../members/role.js';

export interface Need {
  readonly role: Role;
  /** What the `:id` of the route identifies. */
  readonly of: 'data room' | 'folder' | 'file';
}

/** The role that the caller must have in the data room to which the route's `:id` belongs. */
export const Needs = Reflector.createDecorator<Need>();
