import { z } from 'zod';
import { jsonBody } from '../http/json-body.js';
import { nameSchema } from '../http/name.schema.js';
import { pageQuery, pageSchema } from '../http/page.js';
import { roles } from '../members/role.js';

export const dataRoomBody = jsonBody({ name: nameSchema });
export const dataRoomsQuery = pageQuery(z.object({ createdAt: z.iso.datetime(), id: z.uuid() }));

export const dataRoomSchema = z.object({
  id: z.uuid(),
  name: nameSchema,
  createdAt: z.iso.datetime(),
  role: z.enum(roles).describe("the caller's role"),
});
export const dataRoomPageSchema = pageSchema(dataRoomSchema);
export const dataRoomDetailSchema = dataRoomSchema.extend({
  usage: z.object({ files: z.int(), bytes: z.int() }).describe('what all its folders hold'),
});

export type DataRoomBody = z.output<typeof dataRoomBody>;
export type DataRoomsQuery = z.output<typeof dataRoomsQuery>;
