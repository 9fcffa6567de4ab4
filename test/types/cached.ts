// What @Cached infers from the method it stands on, and what it refuses.
import { Cached } from '@data-room/cache';

type Is<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const check = <_T extends true>(): void => {};

interface Row {
  readonly id: string;
  readonly expires: Date;
}

abstract class Repository<Entity extends Row> {
  protected readonly table: string = 'rows';
  abstract load(id: string): Promise<Entity>;

  @Cached({ tags: (entity, id) => [entity.id, id], ttl: (entity) => entity.expires.getTime() })
  async find(id: string): Promise<Entity> {
    return this.load(id);
  }
}

export class Rows extends Repository<Row & { readonly size: number }> {
  readonly #secret = 'secret';
  private readonly tenant = 'a';

  override async load(id: string) {
    return { id, expires: new Date(0), size: 1 };
  }

  @Cached({
    key(id, deep) {
      check<Is<typeof id, string>>();
      check<Is<typeof deep, boolean | undefined>>();
      check<Is<typeof this, Rows>>();
      return [this.tenant, this.#secret, id];
    },
    tags(result, id) {
      check<Is<typeof result, { id: string; size: number } | null>>();
      check<Is<typeof id, string>>();
      return [result?.id ?? this.tenant];
    },
    ttl: (result) => (result === null ? 0 : '5m'),
  })
  async optional(id: string, deep?: boolean): Promise<{ id: string; size: number } | null> {
    return deep ? null : { id, size: 1 };
  }

  @Cached({ key: (query) => query.folder, tags: (rows, query) => [...rows.map(({ id }) => id), query.folder] })
  async partial(query: { folder: string }, _signal: AbortSignal) {
    return [{ id: query.folder }];
  }

  @Cached({ tags: (count, prefix, ...ids) => [prefix, ...ids.map((id) => id.toFixed(count))] })
  async rest(prefix: string, ...ids: number[]): Promise<number> {
    return prefix.length + ids.length;
  }

  @Cached({ tags: (items) => [String(items.length)] })
  async generic<Item>(items: Item[]): Promise<Item[]> {
    return items;
  }

  overloaded(id: string): Promise<string>;
  overloaded(id: number): Promise<string>;
  @Cached({ tags: (text, id) => [text.trim(), String(id)] })
  async overloaded(id: string | number): Promise<string> {
    return String(id);
  }

  @Cached()
  override find(id: string) {
    return super.find(id);
  }

  @Cached({ tags: ['rows'], ttl: 60, timeout: '2s', copy: 'freeze', name: 'rows' })
  async plain(): Promise<void> {}

  @Cached({
    scope(id, deep) {
      check<Is<typeof id, number>>();
      check<Is<typeof deep, boolean | undefined>>();
      check<Is<typeof this, Rows>>();
      return { tenant: this.tenant, secret: this.#secret, id, big: 1n };
    },
    tags: (rows, id) => [rows.join(), String(id)],
  })
  async scoped(id: number, deep?: boolean): Promise<number[]> {
    return deep ? [id] : [];
  }

  @Cached({ scope: ['user', (query) => ({ folder: query.folder })], tags: (_rows, { folder }) => [folder] })
  async scopes(query: { folder: string }): Promise<string> {
    return query.folder;
  }

  @Cached({ scope: 'everyone' })
  async everyone(): Promise<void> {}

  @Cached({ scope: (items) => ({ count: items.length }) })
  async scopedGeneric<Item>(items: Item[]): Promise<Item[]> {
    return items;
  }

  @Cached({ tags: (result) => [...result.keys()] })
  protected async hidden(): Promise<Map<string, number>> {
    return new Map();
  }
}

export class Refused {
  private readonly tenant = 'a';

  // @ts-expect-error: a method that answers at once has nothing to gain
  @Cached()
  sync(): number {
    return 1;
  }

  // @ts-expect-error: nor may it sometimes
  @Cached()
  sometimes(now: boolean): number | Promise<number> {
    return now ? 1 : Promise.resolve(1);
  }

  // @ts-expect-error: there is no instance
  @Cached()
  static async fixed(): Promise<number> {
    return 1;
  }

  // @ts-expect-error: a getter is no method
  @Cached()
  get value(): Promise<number> {
    return Promise.resolve(1);
  }

  // @ts-expect-error: tags are texts
  @Cached({ tags: [1] })
  async numbers(): Promise<void> {}

  // @ts-expect-error: a list of them
  @Cached({ tags: 'row' })
  async text(): Promise<void> {}

  // @ts-expect-error: known at once
  @Cached({ tags: async () => ['row'] })
  async promised(): Promise<void> {}

  // @ts-expect-error: the id is a number
  @Cached({ tags: (_row, id) => [id] })
  async wrongTag(_id: number): Promise<void> {}

  // @ts-expect-error: there is one parameter
  @Cached({ key: (one, two) => [one, two] })
  async tooMany(_one: number): Promise<void> {}

  // @ts-expect-error: the result has no such property
  @Cached({ ttl: (row) => row.age })
  async noAge(): Promise<{ name: string }> {
    return { name: this.tenant };
  }

  @Cached({
    key() {
      // @ts-expect-error: nor has the instance
      return this.nothing;
    },
  })
  async noThis(): Promise<void> {}

  // @ts-expect-error: not a length of time
  @Cached({ ttl: '5 minutes' })
  async minutes(): Promise<void> {}

  // @ts-expect-error: not a way to copy
  @Cached({ copy: 'frozen' })
  async frozen(): Promise<void> {}

  // @ts-expect-error: it may be nobody
  @Cached({ scope: (id) => ({ user: id }) })
  async nobody(_id?: string): Promise<void> {}

  // @ts-expect-error: an object has no canonical text
  @Cached({ scope: (user) => ({ user }) })
  async whole(_user: { id: string }): Promise<void> {}

  // @ts-expect-error: of which name?
  @Cached({ scope: (id) => id })
  async nameless(_id: string): Promise<void> {}

  // @ts-expect-error: known at once
  @Cached({ scope: async (id) => ({ user: id }) })
  async later(_id: string): Promise<void> {}

  // @ts-expect-error: there is one parameter
  @Cached({ scope: (one, two) => ({ one, two }) })
  async others(_one: number): Promise<void> {}

  // @ts-expect-error: not an option
  @Cached({ tag: ['row'] })
  async misspelt(): Promise<void> {}

  @Cached({
    warm: {
      calls() {
        return this.ids.map((id): [string] => [id]);
      },
    },
    refreshAhead: 0.3,
  })
  async warmed(_id: string): Promise<void> {}

  // @ts-expect-error: a call has its arguments
  @Cached({ warm: { calls: () => [[7]] } })
  async called(_id: string): Promise<void> {}

  // @ts-expect-error: which calls?
  @Cached({ warm: { every: '1h' } })
  async often(): Promise<void> {}

  readonly ids: readonly string[] = [];
}
