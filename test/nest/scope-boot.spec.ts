import { afterEach, describe, expect, it } from '@jest/globals';
import { CacheInterceptor } from '@nestjs/cache-manager';
import {
  Controller,
  Get,
  Injectable,
  UseInterceptors,
  type ExecutionContext,
  type INestApplication,
  type ModuleMetadata,
} from '@nestjs/common';
import { APP_INTERCEPTOR, ModuleRef } from '@nestjs/core';
import request from 'supertest';
import { Cached, type CacheModuleOptions } from '@data-room/cache';
import { boot, closeAll, withEnvironment } from './boot.js';

@Injectable()
class Rooms {
  loads = 0;

  @Cached({ scope: 'everyone' })
  async count(): Promise<number> {
    return ++this.loads;
  }
}

@Injectable()
class Forgetful {
  loads = 0;

  @Cached()
  async first(_id = 'x'): Promise<number> {
    return ++this.loads;
  }

  @Cached({ tags: ['second'] })
  async second(): Promise<number> {
    return ++this.loads;
  }
}

@Injectable()
class Heir extends Forgetful {}

afterEach(closeAll);

describe('requireScope', () => {
  const required = (metadata: ModuleMetadata, options: CacheModuleOptions = { requireScope: true }) =>
    boot(metadata, options);

  it('stops the boot with the names of all methods that have none', async () => {
    const sentence =
      /^CACHE_SCOPE_REQUIRED: Forgetful.first, Forgetful.second, Heir.Forgetful.first, Heir.Forgetful.second have no scope/;
    await expect(required({ providers: [Rooms, Forgetful, Heir] })).rejects.toThrow(sentence);
    await expect(required({ controllers: [Forgetful] })).rejects.toThrow('CACHE_SCOPE_REQUIRED');
    const off = { requireScope: true, enabled: false };
    await expect(required({ providers: [Forgetful] }, off)).rejects.toThrow('CACHE_SCOPE_REQUIRED');
  });

  it('lets those go that have said it, of everyone too', async () => {
    const rooms = (await required({ providers: [Rooms] })).get(Rooms);

    expect([await rooms.count(), await rooms.count()]).toEqual([1, 1]);
  });

  it('comes from CACHE_REQUIRE_SCOPE as well, and is off without', async () => {
    await withEnvironment({ CACHE_REQUIRE_SCOPE: 'true' }, async () => {
      await expect(boot({ providers: [Forgetful] })).rejects.toThrow('CACHE_SCOPE_REQUIRED');
      await expect(boot({ providers: [Forgetful] }, { requireScope: false })).resolves.toBeDefined();
    });
    await withEnvironment({ CACHE_REQUIRE_SCOPE: 'perhaps' }, async () => {
      await expect(boot({})).rejects.toThrow(/CACHE_REQUIRE_SCOPE must be true or false/);
    });
    await withEnvironment({}, async () => {
      await expect(boot({ providers: [Forgetful] })).resolves.toBeDefined();
    });
  });

  it('is asked again of what was not there at boot', async () => {
    for (const production of [false, true])
      await withEnvironment(production ? { NODE_ENV: 'production' } : {}, async () => {
        const module = await required({});
        const late = await module.get(ModuleRef).create(Forgetful);

        if (!production)
          await expect(late.first()).rejects.toThrow('CACHE_SCOPE_REQUIRED: Forgetful.first has no scope');
        else expect([await late.first(), await late.first('y'), await late.first()]).toEqual([1, 2, 3]);
      });
  });
});

describe('a scope option that is none', () => {
  const decorate = (options: object) => () => {
    const descriptor: TypedPropertyDescriptor<(...args: never[]) => Promise<unknown>> = { value: async () => 1 };
    Cached(options)({}, 'find', descriptor);
  };

  it.each([1, null, '', 'a b', 'a=b', 'a,b', [], ['everyone'], ['user', 'everyone'], [() => ({ a: 1 }), 2], {}, ':@'])(
    '%p stops the program',
    (scope) => {
      const sentence = /^CACHE_OPTIONS_INVALID: scope of @Cached on Object.find must be 'everyone'/;

      expect(decorate({ scope })).toThrow(sentence);
    },
  );

  it('so does a name that looks like one with a scope', () => {
    expect(decorate({ name: 'a:@user=7' })).toThrow('CACHE_OPTIONS_INVALID: name of @Cached on Object.find');
  });

  it('scopeOf is a function', async () => {
    await expect(boot({}, { scopeOf: 'user' as never })).rejects.toThrow(
      /CACHE_OPTIONS_INVALID: scopeOf of CacheModule/,
    );
  });
});

describe('CacheInterceptor', () => {
  class Tenants extends CacheInterceptor {
    protected override trackBy(context: ExecutionContext): string {
      return `tenant:${super.trackBy(context) as string}`;
    }
  }

  @Controller()
  class Pages {
    asked = 0;

    @Get('page')
    page() {
      return { asked: ++this.asked };
    }
  }

  @Controller()
  @UseInterceptors(CacheInterceptor)
  class KeptPages extends Pages {}

  @Controller()
  @UseInterceptors(Tenants)
  class TenantPages extends Pages {}

  const byKey = (context: ExecutionContext) => {
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string | undefined> }>();
    if (headers['x-key'] === 'broken') throw new Error('broken');
    return { tenant: headers['x-key'] };
  };
  const apps: INestApplication[] = [];

  async function serve(metadata: ModuleMetadata, options: CacheModuleOptions) {
    const module = await boot(metadata, options);
    const app = module.createNestApplication({ logger: false });
    apps.push(app);
    await app.init();
    return async (key?: string) => {
      const asked = request(app.getHttpServer() as never).get('/page');
      return ((await (key === undefined ? asked : asked.set('x-key', key))).body as { asked: number }).asked;
    };
  }

  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close();
  });

  it('cannot say for whom its answers hold: with requireScope it stops the boot, wherever it stands', async () => {
    const sentence = /^CACHE_SCOPE_REQUIRED: CacheInterceptor keeps answers by their URL/;
    const options = { requireScope: true };
    const global = { provide: APP_INTERCEPTOR, useClass: CacheInterceptor };

    await expect(serve({ controllers: [KeptPages] }, options)).rejects.toThrow(sentence);
    await expect(serve({ controllers: [Pages], providers: [global] }, options)).rejects.toThrow(sentence);
  });

  it('may stay with a trackBy of its own', async () => {
    const ask = await serve({ controllers: [TenantPages] }, { requireScope: true });

    expect([await ask(), await ask()]).toEqual([1, 1]);
  });

  it('is passed by where scopeOf says who asks, or cannot say it', async () => {
    const ask = await serve({ controllers: [KeptPages] }, { scopeOf: byKey });

    expect([await ask(), await ask()]).toEqual([1, 1]);
    expect([await ask('a'), await ask('a'), await ask('b'), await ask('broken')]).toEqual([2, 3, 4, 5]);
    expect(await ask()).toBe(1);
  });
});
