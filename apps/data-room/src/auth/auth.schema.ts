import { z } from 'zod';
import { jsonBody } from '../http/json-body.js';
import { nameSchema } from '../http/name.schema.js';
import { profileSchema } from '../users/user.schema.js';

const email = z
  .string()
  .max(254)
  .transform((text) => text.toLowerCase())
  .pipe(z.email({ error: 'must be an email address' }));
const password = z.string().min(8).max(200);

export const registerSchema = jsonBody({ email, name: nameSchema, password });
export const loginSchema = jsonBody({ email, password: z.string().max(200) });
export const sessionSchema = z.object({ accessToken: z.string(), user: profileSchema });

export type Registration = z.output<typeof registerSchema>;
export type Login = z.output<typeof loginSchema>;
