import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cache, Cached, cacheKey } from '@data-room/cache';
import { Deferred } from '../support/deferred.js';
import { boot, closeAll, withEnvironment } from './boot.js';

/** Gives each caller what is his, which he says by other means than the arguments. */
@Injectable()
class Desks {
  owner = 'nobody';
  loads = 0;
  pending: Deferred<string>[] = [];

  constructor(private readonly cache: Cache) {}

  @Cached({ scope: 'user' })
  async mine(_drawer?: string): Promise<string> {
    this.loads++;
    return `of ${this.owner}`;
  }

  @Cached({ scope: ['tenant', 'user'] })
  async ofBoth(_drawer: number): Promise<string> {
    this.loads++;
    return `of ${this.owner}`;
  }

  @Cached({ scope: ['tenant', (room) => ({ room })] })
  async mixed(room: number): Promise<string> {
    this.loads++;
    return `${room} of ${this.owner}`;
  }

  @Cached({ scope: (room) => ({ room }) })
  async inRoom(room: string): Promise<string> {
    this.loads++;
    return `${room} of ${this.owner}`;
  }

  /** Reads what no argument says, as a function may that asks a context of the application's own. */
  @Cached({
    scope() {
      return { user: this.owner };
    },
  })
  async impure(drawer: string): Promise<string> {
    this.loads++;
    return `${drawer} of ${this.owner}`;
  }

  /** Its argument is part of the scope today, and alone in it tomorrow. */
  @Cached({
    scope(room): { [name: string]: string } {
      return this.owner === 'nobody' ? { room } : { room, user: this.owner };
    },
  })
  async changing(room: string): Promise<string> {
    this.loads++;
    return `${room} of ${this.owner}`;
  }

  @Cached({ scope: 'everyone' })
  async home(): Promise<string> {
    return `home: ${await this.mine()}`;
  }

  @Cached()
  async unsaid(): Promise<string> {
    return `unsaid: ${await this.mine()}`;
  }

  @Cached({ scope: 'user' })
  async page(): Promise<string> {
    return `page: ${await this.mine()}`;
  }

  @Cached({ scope: 'everyone' })
  async around(): Promise<string> {
    return `around ${await this.home()}`;
  }

  @Cached({ scope: 'everyone' })
  async guarded(): Promise<string> {
    return this.slow().catch(() => 'refused');
  }

  @Cached({ scope: 'user' })
  slow(): Promise<string> {
    const next = new Deferred<string>();
    this.pending.push(next);
    return next.promise;
  }

  @Cached({ scope: 'everyone' })
  slowHome(): Promise<string> {
    return this.slow();
  }

  @Cached({ scope: 'everyone' })
  async guardedAround(): Promise<string> {
    return this.slowHome().catch(() => 'refused');
  }

  /** Its argument has no text, so it has no key. */
  @Cached({ scope: 'user' })
  async keyless(_listener: () => void): Promise<string> {
    return `of ${this.owner}`;
  }

  @Cached({ scope: 'everyone' })
  aroundKeyless(): Promise<string> {
    return this.keyless(() => {});
  }

  @Cached({ scope: (id) => ({ user: id as never }) })
  async careless(_id: unknown): Promise<string> {
    this.loads++;
    return `of ${this.owner}`;
  }

  @Cached({
    scope: () => {
      throw new Error('secret');
    },
  })
  async failing(): Promise<string> {
    this.loads++;
    return `of ${this.owner}`;
  }

  @Cached({ scope: 'everyone' })
  async careful(id: unknown): Promise<string> {
    return this.careless(id);
  }

  /** Settles when so many loads of `slow` are under way. */
  async underway(loads: number): Promise<void> {
    for (let turn = 0; this.pending.length < loads; turn++) {
      if (turn > 1_000) throw new Error(`${this.pending.length} loads and not ${loads}`);
      await new Promise(setImmediate);
    }
  }

  byHand(): Promise<string> {
    return this.cache.getOrLoad('dataroom:by-hand', {}, () => this.mine());
  }

  as<T>(user: string | number, work: () => T): T {
    this.owner = String(user);
    return this.cache.within({ user, tenant: 'acme' }, work);
  }
}

async function start() {
  const app = await boot({ providers: [Desks] });
  return { app, desks: app.get(Desks), cache: app.get(Cache) };
}

let desks: Desks;
let cache: Cache;
let app: Awaited<ReturnType<typeof start>>['app'];

beforeEach(async () => {
  ({ app, desks, cache } = await start());
});
afterEach(closeAll);

describe('a scope from what surrounds the call', () => {
  it('keeps two users apart, and what is of one together', async () => {
    expect(await desks.as('ann', () => desks.mine())).toBe('of ann');
    expect(await desks.as('bob', () => desks.mine())).toBe('of bob');
    expect(await desks.as('ann', () => desks.mine())).toBe('of ann');
    expect(desks.loads).toBe(2);
    expect(await cache.get('dataroom:Desks.mine:@user=ann:')).toBe('of ann');
  });

  it('tells 7 and "7" apart, and hostile texts', async () => {
    const users = ['7', 'a,user=b', 'a:b', '@', '7:x', 'x:x', 'ann'];
    for (const user of users) expect(await desks.as(user, () => desks.mine('x'))).toBe(`of ${user}`);
    await desks.as(7, () => desks.mine('x'));

    expect(desks.loads).toBe(users.length + 1);
    for (const user of users) expect(await desks.as(user, () => desks.mine('x'))).toBe(`of ${user}`);
  });

  it('may be of several names, and what is around stays around', async () => {
    await desks.as('ann', () => desks.ofBoth(1));
    await desks.as('ann', () => cache.within({ tenant: 'other' }, () => desks.ofBoth(1)));
    await cache.within({ tenant: 'acme' }, () => cache.within({ user: 'ann' }, () => desks.ofBoth(1)));

    expect(desks.loads).toBe(2);
    expect(await cache.get('dataroom:Desks.ofBoth:@tenant=acme,user=ann:1')).toBe('of ann');
  });

  it('may be joined to one from the call', async () => {
    await desks.as('ann', () => desks.mixed(1));
    await desks.as('bob', () => desks.mixed(1));
    await desks.as('ann', () => cache.within({ tenant: 'other' }, () => desks.mixed(1)));
    await desks.as('ann', () => desks.mixed(2));

    expect(desks.loads).toBe(3);
  });

  it('stays what it is in callers that take turns', async () => {
    const asked = ['ann', 'bob', 'cy'].map((user) =>
      cache.within({ user }, async () => {
        await new Promise(setImmediate);
        return desks.slow();
      }),
    );
    await desks.underway(3);
    ['ann', 'bob', 'cy'].forEach((user, at) => desks.pending[at]!.resolve(`of ${user}`));

    expect(await Promise.all(asked)).toEqual(['of ann', 'of bob', 'of cy']);
    expect(await cache.within({ user: 'bob' }, () => desks.slow())).toBe('of bob');
  });

  it('is around in a load as well, and not beyond the work', async () => {
    expect(await desks.as('ann', () => desks.page())).toBe('page: of ann');
    expect(await desks.as('bob', () => desks.page())).toBe('page: of bob');
    expect(await desks.as('ann', () => desks.page())).toBe('page: of ann');

    expect(desks.loads).toBe(2);
    await expect(desks.page()).rejects.toThrow('CACHE_SCOPE_UNKNOWN');
  });
});

describe('a scope from the call', () => {
  it('is a part of the key, and a hit is a hit', async () => {
    await desks.inRoom('a');
    await desks.inRoom('a');
    await desks.inRoom('7');
    await desks.inRoom('7');

    expect(desks.loads).toBe(2);
    expect(await cache.get('dataroom:Desks.inRoom:@room=a:a')).toBe('a of nobody');
  });

  it('is asked for with each call: what it reads may be another’s by then', async () => {
    for (const owner of ['ann', 'bob', 'x', 'ann', 'bob', 'x']) {
      desks.owner = owner;
      expect(await desks.impure('x')).toBe(`x of ${owner}`);
    }
    expect(desks.loads).toBe(3);

    for (const owner of ['nobody', 'ann', 'nobody', 'bob', 'ann']) {
      desks.owner = owner;
      expect(await desks.changing('x')).toBe(`x of ${owner}`);
    }
    expect(desks.loads).toBe(6);
  });

  it('is changed and deleted by the key that can be read', async () => {
    await desks.inRoom('a');
    await cache.delete(`dataroom:Desks.inRoom:@room=a:a`);
    await desks.inRoom('a');

    expect(desks.loads).toBe(2);
    expect(cacheKey('Desks.inRoom', { '@room': 'a' }, 'a')).toBe('dataroom:Desks.inRoom:@room=a:a');
  });
});

describe('a load with the help of what holds for fewer', () => {
  it.each(['home', 'unsaid', 'byHand', 'around'] as const)('is not kept: %s', async (method) => {
    const first = await desks.as('ann', () => desks[method]());
    const second = await desks.as('bob', () => desks[method]());

    expect([first, second]).toEqual([expect.stringContaining('of ann'), expect.stringContaining('of bob')]);
    expect(await desks.as('ann', () => desks[method]())).toBe(first);
  });

  it('is said once, by the names of both, and of nobody who asked', async () => {
    await desks.as('ann-secret', () => desks.home());
    await desks.as('bob-secret', () => desks.home());

    expect(app.warnings).toHaveLength(1);
    expect(app.warnings[0]).toMatch(/^Desks\.home .*CACHE_SCOPE_TOO_WIDE.*Desks\.mine.*one user.*everybody/);
    expect(app.warnings[0]).not.toContain('secret');
  });

  it('is not kept when that was in memory already', async () => {
    await desks.as('ann', () => desks.mine());
    await desks.as('ann', () => desks.home());

    expect(await desks.as('bob', () => desks.home())).toBe('home: of bob');
  });

  it('is not given to those who wait for it', async () => {
    const ann = cache.within({ user: 'ann' }, () => desks.slowHome());
    const bob = cache.within({ user: 'bob' }, () => desks.slowHome());
    desks.pending[0]!.resolve('of ann');
    expect(await ann).toBe('of ann');
    await desks.underway(2);
    desks.pending[1]!.resolve('of bob');

    expect(await bob).toBe('of bob');
  });

  it('nor where that has no key', async () => {
    const ann = desks.as('ann', () => desks.aroundKeyless());
    const bob = desks.as('bob', () => desks.aroundKeyless());

    expect([await ann, await bob]).toEqual(['of ann', 'of bob']);
  });

  it('nor is its error, caught or not', async () => {
    for (const method of ['slowHome', 'guarded', 'guardedAround'] as const) {
      desks.pending = [];
      const ann = cache.within({ user: 'ann' }, () => desks[method]()).catch(String);
      const bob = cache.within({ user: 'bob' }, () => desks[method]());
      desks.pending[0]!.reject(new Error('ann may not'));
      expect(await ann).toMatch(/ann may not|refused/);
      await desks.underway(2);
      desks.pending[1]!.resolve('of bob');

      expect(await bob).toBe('of bob');
      await cache.clear();
    }
  });
});

describe('a call that does not say for whom', () => {
  const nobodies = [undefined, null, '', Number.NaN, {}, ['ann'], true, new Date(0)];

  it('is an error in development', async () => {
    for (const nobody of nobodies) {
      await expect(desks.careless(nobody)).rejects.toThrow(
        /^CACHE_SCOPE_UNKNOWN: Desks.careless .*the user of its scope is/,
      );
      await expect(cache.within({ user: nobody as never }, () => desks.mine())).rejects.toThrow('CACHE_SCOPE_UNKNOWN');
    }
    await expect(desks.mine()).rejects.toThrow(/nothing around it says the user/);
    await expect(cache.within({ tenant: 'a' }, () => desks.mine())).rejects.toThrow(
      /the user of its scope is undefined/,
    );
    const failure = await desks.failing().catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'CACHE_SCOPE_UNKNOWN', cause: new Error('secret') });
    expect(String(failure)).not.toContain('secret');
    expect(desks.loads).toBe(0);
  });

  it('goes to the source in production, with one warning', async () => {
    await withEnvironment({ NODE_ENV: 'production' }, async () => {
      const production = await start();
      for (const [at, nobody] of nobodies.entries()) {
        production.desks.owner = `nobody ${at}`;
        expect(await production.desks.careless(nobody)).toBe(`of nobody ${at}`);
        expect(await production.desks.careless(nobody)).toBe(`of nobody ${at}`);
      }
      expect(production.desks.loads).toBe(2 * nobodies.length);
      await production.desks.failing();

      expect(production.app.warnings).toEqual([
        expect.stringMatching(/^Desks.careless is answered from the source: its scope failed. CACHE_SCOPE_UNKNOWN/),
        expect.stringMatching(/^Desks.failing is answered from the source: its scope failed. CACHE_SCOPE_UNKNOWN/),
      ]);
      expect(production.app.warnings.join()).not.toContain('secret');
    });
  });

  it('leaves nothing behind in what it helps', async () => {
    await withEnvironment({ NODE_ENV: 'production' }, async () => {
      const production = await start();
      for (const owner of ['ann', 'bob', 'ann']) {
        production.desks.owner = owner;
        expect(await production.desks.careful(null)).toBe(`of ${owner}`);
      }
      production.desks.owner = 'ann';
      const ann = production.desks.careful(null);
      production.desks.owner = 'bob';
      const bob = production.desks.careful(null);
      expect([await ann, await bob]).toEqual(['of ann', 'of bob']);

      expect(production.app.warnings).toEqual([expect.stringContaining('Desks.careless')]);
    });
  });
});
