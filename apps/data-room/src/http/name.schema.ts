import { z } from 'zod';

const longest = 255;
// Control characters, and halves of surrogate pairs: neither comes back from a database as it went in.
const unprintable = /[\p{Cc}\p{Cs}]/u;

/** What people, rooms, folders and files are called: anything printable, kept exactly as it was given. */
export const nameSchema = z
  .string()
  .refine((name) => Array.from(name).length <= longest, {
    error: `must have at most ${longest} characters`,
    abort: true,
  })
  .refine((name) => !unprintable.test(name), { error: 'must not contain control characters' })
  .refine((name) => name.trim() !== '', { error: 'must not be empty' })
  .meta({ minLength: 1, maxLength: longest });
