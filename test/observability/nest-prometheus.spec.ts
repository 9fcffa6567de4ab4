// The metrics in a Nest application: there while it runs, and gone with it.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { register, Registry } from 'prom-client';
import { CacheMetricsModule } from '@data-room/cache/prometheus';
import { boot, closeAll } from '../nest/boot.js';
import { complaintsOfPromtool } from '../support/promtool.js';

const own = () => register.getMetricsAsArray().filter(({ name }) => name.startsWith('data_room_cache_'));

afterEach(closeAll);

describe('CacheMetricsModule', () => {
  it('beside the PrometheusModule of @willsoto/nestjs-prometheus is scraped with all that this tells', async () => {
    const child = join(import.meta.dirname, 'nest-prometheus.child.ts');
    const flags = ['--import', '@swc-node/register/esm-register', child];
    const environment = { PATH: process.env.PATH, HOME: process.env.HOME, NODE_OPTIONS: '' };

    const ended = await promisify(execFile)(process.execPath, flags, { env: environment, timeout: 60_000 });

    const scrapes = JSON.parse(ended.stdout) as string[];
    expect(scrapes).toHaveLength(2);
    for (const text of scrapes) {
      expect(text).toContain('data_room_cache_hits_total{method="Rows.row",tier="memory"} 1\n');
      expect(text).toContain('data_room_cache_misses_total{method="Rows.row",reason="cold"} 2\n');
      expect(text).not.toMatch(/"one"|"two"/);
      expect(await complaintsOfPromtool(text)).toBe('');
    }
  });

  it('leaves nothing behind when its application is closed', async () => {
    const module = await boot({ imports: [CacheMetricsModule.forRoot()] });
    expect(own()).not.toEqual([]);

    await module.close();

    expect(own()).toEqual([]);
  });

  it('may be initialised twice', async () => {
    const module = await boot({ imports: [CacheMetricsModule.forRoot()] });
    const before = own().length;

    await module.createNestApplication().init();

    expect(own()).toHaveLength(before);
    await module.close();
    expect(own()).toEqual([]);
  });

  it('takes a register and a prefix, so that two applications of a process have their own', async () => {
    const other = new Registry();
    await boot({ imports: [CacheMetricsModule.forRoot()] });
    await boot({ imports: [CacheMetricsModule.forRoot({ register: other, prefix: 'files_' })] });

    expect(own()).not.toEqual([]);
    expect(await other.metrics()).toContain('files_in_step 1\n');
  });

  it('stops the boot with a sentence where the names are taken', async () => {
    await boot({ imports: [CacheMetricsModule.forRoot()] });

    await expect(boot({ imports: [CacheMetricsModule.forRoot()] })).rejects.toThrow(
      /^CACHE_OPTIONS_INVALID: The register has a metric data_room_cache_hits_total already\./,
    );
  });
});
