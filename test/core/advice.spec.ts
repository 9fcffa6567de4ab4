import { describe, expect, it } from '@jest/globals';
import { core, Source } from '../support/core.js';

const soon = 10 * 60_000;

function tagged(...tags: string[]): Source<number> {
  return Object.assign(new Source(() => 1, tags.join()), { tags });
}

describe('advice', () => {
  it('names tags that are read and never invalidated, once there was time for it', async () => {
    const { reader, cache, clock, insight } = core();
    insight.advisor.learn({ entities: ['folder'], invalidated: ['report:1'] });
    await reader.read(tagged('folder:1', 'type:folder', 'Foldr:1', 'report:7', 'room:1', '*'));
    await cache.invalidateTags(['room:2']);
    expect(insight.advice).toEqual([]);

    clock.turn(soon);

    expect(insight.advice).toEqual([
      { what: 'read and never invalidated', about: 'foldr', sentence: expect.stringContaining('foldr:…') },
    ]);
  });

  it('names tags that are invalidated and never read', async () => {
    const { reader, cache, clock, insight } = core();
    insight.advisor.learn({ entities: ['audit'], invalidated: ['plan:*', 'plans:1'] });
    await reader.read(tagged('plan:1'));
    await cache.invalidateTags(['audit:1', 'plan:2', 'ghost:1', '=a key', 'scope:room=1']);
    await cache.clear();

    clock.turn(soon);

    expect(insight.advice.map(({ what, about }) => [what, about])).toEqual([
      ['invalidated and never read', 'plans'],
      ['invalidated and never read', 'ghost'],
    ]);
  });

  it('names a time that is set for no type and no method', async () => {
    const kinds = ['folder', 'my_type', 'source.read', 'ghost'];
    const { reader, clock, insight } = core({ ttls: new Map(kinds.map((kind) => [kind, 60_000])) });
    insight.advisor.learn({ entities: ['folder', 'my-type'], methods: ['Source.read'] });
    await reader.read(tagged('folder:1', 'my-type:1'));

    clock.turn(soon);

    expect(insight.advice.map(({ what, about }) => [what, about])).toEqual([['ttl of no entry', 'ghost']]);
  });

  it('names a method whose entries never last as long as it says, because of what it calls', async () => {
    const { reader, clock, insight } = core();
    insight.advisor.learn({ entities: ['row'] });
    const inner = Object.assign(new Source(() => 1, 'inner'), { ttlMs: 60_000 });
    const outer = Object.assign(new Source(() => reader.read(inner), 'outer'), { ttlMs: 600_000, name: 'Outer.read' });

    for (let fills = 0; fills < 30; fills++) {
      await reader.read(outer);
      clock.turn(60_000);
    }

    expect(insight.advice.map(({ what, about, sentence }) => [what, about, sentence])).toEqual([
      [
        'ttl longer than what it depends on',
        'Outer.read',
        expect.stringContaining('lasts 600 s, and none of its 30 entries was to last longer than 60 s'),
      ],
    ]);
  });

  it('and not one that calls what is as old as it may be', async () => {
    const { reader, cache, clock, insight } = core();
    insight.advisor.learn({ entities: ['row'] });
    const inner = Object.assign(new Source(() => 1, 'inner'), { ttlMs: 60_000, tags: [] });
    const outer = Object.assign(new Source(() => reader.read(inner), 'outer'), { ttlMs: 60_000, name: 'Outer.read' });

    for (let fills = 0; fills < 100; fills++) {
      await reader.read(outer);
      clock.turn(7_000);
      await cache.delete('outer');
    }

    expect(insight.advice).toEqual([]);
  });

  it('stays small, and is not given of what there was no room for', async () => {
    const { reader, clock, insight } = core();
    for (let type = 0; type < 2_000; type++) await reader.read(tagged(`read${type}:1`));
    for (let type = 0; type < 2_000; type++) insight.advisor.changed([`changed${type}:1`]);

    clock.turn(soon);

    expect(insight.advice).toEqual([]);
  });
});
