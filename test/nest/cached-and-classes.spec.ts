import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { Cache, Cached, InvalidatesTags } from '@data-room/cache';
import { boot, closeAll } from './boot.js';

const kind = Symbol('kind');

abstract class Base<Row> {
  loads = 0;
  protected abstract load(id: number): Promise<Row>;

  @Cached({ tags: (_row, id) => [`row:${id}`] })
  async find(id: number): Promise<Row> {
    this.loads++;
    return this.load(id);
  }
}

@Injectable()
class Cats extends Base<string> {
  protected async load(id: number) {
    return `cat ${id}`;
  }
}

@Injectable()
class Dogs extends Base<string> {
  protected async load(id: number) {
    return `dog ${id}`;
  }
}

afterEach(closeAll);

describe('@Cached and classes', () => {
  it('two services that inherit one method keep their entries apart', async () => {
    const app = await boot({ providers: [Cats, Dogs] });

    for (let time = 0; time < 2; time++) {
      expect(await app.get(Cats).find(1)).toBe('cat 1');
      expect(await app.get(Dogs).find(1)).toBe('dog 1');
    }
    expect([app.get(Cats).loads, app.get(Dogs).loads]).toEqual([1, 1]);
  });

  it('an override that calls super is its own method, decorated or not, also on an instance made by a factory', async () => {
    class Kittens extends Cats {
      override async find(id: number) {
        return `small ${await super.find(id)}`;
      }
    }
    class Puppies extends Dogs {
      overrides = 0;
      @Cached()
      override async find(id: number) {
        this.overrides++;
        return `small ${await super.find(id)}`;
      }
    }
    const app = await boot({
      providers: [
        { provide: Kittens, useFactory: () => new Kittens() },
        { provide: Puppies, useClass: Puppies },
      ],
    });
    const [kittens, puppies] = [app.get(Kittens), app.get(Puppies)];
    for (let time = 0; time < 2; time++) {
      expect(await kittens.find(1)).toBe('small cat 1');
      expect(await puppies.find(1)).toBe('small dog 1');
    }

    expect(kittens.loads).toBe(1);
    expect([puppies.loads, puppies.overrides]).toEqual([1, 1]);
    await app.get(Cache).invalidateTags(['row:1']);
    await puppies.find(1);
    expect([puppies.loads, puppies.overrides]).toEqual([2, 2]);
  });

  it('methods named by a symbol are cached, and two of one description are told apart at boot', async () => {
    let loads = 0;
    @Injectable()
    class One {
      @Cached()
      async [kind](): Promise<number> {
        return ++loads;
      }
    }
    @Injectable()
    class Two extends One {
      @Cached()
      async [Symbol('kind')](): Promise<number> {
        return ++loads;
      }
      @Cached()
      async [Symbol('kind')](): Promise<number> {
        return ++loads;
      }
    }
    const one = (await boot({ providers: [One] })).get(One);

    expect([await one[kind](), await one[kind]()]).toEqual([1, 1]);
    await expect(boot({ providers: [Two] })).rejects.toMatchObject({ code: 'CACHE_NAME_TAKEN' });
  });

  it('two methods of one name stop the boot, wherever they stand', async () => {
    const rival = () => {
      class Rival {
        @Cached()
        async find(): Promise<void> {}
      }
      Injectable()(Rival);
      return Rival;
    };
    @Module({ providers: [rival()] })
    class One {}
    @Module({ providers: [rival()] })
    class Two {}
    @Injectable()
    class Explicit {
      @Cached({ name: 'same' })
      async one(): Promise<void> {}
    }
    @Injectable()
    class Likewise {
      @Cached({ name: 'same' })
      async other(): Promise<void> {}
    }
    @Injectable()
    class Both {
      @Cached({ name: 'same' })
      async one(): Promise<number> {
        return 1;
      }
      @Cached({ name: 'same' })
      async two(): Promise<number> {
        return 2;
      }
    }
    @Injectable()
    class Heir extends Explicit {}
    @Injectable()
    class Overrides extends Explicit {
      @Cached({ name: 'same' })
      override async one(): Promise<void> {
        return super.one();
      }
    }
    const refusal = (metadata: Parameters<typeof boot>[0]) => boot(metadata).catch(String);

    expect(await refusal({ imports: [One, Two] })).toContain(
      'CACHE_NAME_TAKEN: two classes named Rival have a cached method called "Rival.find". They would answer each ' +
        'other’s calls. Give one of them another name: @Cached({ name: … }).',
    );
    expect(await refusal({ providers: [Explicit, Likewise] })).toContain('Explicit and Likewise have');
    expect(await refusal({ providers: [Explicit, Heir] })).toContain('Explicit and Heir have');
    expect(await refusal({ providers: [Both] })).toContain('Both has two cached methods called "same"');
    expect(await refusal({ providers: [Overrides] })).toContain('Overrides has two cached methods');
    await boot({ providers: [Heir] });
  });

  it('a static method, a getter or a bad option is refused as the class is defined', () => {
    const define = (decorator: unknown, target: object, descriptor: PropertyDescriptor) => () =>
      (decorator as MethodDecorator)(target, 'thing', descriptor);
    class Owner {}
    const method = { value: async () => 1 };

    for (const decorator of [Cached(), InvalidatesTags(['a'])]) {
      expect(define(decorator, Owner, method)).toThrow(/CACHE_OPTIONS_INVALID: @\w+ cannot stand on Owner\.thing\./);
      expect(define(decorator, Owner.prototype, { get: () => 1 })).toThrow(/cannot stand on Owner\.thing\./);
    }
    const bad = { ttl: -1 } as const;
    expect(define(Cached(bad), Owner.prototype, method)).toThrow(
      "CACHE_OPTIONS_INVALID: ttl of @Cached on Owner.thing must be seconds from 0 up or a text such as '5m', got -1.",
    );
    expect(define(Cached({ ttl: Number.NaN }), Owner.prototype, method)).toThrow('got NaN.');
    expect(define(Cached({ timeout: 0 }), Owner.prototype, method)).toThrow(/timeout of @Cached on Owner\.thing/);
    expect(define(Cached({ name: 'a b' }), Owner.prototype, method)).toThrow(/name of @Cached on Owner\.thing/);
    expect(define(Cached({ tags: 'row' as never }), Owner.prototype, method)).toThrow(
      /tags must be an array of strings/,
    );
    expect(() => InvalidatesTags('row' as never)(Owner.prototype, 'thing', method as never)).toThrow(/tags must be/);
  });
});
