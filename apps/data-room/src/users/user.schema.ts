import { z } from 'zod';
import { nameSchema } from '../http/name.schema.js';

export const emailSchema = z
  .string()
  .max(254)
  .transform((text) => text.toLowerCase())
  .pipe(z.email({ error: 'must be an email address' }));

export const profileSchema = z.object({
  id: z.uuid(),
  email: z.email(),
  name: nameSchema,
  createdAt: z.iso.datetime(),
});
