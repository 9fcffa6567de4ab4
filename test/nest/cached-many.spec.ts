// Methods that take ids and give rows: each row is an entry of its own, and what is missing is loaded by one call.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cache, Cached, CachedMany, type CacheEvent } from '@data-room/cache';
import type { Runtime } from '../../libs/cache/src/core/runtime.js';
import { giveRuntime } from '../../libs/cache/src/nest/methods/method.js';
import { RUNTIME } from '../../libs/cache/src/nest/tokens.js';
import { core } from '../support/core.js';
import { Deferred } from '../support/deferred.js';
import { Dice } from '../support/ledger.js';
import { boot, closeAll } from './boot.js';

interface User {
  readonly id: string;
  readonly name: string;
}

@Injectable()
class Users {
  readonly table = new Map<string, string>();
  /** The ids of each call. */
  readonly calls: string[] = [];
  /** What a call waits for before it looks at its rows, and before it gives them. */
  before: Deferred<void> | undefined;
  behind: Deferred<void> | undefined;
  /** Who asks for this gets an error. */
  broken: string | undefined;
  errors = Infinity;

  @CachedMany({ id: ({ id }) => id, tags: (_user, id) => [`user:${id}`] })
  async byIds(ids: readonly string[]): Promise<User[]> {
    return this.found(ids);
  }

  @CachedMany({
    id: (user) => user.id,
    tags: (user, id, room) => [`user:${id}`, `room:${room}:${user === undefined ? 'absent' : 'there'}`],
    ttl: (user) => (user === undefined ? 0 : '1m'),
    copy: 'freeze',
  })
  async inRoom(ids: string[], room: string): Promise<User[]> {
    return (await this.found(ids)).map(({ id, name }) => ({ id, name: `${name} in ${room}` }));
  }

  @CachedMany({ id: (user) => user.id, scope: (id) => ({ user: id }) })
  async own(ids: string[]): Promise<User[]> {
    return this.found(ids);
  }

  @CachedMany({ id: (user) => user.id })
  async greeted(ids: string[]): Promise<User[]> {
    const greeting = await this.greeting();
    return (await this.found(ids)).map(({ id, name }) => ({ id, name: `${greeting} ${name}` }));
  }

  /** With the help of a row that holds for one user only. */
  @CachedMany({ id: (user) => user.id, scope: (id) => ({ user: id }) })
  async helped(ids: string[]): Promise<User[]> {
    await this.own(['a']);
    return this.found(ids);
  }

  @Cached({ tags: ['greeting'] })
  async greeting(): Promise<string> {
    this.calls.push('greeting');
    return this.table.get('greeting') ?? 'hello';
  }

  @Cached()
  async names(...ids: string[]): Promise<string> {
    return (await this.byIds(ids)).map(({ name }) => name).join();
  }

  @Cached()
  async careless(id: string): Promise<string> {
    try {
      const [own] = await this.own([id]);
      return own!.name;
    } catch {
      return 'nobody';
    }
  }

  /** Asks for itself while it loads. */
  @CachedMany({ id: (user) => user.id })
  async knotted(ids: string[]): Promise<User[]> {
    if (!ids.includes('end')) await this.knotted([...ids, 'end']);
    return this.found(ids);
  }

  @CachedMany({ id: (user) => user.id, tags: (_user, id) => [`user:${id}`] })
  async overlapping(ids: string[]): Promise<User[]> {
    await new Promise(setImmediate);
    return this.found(ids);
  }

  @CachedMany({ id: (user) => user.id })
  async strange(ids: string[]): Promise<User[]> {
    return [{ id: 'stranger', name: 'nobody asked for' }, ...(await this.found(ids))];
  }

  @CachedMany({
    id: (user) => {
      if (user.id === 'throws') throw new Error('no id');
      return user.id === 'twice' ? 'a' : user.id;
    },
  })
  async clumsy(ids: string[]): Promise<User[]> {
    return this.found(ids);
  }

  /** As PostgreSQL takes a uuid. */
  @CachedMany({ id: (user) => user.id })
  async spelled(ids: string[]): Promise<User[]> {
    return this.found(ids.map((id) => id.toLowerCase()));
  }

  @CachedMany({ id: (user) => user.id })
  async unencodable(ids: string[], _signal: AbortSignal): Promise<User[]> {
    return this.found(ids);
  }

  @CachedMany({
    id: (user) => user.id,
    tags: () => {
      throw new Error('no tags');
    },
  })
  async untagged(ids: string[]): Promise<User[]> {
    return this.found(ids);
  }

  async found(ids: readonly string[]): Promise<User[]> {
    this.calls.push([...ids].join());
    await this.before?.promise;
    if (this.broken !== undefined && ids.includes(this.broken) && this.errors-- > 0)
      throw new Error('This row is broken.');
    // In an order of its own, as databases do.
    const rows = [...this.table].filter(([id]) => ids.includes(id)).map(([id, name]) => ({ id, name }));
    await this.behind?.promise;
    return rows;
  }
}

let users: Users;
let cache: Cache;
let events: CacheEvent[];

async function start(options: Parameters<typeof boot>[1] = {}) {
  const app = await boot({ providers: [Users] }, options);
  users = app.get(Users);
  cache = app.get(Cache);
  events = [];
  for (const kind of ['misdeclared', 'confined', 'refused', 'fault'] as const)
    cache.on(kind, (event) => events.push(event));
  for (const id of ['a', 'b', 'c', 'd']) users.table.set(id, `name of ${id}`);
  return app;
}

beforeEach(() => start());
afterEach(closeAll);

const names = (rows: readonly User[]) => rows.map(({ name }) => name.replace('name of ', '')).join();
const statistics = (name: string) => cache.statistics().methods.find((one) => one.name === name)!;

describe('@CachedMany', () => {
  it('loads what is missing in one call, and gives the rows in the order of the ids, as often as asked for', async () => {
    expect(names(await users.byIds(['c', 'a', 'c']))).toBe('c,a,c');
    expect(names(await users.byIds(['d', 'c', 'b', 'a', 'd']))).toBe('d,c,b,a,d');
    expect(names(await users.byIds(['b', 'd', 'c', 'a']))).toBe('b,d,c,a');

    expect(users.calls).toEqual(['c,a', 'd,b']);
    expect(await users.byIds([])).toEqual([]);
    expect(users.calls).toHaveLength(2);
  });

  it('remembers that there is no row, until one is there', async () => {
    expect(names(await users.byIds(['a', 'x', 'b']))).toBe('a,b');
    expect(names(await users.byIds(['x', 'b']))).toBe('b');
    expect(users.calls).toEqual(['a,x,b']);

    users.table.set('x', 'name of x');
    await cache.invalidateTags(['user:x']);
    expect(names(await users.byIds(['x', 'b', 'a']))).toBe('x,b,a');
    expect(users.calls).toEqual(['a,x,b', 'x']);
  });

  it('loads only the row that has changed', async () => {
    await users.byIds(['a', 'b', 'c']);
    users.table.set('b', 'new');
    await cache.invalidateTags(['user:b']);

    expect(names(await users.byIds(['a', 'b', 'c']))).toBe('a,new,c');
    expect(users.calls).toEqual(['a,b,c', 'b']);
  });

  it('gives everybody copies of his own, and what is frozen to all', async () => {
    const [mine] = await users.byIds(['a']);
    Object.assign(mine!, { name: 'changed' });
    const [[one], [other]] = [await users.byIds(['a']), await users.byIds(['a'])];
    expect([one, other]).toEqual([
      { id: 'a', name: 'name of a' },
      { id: 'a', name: 'name of a' },
    ]);
    expect(one).not.toBe(other);

    const [[frozen], [same]] = [await users.inRoom(['a'], 'one'), await users.inRoom(['a'], 'one')];
    expect(frozen).toBe(same);
    expect(Object.isFrozen(frozen)).toBe(true);
  });

  it('keeps rows apart by what stands behind the ids, and asks tags and ttl about each row with all of it', async () => {
    expect(names(await users.inRoom(['a', 'x'], 'one'))).toBe('a in one');
    expect(names(await users.inRoom(['a'], 'two'))).toBe('a in two');
    await users.inRoom(['a'], 'one');
    expect(users.calls).toEqual(['a,x', 'a']);

    await users.inRoom(['x'], 'one');
    expect(users.calls).toHaveLength(3);
    await cache.invalidateTags(['room:one:there']);
    await users.inRoom(['a'], 'one');
    await users.inRoom(['a'], 'two');
    expect(users.calls).toEqual(['a,x', 'a', 'x', 'a']);
  });

  it('counts each row as one read, and one load', async () => {
    await users.byIds(['a', 'b', 'x', 'a']);
    await users.byIds(['a', 'c']);

    expect(statistics('Users.byIds')).toMatchObject({ hits: 1, misses: { cold: 4 }, failedLoads: 0, joined: 0 });
    expect(statistics('Users.byIds').loads.count).toBe(2);
  });

  it('I12: within a transaction asks the source for all, keeps nothing, and gives the rows in the same order', async () => {
    const app = await start();
    const { transactions } = app.get<Runtime>(RUNTIME);
    await users.byIds(['a', 'b']);
    const transaction = transactions.begin();
    await transactions.run(transaction, async () => {
      users.table.set('b', 'uncommitted');
      expect(names(await users.byIds(['b', 'x', 'a', 'b']))).toBe('uncommitted,a,uncommitted');
    });
    users.table.set('b', 'name of b');
    await transaction.settle('rolled back');

    expect(names(await users.byIds(['a', 'b']))).toBe('a,b');
    expect(users.calls).toEqual(['a,b', 'b,x,a,b']);
    expect(statistics('Users.byIds').misses['in transaction']).toBe(3);
  });

  it('is the same method with the cache switched off, and without Nest', async () => {
    await start({ enabled: false });
    expect(names(await users.byIds(['c', 'x', 'a', 'c']))).toBe('c,a,c');
    expect(names(await users.byIds(['c']))).toBe('c');
    expect(users.calls).toEqual(['c,x,a,c', 'c']);
    expect(statistics('Users.byIds').misses.disabled).toBe(4);

    const bare = new Users();
    bare.table.set('a', 'name of a').set('b', 'name of b');
    expect(names(await bare.byIds(['b', 'a', 'b']))).toBe('b,a,b');
  });
});

describe('rows that are loaded at the same time', () => {
  it('are loaded once: whoever asks for some of them waits for those, and loads the others', async () => {
    users.behind = new Deferred();
    const calls = [users.byIds(['a', 'b']), users.byIds(['b', 'c']), users.byIds(['c', 'a']), users.byIds(['b'])];
    await new Promise(setImmediate);
    expect(users.calls).toEqual(['a,b', 'c']);
    users.behind.resolve();

    expect((await Promise.all(calls)).map(names)).toEqual(['a,b', 'b,c', 'c,a', 'b']);
    expect(users.calls).toHaveLength(2);
    expect(statistics('Users.byIds')).toMatchObject({ joined: 4, misses: { cold: 3 } });
  });

  it('I9: whoever arrives after a change takes no load that began before it', async () => {
    users.behind = new Deferred();
    const [before, behind] = [users.byIds(['a', 'b']), users.behind];
    await new Promise(setImmediate);
    users.table.set('a', 'new');
    await cache.invalidateTags(['user:a']);
    users.behind = undefined;
    const after = users.byIds(['b', 'a']);
    behind.resolve();

    expect(names(await before)).toBe('a,b');
    expect(names(await after)).toBe('b,new');
    expect(names(await users.byIds(['a', 'b']))).toBe('new,b');
  });

  it('I9: whoever arrives after a change gets no error of a load that began before it', async () => {
    users.before = new Deferred();
    Object.assign(users, { broken: 'a', errors: 1 });
    const before = users.byIds(['a', 'b']);
    const failed = Promise.allSettled([before]);
    await new Promise(setImmediate);
    const after = cache.invalidateTags(['user:a']).then(() => users.byIds(['b', 'a']));
    await new Promise(setImmediate);
    users.before.resolve();

    expect(await failed).toMatchObject([{ status: 'rejected' }]);
    expect(names(await after)).toBe('b,a');
  });

  it('I11: what changed while it was loaded is not kept', async () => {
    users.behind = new Deferred();
    const one = users.byIds(['a', 'b']);
    await new Promise(setImmediate);
    users.table.set('a', 'new');
    await cache.invalidateTags(['user:a']);
    users.behind.resolve();
    await one;

    expect(names(await users.byIds(['a', 'b']))).toBe('new,b');
    expect(users.calls).toEqual(['a,b', 'a']);
  });

  it('I33: a row that has changed while others were loaded is loaded with them again, so that all are of one instant', async () => {
    await users.byIds(['a']);
    users.before = new Deferred();
    const both = users.byIds(['a', 'b']);
    await new Promise(setImmediate);
    // One transaction writes both.
    users.table.set('a', 'both').set('b', 'both');
    await cache.invalidateTags(['user:a', 'user:b']);
    users.before.resolve();

    expect(names(await both)).toBe('both,both');
    expect(users.calls).toEqual(['a', 'b', 'a,b']);
    expect(names(await users.byIds(['b', 'a']))).toBe('both,both');
    expect(users.calls).toHaveLength(3);
  });

  it('an error fails those who asked for all that was loaded with it, and is nobody else’s', async () => {
    users.before = new Deferred();
    users.broken = 'a';
    const calls = [['a', 'b'], ['b', 'a', 'c'], ['b'], ['c', 'b']].map((ids) => users.byIds(ids));
    const ended = Promise.allSettled(calls);
    await new Promise(setImmediate);
    expect(users.calls).toEqual(['a,b', 'c']);
    users.before.resolve();

    expect((await ended).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled', 'fulfilled']);
    expect(users.calls).toEqual(['a,b', 'c', 'b', 'b']);
    expect(statistics('Users.byIds').failedLoads).toBe(1);
    users.broken = undefined;
    expect(names(await users.byIds(['a', 'b', 'c']))).toBe('a,b,c');
  });

  it('a load that asks for its own rows does not wait for itself', async () => {
    users.table.set('end', 'name of end');

    expect(names(await users.knotted(['a', 'b']))).toBe('a,b');
    expect(users.calls).toEqual(['a,b,end', 'a,b']);
  });
});

describe('what helps to make rows', () => {
  it('is inherited by each of them, and by whoever is made with the help of rows', async () => {
    expect(names(await users.greeted(['a', 'b']))).toBe('hello a,hello b');
    expect(await users.names('a', 'x')).toBe('name of a');
    users.table.set('greeting', 'good day').set('x', 'name of x');
    await cache.invalidateTags(['greeting']);
    expect(names(await users.greeted(['b']))).toBe('good day b');

    await cache.invalidateTags(['user:x']);
    expect(await users.names('a', 'x')).toBe('name of a,name of x');
    users.table.set('a', 'new');
    await cache.invalidateTags(['user:a']);
    expect(await users.names('a', 'x')).toBe('new,name of x');
  });

  it('I28: a row is kept only for whom everything holds that helped it', async () => {
    await users.helped(['a', 'b']);
    users.calls.length = 0;
    await users.helped(['a']);
    expect(users.calls).toEqual([]);
    await users.helped(['b']);

    expect(users.calls).toEqual(['b']);
    expect(events.map(({ kind }) => kind)).toEqual(['confined', 'confined']);
  });

  it('I28: an error of rows that hold for some is no reason to keep something for everybody', async () => {
    users.broken = 'a';
    expect(await users.careless('a')).toBe('nobody');
    users.broken = undefined;

    expect(await users.careless('a')).toBe('name of a');
  });

  it('has one scope for each row, which is a part of its key', async () => {
    await users.own(['a', 'b']);
    await cache.invalidateTags(['scope:user=a']);
    await users.own(['a', 'b']);

    expect(users.calls).toEqual(['a,b', 'a']);
  });
});

describe('overlapping batches', () => {
  it('never wait for each other in a circle, and give what there is', async () => {
    // Nobody turns the clock, which is what would end a circle after ten seconds.
    const whole = core();
    const many = new Users();
    giveRuntime(many, whole as unknown as Runtime);
    const dice = new Dice(7);
    const ids = Array.from({ length: 12 }, (_, at) => `id ${at}`);
    for (const id of ids) many.table.set(id, id);
    let rounds = 0;
    const reader = async () => {
      for (let left = 60; left > 0; left--) {
        const asked = Array.from({ length: 1 + dice.below(6) }, () => dice.pick(ids));
        const rows = await many.overlapping(asked);
        expect(rows.map(({ id }) => id)).toEqual(asked);
        if (dice.below(3) === 0) await whole.cache.invalidateTags([`user:${dice.pick(ids)}`]);
        if (dice.below(3) === 0) await new Promise(setImmediate);
        rounds++;
      }
    };

    const ended = Promise.all(Array.from({ length: 20 }, reader));
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 30_000).unref())]);

    expect(rounds).toBe(20 * 60);
    const { joined, hits } = whole.insight.counts.of('Users.overlapping');
    expect(Math.min(joined, hits)).toBeGreaterThan(300);
  });
});

describe('a method that does not give what it should', () => {
  const told = () => events.map((event) => event.kind === 'misdeclared' && event.part);

  it('is answered without rows that nobody asked for', async () => {
    expect(names(await users.strange(['a', 'b']))).toBe('a,b');
    expect(told()).toEqual(['id']);
    await users.strange(['a', 'b']);
    expect(users.calls).toEqual(['a,b']);
  });

  it('keeps nothing if such a row may be the one that is missing', async () => {
    expect(names(await users.strange(['a', 'x']))).toBe('a');
    users.table.set('x', 'name of x');
    expect(names(await users.strange(['a', 'x']))).toBe('a,x');
  });

  it('is answered by its source when an id cannot be told, or two rows have the same', async () => {
    for (const ids of [
      ['a', 'throws'],
      ['a', 'twice'],
    ]) {
      users.calls.length = 0;
      users.table.set('throws', 'name of throws').set('twice', 'name of twice');
      const expected = await users.found(ids);
      for (let round = 1; round <= 2; round++) expect(await users.clumsy(ids)).toEqual(expected);
      expect(users.calls.filter((call) => call === ids.join())).toHaveLength(5);
    }
    expect(told()).toEqual(['id', 'id', 'id', 'id']);
  });

  it('does not lose a row whose id is spelled in another way than it was asked for', async () => {
    users.table.set('00aa', 'name of 00aa');
    for (let round = 1; round <= 2; round++) expect(names(await users.spelled(['00AA', 'b']))).toBe('00aa,b');
    expect(users.calls).toEqual(['00aa,b']);
    expect(names(await users.spelled(['00AA', '00aa']))).toBe('00aa,00aa');
    expect(events).toEqual([]);
  });

  it.each([
    ['its key cannot be told', () => users.unencodable(['a'], new AbortController().signal), 'key'],
    ['its tags cannot be told', () => users.untagged(['a', 'b']), 'tags'],
  ])('is answered by its source each time when %s', async (_what, call, part) => {
    for (let round = 1; round <= 2; round++) expect(names(await call())).toMatch(/^a/);

    expect(users.calls).toHaveLength(2);
    expect(new Set(told())).toEqual(new Set([part]));
  });
});

describe('what @CachedMany shares with @Cached', () => {
  class Rows {
    readonly calls: string[] = [];

    @CachedMany({ id: (row) => row })
    async byIds(ids: string[]): Promise<string[]> {
      this.calls.push(ids.join());
      return ids;
    }
  }

  @Injectable()
  class Some extends Rows {}

  @Injectable()
  class Others extends Rows {
    @CachedMany({ id: (row) => row })
    override async byIds(ids: string[]): Promise<string[]> {
      return super.byIds(ids);
    }
  }

  @Injectable()
  class Namesake {
    @Cached({ name: 'Some.Rows.byIds' })
    async other(): Promise<string> {
      return 'other';
    }
  }

  it('two services that inherit one method keep their rows apart, and so do a method and its super', async () => {
    const app = await boot({ providers: [Some, Others] });
    const both = [app.get(Some), app.get(Others)];
    for (const rows of both) for (let round = 1; round <= 2; round++) expect(await rows.byIds(['a'])).toEqual(['a']);

    expect(both.map(({ calls }) => calls)).toEqual([['a'], ['a']]);
    const counted = app.get(Cache).statistics().methods;
    expect(counted.map(({ name }) => name).sort()).toEqual(['Others.Rows.byIds', 'Others.byIds', 'Some.Rows.byIds']);
  });

  it('a name that is taken stops the boot', async () => {
    await expect(boot({ providers: [Some, Namesake] })).rejects.toMatchObject({ code: 'CACHE_NAME_TAKEN' });
  });

  it('requireScope asks for whom its rows hold, and one of whom that cannot be said is an error', async () => {
    const refused = boot({ providers: [Some] }, { requireScope: true });
    await expect(refused).rejects.toMatchObject({ code: 'CACHE_SCOPE_REQUIRED' });

    @Injectable()
    class Mine {
      @CachedMany({ id: (row) => row, scope: 'user' })
      async byIds(ids: string[]): Promise<string[]> {
        return ids;
      }
    }
    const app = await boot({ providers: [Mine] }, { requireScope: true });
    await expect(app.get(Mine).byIds(['a'])).rejects.toMatchObject({ code: 'CACHE_SCOPE_UNKNOWN' });
    expect(await app.get(Cache).within({ user: 7 }, () => app.get(Mine).byIds(['a']))).toEqual(['a']);
  });

  it('no id is asked for without a function that tells it', () => {
    const decorate = () => {
      class Wrong {
        async byIds(ids: string[]): Promise<string[]> {
          return ids;
        }
      }
      const descriptor = Object.getOwnPropertyDescriptor(Wrong.prototype, 'byIds')!;
      (CachedMany as (options: object) => MethodDecorator)({})(Wrong.prototype, 'byIds', descriptor);
    };

    expect(decorate).toThrow(expect.objectContaining({ code: 'CACHE_OPTIONS_INVALID' }));
  });

  it('a caller waits no longer than its timeout, and later ones get the rows', async () => {
    @Injectable()
    class Slow {
      readonly loaded = new Deferred<void>();

      @CachedMany({ id: (row) => row, timeout: '20ms' })
      async byIds(ids: string[]): Promise<string[]> {
        await this.loaded.promise;
        return ids;
      }
    }
    const slow = (await boot({ providers: [Slow] })).get(Slow);
    await expect(slow.byIds(['a'])).rejects.toMatchObject({ code: 'CACHE_LOAD_TIMEOUT' });
    const later = slow.byIds(['a']);
    slow.loaded.resolve();
    expect(await later).toEqual(['a']);
  });

  it('what is kept of a row is compared with its source when its turn comes', async () => {
    const app = await start({ auditRate: 1 });
    const differences: string[] = [];
    cache.on('difference', ({ name }) => differences.push(name));
    await users.byIds(['a', 'b']);
    // Written behind the cache's back.
    users.table.set('b', 'new');
    for (let tries = 0; differences.length === 0 && tries < 400; tries++) {
      await users.byIds(['a', 'b']);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }

    expect(new Set(differences)).toEqual(new Set(['Users.byIds']));
    await app.close();
  });
});
