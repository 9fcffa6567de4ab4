import { afterEach, describe, expect, it } from '@jest/globals';
import { Inject, Injectable, Module, Scope, type Provider } from '@nestjs/common';
import { ContextIdFactory, LazyModuleLoader, ModuleRef } from '@nestjs/core';
import { Cached } from '@data-room/cache';
import { boot, closeAll } from './boot.js';

@Injectable()
class Rows {
  loads = 0;
  readonly #secret = 'row';

  @Cached()
  async find(id: number): Promise<string> {
    return `${this.#secret} ${id}, load ${++this.loads}`;
  }

  @Cached()
  async twice(id: number): Promise<string> {
    return `${await this.find(id)} twice`;
  }
}

/** The same call twice: what it gave, and whether the second was a hit. */
async function isCached(rows: Rows, id = 1): Promise<boolean> {
  return (await rows.find(id)) === (await rows.find(id));
}

afterEach(closeAll);

describe('@Cached on a provider', () => {
  it('keeps this, private fields and calls of itself', async () => {
    const rows = (await boot({ providers: [Rows] })).get(Rows);

    expect(await rows.twice(1)).toBe('row 1, load 1 twice');
    expect(await rows.find(1)).toBe('row 1, load 1');
    expect(await rows.find(2)).toBe('row 2, load 2');
    expect(rows.loads).toBe(2);
  });

  it('works on providers of every kind', async () => {
    const value = new Rows();
    const providers: Provider[] = [
      Rows,
      { provide: 'class', useClass: class OfClass extends Rows {} },
      { provide: 'value', useValue: value },
      { provide: 'factory', useFactory: () => new (class OfFactory extends Rows {})() },
      { provide: 'async', useFactory: async () => new (class OfPromise extends Rows {})() },
      { provide: 'existing', useExisting: 'async' },
    ];
    const app = await boot({ providers });

    for (const token of ['class', 'value', 'factory', 'async', 'existing'])
      expect([token, await isCached(app.get<Rows>(token))]).toEqual([token, true]);
  });

  it('works in modules that are made by a function, loaded lazily, and on classes that ModuleRef makes', async () => {
    @Module({})
    class Dynamic {
      static register() {
        return { module: Dynamic, providers: [Rows] };
      }
    }
    @Injectable()
    class LazyRows extends Rows {}
    @Module({ providers: [LazyRows] })
    class Lazy {}
    @Injectable()
    class OneOff extends Rows {}
    const app = await boot({ imports: [Dynamic.register()] });
    const lazy = await app.get(LazyModuleLoader).load(() => Lazy);

    expect(await isCached(app.get(Rows))).toBe(true);
    expect(await isCached(lazy.get(LazyRows))).toBe(true);
    expect(await isCached(await app.get(ModuleRef).create(OneOff))).toBe(true);
  });

  it('a lazily loaded class with a taken name is answered uncached, with one warning', async () => {
    const rival = () => {
      class Same extends Rows {}
      Injectable()(Same);
      return Same;
    };
    const [First, Second] = [rival(), rival()];
    @Module({ providers: [Second] })
    class Lazy {}
    const app = await boot({ providers: [First] });
    const lazy = await app.get(LazyModuleLoader).load(() => Lazy);

    expect(await isCached(app.get(First))).toBe(true);
    expect(await isCached(lazy.get(Second))).toBe(false);
    expect(app.warnings).toEqual([expect.stringContaining('two classes named Same have a cached method')]);
  });

  it('request-scoped instances share entries, and a method without a key of its own is warned about', async () => {
    let made = 0;
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest extends Rows {
      readonly number = ++made;
      @Cached({
        key(id) {
          return [this.number, id];
        },
      })
      async own(id: string): Promise<string> {
        return `${this.number} ${id}`;
      }
    }
    const app = await boot({ providers: [PerRequest] });
    const [one, two] = [
      await app.resolve(PerRequest, ContextIdFactory.create()),
      await app.resolve(PerRequest, ContextIdFactory.create()),
    ];

    expect(one).not.toBe(two);
    expect(await one.find(1)).toBe('row 1, load 1');
    expect(await two.find(1)).toBe('row 1, load 1');
    expect([await one.own('a'), await two.own('a')]).toEqual(['1 a', '2 a']);
    expect(app.warnings).toEqual([
      expect.stringMatching(/^PerRequest\.Rows\.find is cached on instances that each request has of its own/),
      expect.stringMatching(/^PerRequest\.Rows\.twice /),
    ]);
  });

  it('transient instances are cached, also inside others', async () => {
    @Injectable({ scope: Scope.TRANSIENT })
    class Transient extends Rows {}
    @Injectable()
    class Host {
      constructor(readonly rows: Transient) {}
    }
    const app = await boot({ providers: [Transient, Host] });

    expect(await isCached(app.get(Host).rows)).toBe(true);
    expect(await isCached(await app.resolve(Transient))).toBe(true);
  });

  it('several instances of one class share entries, and that is said', async () => {
    const of = (tenant: string) => ({ provide: tenant, useFactory: () => Object.assign(new Rows(), { tenant }) });
    const app = await boot({ providers: [of('a'), of('b')] });

    expect(await app.get<Rows>('a').find(1)).toBe(await app.get<Rows>('b').find(1));
    expect(app.warnings).toContainEqual(
      'Rows.find is cached on 2 instances of one class, which share its entries. Whatever it takes from its own instance ' +
        'must be part of its key: @Cached({ key: … }).',
    );
  });

  it('one class in two modules boots', async () => {
    @Module({ providers: [Rows] })
    class One {}
    @Module({ providers: [Rows] })
    class Two {}

    const app = await boot({ imports: [One, Two] });

    expect(await isCached(app.get(Rows))).toBe(true);
  });

  it('methods called before the application is initialised are answered uncached', async () => {
    const seen: boolean[] = [];
    @Injectable()
    class Early {
      constructor(@Inject(Rows) private readonly rows: Rows) {
        void isCached(rows).then((hit) => seen.push(hit));
      }
      async onApplicationBootstrap(): Promise<void> {
        seen.push(await isCached(this.rows, 2));
      }
    }
    await boot({ providers: [Rows, Early] });

    expect(seen).toEqual([false, true]);
  });

  it('nothing of it shows on an instance, and frozen instances work', async () => {
    @Injectable()
    class Frozen {
      constructor() {
        Object.freeze(this);
      }
      @Cached()
      async one(): Promise<object> {
        return {};
      }
    }
    const app = await boot({ providers: [Rows, Frozen] });

    expect(Reflect.ownKeys({ ...app.get(Rows) })).toEqual(['loads']);
    expect(await app.get(Frozen).one()).toEqual({});
    expect(app.warnings).toEqual(['Frozen is frozen, so its decorated methods stay uncached.']);
  });

  it('providers that answer to every name, as mocks do, neither break the boot nor are taken for a data source', async () => {
    const mock: unknown = new Proxy({}, { get: (_target, name) => (name === 'then' ? undefined : () => mock) });

    const shy: unknown = new Proxy(
      {},
      {
        get(_target, name) {
          // Nest itself asks for these.
          if (typeof name === 'symbol' || /^(then|constructor|on[A-Z]|before[A-Z])/.test(name)) return undefined;
          throw new Error('not inside a request');
        },
      },
    );
    const providers = [{ provide: 'mock', useValue: mock }, { provide: 'shy', useFactory: () => shy }, Rows];

    const app = await boot({ providers });

    expect(await isCached(app.get(Rows))).toBe(true);
  });

  it('without the module, without Nest and without an instance the method is what it was', async () => {
    const rows = new Rows();
    const found = rows.find.bind(undefined as never);

    expect(await rows.twice(1)).toBe('row 1, load 1 twice');
    expect(await isCached(rows)).toBe(false);
    await expect(found(1)).rejects.toThrow(TypeError);
  });
});
