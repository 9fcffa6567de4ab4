import { z } from 'zod';
import { idSchema } from '../http/id.schema.js';
import { jsonChange } from '../http/json-body.js';
import { nameSchema } from '../http/name.schema.js';

export const fileChange = jsonChange({ name: nameSchema.optional(), folderId: idSchema.optional() });

export const fileSchema = z.object({
  id: z.uuid(),
  dataRoomId: z.uuid(),
  folderId: z.uuid(),
  name: nameSchema,
  mimeType: z.string(),
  size: z.int().describe('in bytes'),
  sha256: z.string().describe('of the content, in hexadecimal'),
  createdAt: z.iso.datetime(),
});

export type FileChange = z.output<typeof fileChange>;
