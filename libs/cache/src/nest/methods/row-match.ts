type IdOfRow = (row: unknown) => unknown;

/** Rows that cannot be told apart by their ids: nobody can say which of them was asked for. */
export class RowMismatch extends Error {}

export interface MatchedRows {
  /** One for each id; undefined: there is none. */
  readonly rows: readonly unknown[];
  /** How many rows nobody asked for. */
  readonly strangers: number;
}

/** Which row belongs to which of the ids, none of which is there twice. Throws RowMismatch. */
export function matched(ids: readonly unknown[], given: unknown, idOf: IdOfRow): MatchedRows {
  if (!Array.isArray(given)) throw new RowMismatch('The method gave no list of rows.');
  const places = new Map(ids.map((id, at) => [id, at]));
  const alike = new Map(ids.map((id, at) => [textOf(id), at]));
  const rows: unknown[] = ids.map(() => undefined);
  let strangers = 0;
  for (const row of given as unknown[]) {
    const id = idIn(row, idOf);
    const at = places.get(id) ?? alike.get(textOf(id));
    if (at === undefined) strangers++;
    else if (rows[at] === undefined) rows[at] = row;
    else throw new RowMismatch('The method gave two rows for one id. A row is an entry of its own: group them.');
  }
  if (alike.size < ids.length && rows.includes(undefined))
    throw new RowMismatch('Of two ids that only differ in how they are spelled one has no row.');
  return { rows, strangers };
}

function idIn(row: unknown, idOf: IdOfRow): unknown {
  try {
    return idOf(row);
  } catch (error) {
    throw new RowMismatch('It threw.', { cause: error });
  }
}

/** A database may give an id in another spelling than it was asked for, as with tags: a uuid in lower case, a number for a text. */
function textOf(id: unknown): unknown {
  return typeof id === 'string' || typeof id === 'number' || typeof id === 'bigint' ? String(id).toLowerCase() : id;
}
