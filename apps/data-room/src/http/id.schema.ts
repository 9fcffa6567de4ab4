import { z } from 'zod';

export const idSchema = z.uuid({ error: 'must be a UUID' }).transform((id) => id.toLowerCase());
