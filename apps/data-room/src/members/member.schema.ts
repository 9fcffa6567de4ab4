import { z } from 'zod';
import { jsonBody } from '../http/json-body.js';
import { nameSchema } from '../http/name.schema.js';
import { pageQuery, pageSchema } from '../http/page.js';
import { emailSchema } from '../users/user.schema.js';
import { roles } from './role.js';

export const memberBody = jsonBody({ role: z.enum(roles) });
export const invitation = jsonBody({ email: emailSchema, role: z.enum(roles) });
export const membersQuery = pageQuery(z.object({ createdAt: z.iso.datetime(), userId: z.uuid() }));

export const memberSchema = z.object({
  userId: z.uuid(),
  name: nameSchema,
  email: z.email(),
  role: z.enum(roles),
  createdAt: z.iso.datetime(),
});
export const memberPageSchema = pageSchema(memberSchema);

export type MemberBody = z.output<typeof memberBody>;
export type Invitation = z.output<typeof invitation>;
export type MembersQuery = z.output<typeof membersQuery>;
