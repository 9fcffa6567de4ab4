// What the health check of an application says of its cache, with a real Redis that is there, gone, silent and back.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Controller, Get, Query } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import request from 'supertest';
import { CacheHealthIndicator } from '@data-room/cache/terminus';
import { boot, closeAll } from '../nest/boot.js';
import { RedisServer } from '../support/redis-server.js';

jest.setTimeout(60_000);

@Controller('health')
class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly cache: CacheHealthIndicator,
  ) {}

  @Get()
  @HealthCheck({ noCache: true })
  check(@Query('strict') strict?: string) {
    return this.health.check([() => this.cache.isHealthy('cache', { strict: strict === 'true' })]);
  }
}

let redis: RedisServer;

beforeAll(async () => {
  redis = await RedisServer.start();
});
afterEach(closeAll);
afterAll(() => redis.stop());

async function healthOf(options: Parameters<typeof boot>[1]) {
  const module = await boot(
    {
      imports: [TerminusModule.forRoot({ logger: false })],
      controllers: [HealthController],
      providers: [CacheHealthIndicator],
    },
    options,
  );
  const app = await module.createNestApplication().init();
  const ask = async (query = '') => {
    const { status, body } = await request(app.getHttpServer()).get(`/health${query}`);
    return { status, cache: body.details.cache as Record<string, unknown> };
  };
  const becomes = async (degraded: boolean) => {
    while ((await ask()).cache.degraded !== degraded) await pause(20);
  };
  return { ask, becomes };
}

describe('the health of the cache', () => {
  it('without others is up', async () => {
    const { ask } = await healthOf({});

    expect(await ask('?strict=true')).toEqual({ status: 200, cache: { status: 'up', degraded: false } });
  });

  it('that is switched off is up: nobody expects anything of it', async () => {
    const { ask } = await healthOf({ enabled: false });

    expect(await ask('?strict=true')).toEqual({ status: 200, cache: { status: 'up', degraded: false } });
  });

  it('is up and degraded while Redis is away, down if one is strict, and up again when Redis is back', async () => {
    const { ask, becomes } = await healthOf({ redisUrl: redis.url, prefix: randomUUID() });
    await becomes(false);

    await redis.kill();
    await becomes(true);

    const message = expect.stringMatching(
      /^Out of step with the other processes, so reads are answered from the source[.:]/,
    );
    expect(await ask()).toEqual({ status: 200, cache: { status: 'up', degraded: true, message } });
    expect(await ask('?strict=true')).toEqual({ status: 503, cache: { status: 'down', degraded: true, message } });
    await redis.launch();
    await becomes(false);
    expect(await ask('?strict=true')).toEqual({ status: 200, cache: { status: 'up', degraded: false } });
  });

  it('is told at once while Redis keeps silent', async () => {
    const { ask, becomes } = await healthOf({ redisUrl: redis.url, prefix: randomUUID() });
    await becomes(false);
    redis.freeze();
    try {
      const delays: number[] = [];
      for (let degraded: unknown = false; !degraded;) {
        const began = performance.now();
        ({ degraded } = (await ask()).cache);
        delays.push(performance.now() - began);
        await pause(20);
      }

      // Whoever asked Redis would be kept waiting for as long as it is frozen.
      expect(Math.max(...delays)).toBeLessThan(1_000);
    } finally {
      redis.thaw();
    }
  });
});
