// What the read path does with entries that other processes have kept.
import { describe, expect, it } from '@jest/globals';
import { Alone } from '../../libs/cache/src/coherence/alone.js';
import { Replica, type Stamp } from '../../libs/cache/src/coherence/replica.js';
import type { Draft, Found, SharedStore, Wanted } from '../../libs/cache/src/core/store.js';
import { core, Source } from '../support/core.js';

/** A store of one process; the turns it gives are counted. */
class Shelf implements SharedStore {
  readonly drafts = new Map<string, { draft: Draft; ttlMs: number }>();
  turns = 0;
  ended = 0;
  asked = 0;

  async fetch(key: string, stands: (found: Found) => boolean) {
    const found = await this.get(key, stands);
    if (found !== undefined) return { found };
    this.turns++;
    return { turn: { end: () => void this.ended++ } };
  }

  async get(key: string, stands: (found: Found) => boolean): Promise<Found | undefined> {
    this.asked++;
    const entry = this.drafts.get(key);
    if (entry === undefined) return undefined;
    const { value, ...rest } = entry.draft;
    const found = { ...rest, remainsMs: entry.ttlMs, ageMs: 0, value: () => structuredClone(value) };
    return stands(found) ? found : undefined;
  }

  getMany(wanted: readonly Wanted[]) {
    return Promise.all(wanted.map(async ({ key, stands }) => ({ found: await this.get(key, stands) })));
  }

  put(key: string, draft: Draft, ttlMs: number): void {
    this.drafts.set(key, { draft, ttlMs });
  }
}

function process() {
  const lease = { held: true, until: Infinity };
  const replica = new Replica(lease, 'epoch');
  const registrar = new Alone(replica, 100);
  const shelf = new Shelf();
  const coherence = { replica, registrar, start: () => {}, stop: () => Promise.resolve() };
  return { ...core({}, { coherence, store: shelf }), lease, replica, registrar, shelf };
}

const draft = (value: unknown, position: number, epoch = 'epoch'): Draft => ({
  value,
  stamp: { epoch, position } satisfies Stamp,
  tags: ['row:1'],
  weight: 10,
  by: 'another',
  tookMs: 1,
  fallbackMs: 0,
});

describe('an entry that another process has kept', () => {
  it('I26: is answered and kept in memory if its claim stands, and nothing is loaded', async () => {
    const { reader, registrar, shelf, clock } = process();
    await registrar.settle(await registrar.fence(['row:1']), ['row:1']);
    shelf.put('key', draft({ from: 'elsewhere' }, 2), 10_000);
    const source = new Source(() => ({ from: 'here' }));

    const [first, second] = [await reader.read(source), await reader.read(source)];
    expect([first, second]).toEqual([{ from: 'elsewhere' }, { from: 'elsewhere' }]);
    expect(first).not.toBe(second);
    expect([shelf.asked, source.loads]).toEqual([1, 0]);
    clock.turn(10_000);
    shelf.drafts.clear();
    expect(await reader.read(source)).toEqual({ from: 'here' });
  });

  it.each<[string, Draft]>([
    ['it was read before a change', draft('old', 1)],
    ['it is of another list', draft('old', 100, 'another epoch')],
  ])('I26: is not answered when %s; what is loaded takes its place', async (_why, old) => {
    const { reader, registrar, shelf } = process();
    await registrar.settle(await registrar.fence(['row:1']), ['row:1']);
    shelf.put('key', old, 10_000);
    const source = new Source(() => 'new');

    expect(await reader.read(source)).toBe('new');
    expect(shelf.drafts.get('key')?.draft).toMatchObject({ value: 'new', stamp: { epoch: 'epoch', position: 2 } });
    expect([shelf.turns, shelf.ended]).toEqual([1, 1]);
  });

  it('I26: is not answered behind a fence, and nothing is put there', async () => {
    const { reader, registrar, shelf } = process();
    shelf.put('key', draft('old', 0), 10_000);
    await registrar.fence(['row:1']);
    const source = new Source(() => 'new');

    expect(await reader.read(source)).toBe('new');
    expect(shelf.drafts.get('key')?.draft.value).toBe('old');
  });

  it('I26: is neither asked for nor put out of step', async () => {
    const { reader, lease, shelf } = process();
    Object.assign(lease, { held: false, until: 0 });
    const source = new Source(() => 'here');
    shelf.put('key', draft('elsewhere', 0), 10_000);

    expect(await reader.read(source)).toBe('here');
    expect([shelf.asked, shelf.drafts.get('key')?.draft.value]).toEqual([0, 'elsewhere']);
  });

  it('I26: is not answered when step was lost while it was on its way', async () => {
    const { reader, lease, shelf } = process();
    shelf.put('key', draft('elsewhere', 0), 10_000);
    const source = new Source(() => 'here');
    const read = reader.read(source);
    await Promise.resolve();
    Object.assign(lease, { held: false, until: 0 });

    expect(await read).toBe('here');
  });

  it('gives everything it depends on to whoever loads with its help', async () => {
    const { reader, registrar, shelf } = process();
    shelf.put('inner', draft(1, 0), 10_000);
    const inner = new Source(() => 2, 'inner');
    const outer = new Source(() => reader.read(inner), 'outer');
    outer.tags = [];
    expect(await reader.read(outer)).toBe(1);

    await registrar.settle(await registrar.fence(['row:1']), ['row:1']);
    expect(await reader.read(outer)).toBe(2);
  });

  it('gives back the turn when the load fails, and asks for none when loading anew', async () => {
    const { reader, shelf } = process();
    const source = new Source<number>(() => Promise.reject(new Error('no')));
    await expect(reader.read(source)).rejects.toThrow('no');
    expect([shelf.turns, shelf.ended]).toEqual([1, 1]);

    shelf.put('key', draft(1, 0), 10_000);
    const anew = new Source(() => 2);
    expect(await reader.renew(anew)).toBe(2);
  });

  it('is found by `get`, and what is set is put for the others', async () => {
    const { cache, shelf } = process();
    shelf.put('key', draft('elsewhere', 0), 10_000);
    expect(await cache.getMany(['key', 'none'])).toEqual(['elsewhere', undefined]);

    await cache.set('mine', { a: 1 }, { tags: ['row:2'], ttl: 7 });
    expect(shelf.drafts.get('mine')).toMatchObject({ ttlMs: 7_000, draft: { value: { a: 1 }, tags: ['row:2'] } });
  });
});
