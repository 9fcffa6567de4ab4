import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Cache, Cached, InvalidatesTags } from '@data-room/cache';
import type { Runtime } from '../../libs/cache/src/core/runtime.js';
import { RUNTIME } from '../../libs/cache/src/nest/tokens.js';
import { boot, closeAll } from './boot.js';

@Injectable()
class Plans {
  name = 'Plan B';
  pageSize = 2;
  loads = 0;

  @Cached({ scope: 'everyone', tags: (_plan, id) => [`plan:${id}`] })
  async plan(id: string) {
    this.loads++;
    return { id, name: this.name };
  }

  @Cached({ scope: (id) => ({ tenant: id }), audit: false })
  async unaudited(id: string) {
    return { id, name: this.name };
  }

  @Cached({ scope: 'everyone', key: (_connection, id) => id })
  async by(connection: () => string, id: string) {
    return connection() + id;
  }

  @Cached({ scope: 'everyone' })
  async page(query: { offset: number }) {
    await pause(1);
    return query.offset;
  }

  @Cached({ scope: 'tenant' })
  async mine() {
    return this.name;
  }

  @Cached({ tags: ['team:7'] })
  async unscoped() {
    return this.name;
  }

  @InvalidatesTags(['report:1'])
  async report(): Promise<void> {}
}

async function audited(auditRate = 1) {
  const app = await boot({ providers: [Plans] }, { auditRate, ttls: { folder: '1m', plan: '1m' } });
  const { insight } = app.get<Runtime>(RUNTIME);
  const audits = () => insight.counts.of('Plans.plan').audits;
  return { plans: app.get(Plans), cache: app.get(Cache), insight, audits, warnings: app.warnings };
}

const doubt = () => pause(2_200);
afterEach(closeAll);

describe('with auditRate', () => {
  it('hits are compared with the source, and what is wrong is told, without what it says, and loaded anew', async () => {
    const { plans, cache, insight, warnings } = await audited();
    const heard: string[] = [];
    cache.on('difference', ({ name, error }) => heard.push(`${name}: ${String(error)}`));
    await plans.plan('seven');
    plans.name = 'Plan C';

    expect(await plans.plan('seven')).toEqual({ id: 'seven', name: 'Plan B' });
    await doubt();

    expect(insight.differences).toMatchObject([
      {
        name: 'Plans.plan',
        key: 'dataroom:Plans.plan:seven',
        what: "result.name: 'Plan B' kept, 'Plan C' in the source",
      },
    ]);
    expect(heard).toEqual([expect.stringMatching(/^Plans\.plan: .*CACHE_ANSWER_DIFFERS: .* result\.name\./)]);
    expect(warnings).toEqual([expect.stringContaining('CACHE_ANSWER_DIFFERS')]);
    expect([...heard, ...warnings].join()).not.toMatch(/Plan [BC]|seven/);
    expect(await plans.plan('seven')).toEqual({ id: 'seven', name: 'Plan C' });
  });

  it('the same call is made again, on whose behalf it was', async () => {
    const { plans, cache, insight } = await audited();
    const read = () => cache.within({ tenant: 'acme' }, () => plans.mine());
    await read();

    await read();
    await pause(20);

    expect(insight.counts.of('Plans.mine').audits).toBe(1);
    expect(insight.counts.of('Plans.mine').counted.misses['not cacheable']).toBe(0);
  });

  it('of what is changed by its caller a copy is asked for', async () => {
    const { plans, insight } = await audited();
    const query = { offset: 0 };
    await plans.page(query);

    await plans.page(query);
    query.offset = 10;
    await doubt();

    expect(insight.counts.of('Plans.page').audits).toBe(1);
    expect(insight.differences).toEqual([]);
  });

  it('what belongs to its caller is not used behind his back, and audit: false is left alone', async () => {
    const { plans, insight } = await audited();
    let asked = 0;
    const connection = () => `${++asked}`;

    for (let times = 0; times < 3; times++) {
      await plans.by(connection, '1');
      await plans.unaudited('1');
      await pause(5);
    }

    expect(asked).toBe(1);
    expect(insight.counts.of('Plans.by').audits).toBe(0);
    expect(insight.counts.of('Plans.unaudited')).toMatchObject({ hits: 2, audits: 0 });
  });

  it('a part of the hits is a part, whichever way they take', async () => {
    const { plans, audits } = await audited(0.1);
    await plans.plan('seven');

    for (let hits = 0; hits < 2_000; hits++) {
      await plans.plan('seven');
      if (hits % 5 === 0) await pause(0);
    }

    expect(audits()).toBeGreaterThan(80);
    expect(audits()).toBeLessThan(300);
  });

  it('is zero unless somebody sets it', async () => {
    const { plans, audits } = await audited(0);
    await plans.plan('seven');

    for (let hits = 0; hits < 100; hits++) await plans.plan('seven');
    await pause(20);

    expect(audits()).toBe(0);
    expect(plans.loads).toBe(1);
  });
});

describe('advice', () => {
  it('is given of methods that do not say for whom they are', async () => {
    const { insight } = await audited(0);

    expect(insight.advice).toMatchObject([{ what: 'without scope', about: 'Plans.unscoped' }]);
  });
});
