import { z } from 'zod';

/** A page of a list that is ordered by a position: the cursor is the position of the last item, opaque to clients. */
export interface Page<T> {
  readonly items: T[];
  readonly nextCursor: string | null;
}

const largestPage = 200;
const usualPage = 50;
const longestCursor = 2000;

/** What a list takes from the query string, where `cursor=` is as good as no cursor; `position` is what a cursor holds. */
export const pageQuery = <P extends z.ZodType>(position: P) =>
  z.object({
    limit: z
      .string()
      .regex(/^\d{0,3}$/, { error: `must be a whole number from 1 to ${largestPage}` })
      .transform((limit) => (limit === '' ? usualPage : Number(limit)))
      .refine((limit) => limit >= 1 && limit <= largestPage, { error: `must be from 1 to ${largestPage}` })
      .default(usualPage)
      .describe(`from 1 to ${largestPage}; ${usualPage} unless said otherwise`),
    cursor: z
      .string()
      .max(longestCursor)
      .transform((cursor, context) => {
        if (cursor === '') return undefined;
        const parsed = position.safeParse(decode(cursor));
        if (parsed.success) return parsed.data;
        context.addIssue({ code: 'custom', message: 'is none that this list has given out' });
        return z.NEVER;
      })
      .optional()
      .describe('the nextCursor of the page before'),
  });

/** `rows` are up to `limit + 1`: the one too many says that there is more. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  { position, item }: { position: (row: Row) => object; item: (row: Row) => Item },
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(item),
    nextCursor: rows.length > limit && last ? encode(position(last)) : null,
  };
}

export const pageSchema = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

const encode = (position: object): string => Buffer.from(JSON.stringify(position)).toString('base64url');

function decode(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    // Not JSON: no position either, and the schema says so.
    return undefined;
  }
}
