// What @CachedMany infers from the method it stands on, and what it refuses.
import { CachedMany } from '@data-room/cache';

type Is<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const check = <_T extends true>(): void => {};

interface Row {
  readonly id: string;
  readonly expires: Date;
}

type UserId = string & { readonly brand: 'user' };

export class Rows {
  readonly #secret = 'secret';
  private readonly tenant = 'a';

  @CachedMany({
    id(row) {
      check<Is<typeof row, Row>>();
      check<Is<typeof this, Rows>>();
      return row.id;
    },
    tags(row, id, deep) {
      check<Is<typeof row, Row | undefined>>();
      check<Is<typeof id, string>>();
      check<Is<typeof deep, boolean | undefined>>();
      return [row?.id ?? this.tenant, this.#secret, id];
    },
    ttl: (row) => row?.expires.getTime() ?? 60,
    scope: (id, deep) => ({ row: id, deep: String(deep) }),
    key: (id) => id.toLowerCase(),
    copy: 'freeze',
    fallback: false,
    timeout: '2s',
    name: 'rows',
  })
  async byIds(ids: readonly string[], deep?: boolean): Promise<Row[]> {
    return ids.map((id) => ({ id, expires: new Date(deep ? 1 : 0) }));
  }

  @CachedMany({ id: (row) => row.number, tags: (_row, id) => [id.toFixed(0)] })
  numbers(ids: number[]): Promise<readonly { readonly number: number }[]> {
    return Promise.resolve(ids.map((number) => ({ number })));
  }

  @CachedMany({ id: ([id]) => id, scope: ['tenant', (id, _room) => ({ user: id })] })
  protected async branded(ids: UserId[], _room: string, ..._more: number[]): Promise<[id: UserId, name: string][]> {
    return ids.map((id) => [id, 'name']);
  }

  @CachedMany({ id: (size) => size })
  async bigints(ids: bigint[]): Promise<bigint[]> {
    return ids;
  }
}

export class Refused {
  // @ts-expect-error: how would the rows be told apart?
  @CachedMany()
  async unnamed(ids: string[]): Promise<string[]> {
    return ids;
  }

  // @ts-expect-error: the ids are texts
  @CachedMany({ id: (row) => row.length })
  async wrongId(ids: string[]): Promise<string[]> {
    return ids;
  }

  // @ts-expect-error: not a list of rows
  @CachedMany({ id: (row) => row.id })
  async one(ids: string[]): Promise<{ id: string }> {
    return { id: ids.join() };
  }

  // @ts-expect-error: not a list of ids
  @CachedMany({ id: (row) => row })
  async noIds(id: string): Promise<string[]> {
    return [id];
  }

  // @ts-expect-error: an object is no id
  @CachedMany({ id: (row) => row })
  async objects(ids: { id: string }[]): Promise<{ id: string }[]> {
    return ids;
  }

  // @ts-expect-error: it may not be there
  @CachedMany({ id: (row) => row.id, tags: (row) => [row.id] })
  async absent(ids: string[]): Promise<{ id: string }[]> {
    return ids.map((id) => ({ id }));
  }

  // @ts-expect-error: there is nothing behind the ids
  @CachedMany({ id: (row) => row, tags: (_row, _id, more) => [more] })
  async tooMany(ids: string[]): Promise<string[]> {
    return ids;
  }

  // @ts-expect-error: answers at once
  @CachedMany({ id: (row) => row })
  sync(ids: string[]): string[] {
    return ids;
  }

  // @ts-expect-error: there is no instance
  @CachedMany({ id: (row) => row })
  static async fixed(ids: string[]): Promise<string[]> {
    return ids;
  }

  // @ts-expect-error: not an option
  @CachedMany({ id: (row) => row, ids: [] })
  async misspelt(ids: string[]): Promise<string[]> {
    return ids;
  }
}
