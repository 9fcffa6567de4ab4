import { z } from 'zod';
import { fileSchema } from '../files/file.schema.js';
import { idSchema } from '../http/id.schema.js';
import { jsonBody, jsonChange } from '../http/json-body.js';
import { nameSchema } from '../http/name.schema.js';
import { pageQuery, pageSchema } from '../http/page.js';

const parentId = idSchema.nullable().describe('null: the root level of the data room');

export const folderBody = jsonBody({ name: nameSchema, parentId: parentId.default(null) });
export const folderChange = jsonChange({ name: nameSchema.optional(), parentId: parentId.optional() });
export const foldersQuery = pageQuery(z.object({ name: nameSchema })).extend({
  parentId: z
    .string()
    .transform((id) => id || undefined)
    .pipe(idSchema.optional())
    .optional()
    .describe('the root level, if left out'),
});
export const contentsQuery = pageQuery(z.object({ kind: z.enum(['folder', 'file']), name: nameSchema, id: z.uuid() }));

export const folderSchema = z.object({
  id: z.uuid(),
  dataRoomId: z.uuid(),
  parentId: z.uuid().nullable(),
  name: nameSchema,
  createdAt: z.iso.datetime(),
});
export const folderPageSchema = pageSchema(folderSchema);
export const contentsSchema = pageSchema(
  z.discriminatedUnion('kind', [
    folderSchema.extend({ kind: z.literal('folder') }),
    fileSchema.extend({ kind: z.literal('file') }),
  ]),
);
export const pathSchema = pageSchema(z.object({ id: z.uuid(), name: nameSchema }));

export type FolderBody = z.output<typeof folderBody>;
export type FolderChange = z.output<typeof folderChange>;
export type FoldersQuery = z.output<typeof foldersQuery>;
export type ContentsQuery = z.output<typeof contentsQuery>;
