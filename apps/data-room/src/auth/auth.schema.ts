import { z } from 'zod';
import { jsonBody } from '../http/json-body.js';
import { nameSchema } from '../http/name.schema.js';
import { emailSchema, profileSchema } from '../users/user.schema.js';

const password = z.string().min(8).max(200);

export const registerSchema = jsonBody({ email: emailSchema, name: nameSchema, password });
export const loginSchema = jsonBody({ email: emailSchema, password: z.string().max(200) });
export const sessionSchema = z.object({ accessToken: z.string(), user: profileSchema });

export type Registration = z.output<typeof registerSchema>;
export type Login = z.output<typeof loginSchema>;
