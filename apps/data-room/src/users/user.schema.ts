import { z } from 'zod';
import { nameSchema } from '../http/name.schema.js';

export const profileSchema = z.object({
  id: z.uuid(),
  email: z.email(),
  name: nameSchema,
  createdAt: z.iso.datetime(),
});
