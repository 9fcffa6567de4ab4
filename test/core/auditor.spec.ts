import { describe, expect, it } from '@jest/globals';
import { alone } from '../../libs/cache/src/coherence/alone.js';
import { TermLease } from '../../libs/cache/src/coherence/lease.js';
import { Replica } from '../../libs/cache/src/coherence/replica.js';
import type { Policy } from '../../libs/cache/src/core/policy.js';
import type { RuntimeParts } from '../../libs/cache/src/core/runtime.js';
import { core, Source } from '../support/core.js';
import { Deferred } from '../support/deferred.js';
import { HandClock } from '../support/hand-clock.js';

const settled = () => new Promise((resolve) => setImmediate(resolve));

interface Row {
  readonly name: string;
}

/** A source whose changes no tag names, read as a cached method reads: asked of the auditor first. */
function audited(policy: Partial<Policy> = {}, parts: Partial<RuntimeParts> = {}) {
  const parted = core({ auditRate: 1, ...policy }, parts);
  const { auditor, reader, clock, insight, events } = parted;
  const row = { name: 'Plan B' };
  const source = withArgs(new Source<Row>(() => ({ ...row })));
  auditor.enlist(source.counts);
  const read = (of = source) => {
    if (of.counts.hits >= of.counts.auditAt) auditor.consider(of, () => of);
    return reader.read(of);
  };
  const turn = async (ms: number) => {
    clock.turn(ms);
    for (let left = 5; left > 0; left--) await settled();
  };
  /** Long enough for both loads of an audit. */
  const wait = async () => {
    await turn(0);
    await turn(2_000);
  };
  const told = () => events.filter(({ kind }) => kind === 'difference');
  return { ...parted, row, source, read, turn, wait, told, found: insight.differences };
}

function withArgs<T>(source: Source<T>, args: unknown[] = []): Source<T> & { args: unknown[] } {
  return Object.assign(source, { args });
}

describe('an audit', () => {
  it('finds what has changed without a word, keeps the evidence, and has it loaded anew', async () => {
    const { source, read, row, wait, found, told, clock } = audited();
    clock.turn(500);
    await read();
    row.name = 'Plan C';

    expect(await read()).toEqual({ name: 'Plan B' });
    await wait();

    expect(found).toEqual([
      {
        key: 'key',
        name: 'Source.read',
        at: 2_500,
        loadedAt: 500,
        by: undefined,
        tags: ['row:1'],
        path: 'result.name',
        what: "result.name: 'Plan B' kept, 'Plan C' in the source",
        kept: "'Plan B'",
        source: "'Plan C'",
      },
    ]);
    expect(source.counts).toMatchObject({ audits: 1, differences: 1 });
    expect(await read()).toEqual({ name: 'Plan C' });
    expect(told()).toHaveLength(1);
    expect(JSON.stringify(told())).not.toMatch(/Plan|key|row:1/);
    expect(String((told()[0] as { error: unknown }).error)).toMatch(/Source\.read .*result\.name/);
  });

  it('says nothing of what is as it was', async () => {
    const { source, read, wait, found } = audited();
    await read();

    for (let hits = 1; hits <= 10; hits++) {
      await read();
      await wait();
      expect(source.counts).toMatchObject({ hits, audits: hits, differences: 0 });
    }

    expect(found).toEqual([]);
  });

  it('is not waited for, and its failure is nobody’s', async () => {
    const { source, read, wait, turn, row, found, events } = audited();
    await read();
    const loads = source.loads;

    await read();
    expect(source.loads).toBe(loads);
    await turn(0);
    expect(source.loads).toBe(loads + 1);

    Object.assign(source, { load: () => Promise.reject(new Error('the source is down')) });
    row.name = 'Plan C';
    expect(await read()).toEqual({ name: 'Plan B' });
    await wait();

    expect(found).toEqual([]);
    expect(events).toEqual([]);
  });

  it('asks the source of what it calls, too, and counts nothing of that', async () => {
    const { reader, read, wait, frames, found, row } = audited();
    const inner = new Source<Row>(() => ({ ...row }), 'inner');
    const outer = withArgs(new Source<Row>(() => reader.read(inner), 'outer'));
    outer.counts.auditAt = 0;
    await read(outer);
    const { misses } = inner.counts.counted;
    row.name = 'Plan C';

    await read(outer);
    await wait();

    expect(found).toMatchObject([{ key: 'outer', path: 'result.name' }]);
    expect(inner.counts.counted.misses).toEqual(misses);
    expect(frames.bypassing).toBe(false);
  });

  it('keeps nothing of what it has loaded', async () => {
    const { memory, read, wait } = audited();
    await read();
    const entry = memory.look('key');

    await read();
    await wait();

    expect(memory.look('key')).toBe(entry);
  });
});

describe('I32: an audit accuses no entry that an uncached read could have given', () => {
  /** What goes on while the source is read for the second time, so that nothing can be said. */
  type Trouble = (subject: ReturnType<typeof audited>) => void | Promise<unknown>;
  const troubles: Readonly<Record<string, Trouble>> = {
    'what it depends on has changed': ({ cache }) => cache.invalidateTags(['row:1']),
    'its family has changed': ({ cache }) => cache.invalidateTags(['row:*']),
    'what it depends on is about to change': ({ transactions }) => {
      const writer = transactions.single();
      writer.touch(['row:1']);
      return writer.fence();
    },
    'it has been set to something else': ({ cache }) => cache.set('key', { name: 'Plan D' }),
    'it has expired': ({ clock }) => clock.turn(60_000),
    'it has been pushed out': ({ memory }) => memory.delete('key'),
    'it has seen an open transaction': ({ frames }) => frames.load?.taint(),
  };

  for (const which of ['first', 'second'] as const)
    it.each(Object.entries(troubles))(`while it is read for the ${which} time: %s`, async (_name, trouble) => {
      const subject = audited();
      const { source, read, turn, row, found, told } = subject;
      await read();
      row.name = 'Plan C';
      const fresh = source.load.bind(source);
      const due = source.loads + (which === 'first' ? 1 : 2);
      let troubled = 0;
      source.load = async () => {
        const value = await fresh();
        if (source.loads === due) troubled += (await trouble(subject), 1);
        return value;
      };

      await read();
      await turn(0);
      await turn(2_000);

      expect(troubled).toBe(1);
      expect(found).toEqual([]);
      expect(told()).toEqual([]);
    });

  it('because its writer names the tags only afterwards', async () => {
    const { cache, read, turn, wait, row, found } = audited();
    await read();
    row.name = 'Plan C';

    await read();
    await turn(0);
    await turn(1_000);
    await cache.invalidateTags(['row:1']);
    await wait();

    expect(found).toEqual([]);
  });

  it('because the source says something else each time', async () => {
    const { insight, read, wait, found } = audited();
    let times = 0;
    const source = withArgs(new Source<Row>(() => ({ name: `signed ${times++}` })));
    source.counts.auditAt = 0;
    await read(source);

    await read(source);
    await wait();

    expect(found).toEqual([]);
    expect(insight.advice).toMatchObject([{ what: 'different each time', about: 'Source.read' }]);
  });

  it('because its source said something else once, and no more', async () => {
    const { insight, read, wait, found } = audited();
    let times = 0;
    const source = withArgs(new Source<Row>(() => ({ name: times++ === 1 ? 'unsigned' : 'signed' })));
    source.counts.auditAt = 0;
    await read(source);

    await read(source);
    await wait();

    expect([times, found, insight.advice]).toEqual([3, [], []]);
  });

  it('because what it was asked with has been changed by whoever asked', async () => {
    const { auditor, reader, wait, found } = audited();
    const page = { offset: 0 };
    const sourceOf = (args: unknown[]) => {
      const [{ offset }] = args as [typeof page];
      return withArgs(
        new Source(async () => (await settled(), { offset: (args as [typeof page])[0].offset }), `${offset}`),
        args,
      );
    };
    const source = sourceOf([page]);
    source.counts.auditAt = 0;
    await reader.read(source);

    auditor.consider(source, sourceOf);
    page.offset = 10;
    await wait();

    expect(found).toEqual([]);
    expect(source.counts.audits).toBe(0);
    expect(await sourceOf([{ offset: 0 }]).load()).toEqual({ offset: 0 });
  });

  it('because nobody knows what others write', async () => {
    const clock = new HandClock();
    const lease = new TermLease(clock, 1_000);
    const replica = new Replica(lease, 'a list');
    const { registrar, ...rest } = alone('a list', 100);
    const subject = audited({}, { clock, coherence: { ...rest, registrar, replica } });
    const { source, row, found } = subject;
    source.fallbackMs = 10_000;
    lease.extend(0);
    await subject.read();
    row.name = 'Plan C';
    lease.lapse();
    clock.turn(100);

    expect(await subject.read()).toEqual({ name: 'Plan B' });
    clock.turn(0);
    await settled();

    expect(source.counts).toMatchObject({ blind: 1, audits: 0 });
    expect(found).toEqual([]);
  });
});

describe('audits', () => {
  it('are two at a time, and of one key one', async () => {
    const { read, turn } = audited();
    const pending: Deferred<Row>[] = [];
    const sources = [1, 2, 3].map((at) => withArgs(new Source<Row>(() => ({ name: 'kept' }), `key ${at}`)));
    for (const source of sources) await read(source);
    for (const source of sources) {
      source.counts.auditAt = 0;
      Object.assign(source, {
        load: () => {
          const next = new Deferred<Row>();
          pending.push(next);
          return next.promise;
        },
      });
    }

    for (const source of [...sources, ...sources]) await read(source);
    await turn(0);
    expect(pending).toHaveLength(2);
    for (const { resolve } of pending.splice(0)) resolve({ name: 'kept' });
    await turn(0);
    for (const source of [sources[0]!, sources[0]!]) await read(source);
    await turn(0);

    expect(pending).toHaveLength(1);
  });

  it('give up a source that does not answer, and go on with others', async () => {
    const { policy, read, turn, auditor } = audited();
    const stuck = ['one', 'two'].map((key) => withArgs(new Source<Row>(() => ({ name: key }), key)));
    const fine = withArgs(new Source<Row>(() => ({ name: 'fine' }), 'fine'));
    for (const source of [...stuck, fine]) {
      auditor.enlist(source.counts);
      await read(source);
    }
    for (const source of stuck) {
      Object.assign(source, { load: () => new Promise(() => {}) });
      await read(source);
    }
    await turn(0);
    await read(fine);
    await turn(0);
    expect(fine.counts.audits).toBe(0);

    await turn(policy.shareMs);
    await read(fine);
    await turn(0);

    expect(fine.counts.audits).toBe(1);
  });

  it('are of the part of hits that was asked for', async () => {
    let seed = 1;
    const chance = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    const { source, read, turn } = audited({ auditRate: 0.01 }, { chance });
    await read();

    for (let hits = 0; hits < 20_000; hits++) {
      await read();
      if (source.counts.hits >= source.counts.auditAt - 1) await turn(0);
    }

    expect(source.counts.audits).toBeGreaterThan(140);
    expect(source.counts.audits).toBeLessThan(260);
  });

  it('are none without a rate, and of none that asked not to be', async () => {
    const { auditor, source } = audited({ auditRate: 0 });

    auditor.enlist(source.counts);

    expect(source.counts.auditAt).toBe(Infinity);
  });

  it('do not repeat a call with what belongs to its caller', async () => {
    const { auditor, reader, source, turn } = audited();
    await reader.read(source);
    const { loads } = source;

    auditor.consider(Object.assign(source, { args: [() => 'a connection'] }), () => source);
    await turn(0);

    expect(source.loads).toBe(loads);
  });

  it('keep the last fifty differences', async () => {
    const { read, row, wait, found, source } = audited();
    await read();

    for (let round = 1; round <= 60; round++) {
      row.name = `Plan ${round}`;
      await read();
      await wait();
      await read();
    }

    expect(source.counts.differences).toBe(60);
    expect(found).toHaveLength(50);
    expect(found[0]!.source).toBe("'Plan 60'");
  });
});
