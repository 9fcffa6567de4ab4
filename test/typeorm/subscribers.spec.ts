// Other people's subscribers may throw, reject or dawdle wherever TypeORM calls them; no row may stay stale for it.
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { EntitySubscriberInterface } from 'typeorm';
import { Note, Notes } from '../support/notes.js';

const hooks = [
  'beforeTransactionStart',
  'afterTransactionStart',
  'beforeTransactionCommit',
  'afterTransactionCommit',
  'beforeTransactionRollback',
  'afterTransactionRollback',
  'beforeInsert',
  'afterInsert',
  'beforeUpdate',
  'afterUpdate',
  'beforeRemove',
  'afterRemove',
  'beforeQuery',
  'afterQuery',
] as const;
type Hook = (typeof hooks)[number];

const faults: Readonly<Record<string, () => Promise<void> | void>> = {
  throws: () => {
    throw new Error('a stranger’s fault');
  },
  'throws nothing': () => {
    // oxlint-disable-next-line no-throw-literal
    throw undefined;
  },
  rejects: () => Promise.reject(new Error('a stranger’s fault')),
};

/** Fails at one hook, once. */
class Stranger implements EntitySubscriberInterface {
  beforeQuery?: () => void;

  #hook: Hook | undefined;
  #fault: () => Promise<void> | void = () => {};
  #when: (event: unknown) => boolean = () => true;

  constructor() {
    for (const hook of hooks) Object.assign(this, { [hook]: (event: unknown) => this.#called(hook, event) });
  }

  failsAt(hook: Hook, fault: () => Promise<void> | void, when: (event: unknown) => boolean = () => true): void {
    this.#hook = hook;
    this.#fault = fault;
    this.#when = when;
  }

  behaves(): void {
    this.#hook = undefined;
  }

  #called(hook: Hook, event: unknown): Promise<void> | void {
    if (hook !== this.#hook || !this.#when(event)) return;
    this.behaves();
    return this.#fault();
  }
}

const isQuery = (sql: string) => (event: unknown) => (event as { query?: string }).query === sql;

const stranger = new Stranger();
let notes: Notes;
beforeAll(async () => {
  // One connection: whatever is left on it meets the next user.
  notes = await Notes.start({ subscribers: [stranger], options: { extra: { max: 1 } } });
});
beforeEach(async () => {
  stranger.behaves();
  await notes.reset();
});
afterAll(() => notes.stop());

const everyFault = hooks.flatMap((hook) =>
  Object.entries(faults)
    .filter(([name]) => name !== 'throws nothing' || hook.endsWith('Query'))
    .map(([name, fault]) => ({ hook, name, fault })),
);

describe.each(everyFault)('a stranger that $name at $hook', ({ hook, fault }) => {
  const attempts: Readonly<Record<string, () => Promise<unknown>>> = {
    'a transaction that commits': () =>
      notes.dataSource.transaction(async (manager) => {
        await manager.save(Note, { id: 1, text: 'new' });
        await manager.insert(Note, { id: 9, text: 'new' });
        await manager.delete(Note, { id: 3 });
      }),
    'a transaction that rolls back': () =>
      notes.dataSource.transaction(async (manager) => {
        await manager.save(Note, { id: 1, text: 'new' });
        await manager.remove(await manager.findOneByOrFail(Note, { id: 3 }));
        throw new Error('no');
      }),
    'a save on its own': () => notes.dataSource.manager.save(Note, { id: 1, text: 'new' }),
    'a criteria update': () => notes.dataSource.manager.update(Note, { id: 1 }, { text: 'new' }),
    'an insert': () => notes.dataSource.manager.insert(Note, { id: 9, text: 'new' }),
  };

  it.each(Object.entries(attempts))('leaves nothing stale and nothing fenced in %s', async (_name, attempt) => {
    await notes.read(9);
    stranger.failsAt(hook, fault);
    await Promise.allSettled([attempt()]);
    stranger.behaves();

    for (const id of [1, 2, 3, 9]) expect([id, await notes.read(id)]).toEqual([id, await stored(id)]);
    // The next user of the connection commits whatever was left on it.
    await Promise.allSettled([notes.dataSource.transaction((manager) => manager.save(Note, { id: 2, text: 'next' }))]);
    await notes.dataSource.transaction((manager) => manager.save(Note, { id: 2, text: 'last' }));
    for (const id of [1, 2, 3, 9]) expect([id, await notes.read(id)]).toEqual([id, await stored(id)]);
    await untilUnfenced();
    for (const id of [1, 2, 3, 9]) expect([id, await notes.hits(id)]).toEqual([id, true]);
    await notes.dataSource.manager.delete(Note, { id: 9 });
  });
});

describe('a stranger at COMMIT', () => {
  it('that fails with a database error of his own does not make a committed transaction one that was rolled back', async () => {
    const own = notes.database.client();
    stranger.failsAt(
      'afterQuery',
      async () => {
        const client = await own;
        const failure: unknown = await client.query('SELECT 1/0').catch((error: unknown) => error);
        throw Object.assign(new Error('the audit failed'), { driverError: failure });
      },
      isQuery('COMMIT'),
    );

    const write = notes.dataSource.transaction((manager) => manager.save(Note, { id: 1, text: 'new' }));

    await expect(write).rejects.toThrow('the audit failed');
    await (await own).end();
    expect(await stored(1)).toBe('new');
    expect(await notes.read(1)).toBe('new');
  });

  it.each(Object.entries(faults))(
    'that %s before COMMIT is sent leaves a transaction that is followed on',
    async (_n, fault) => {
      const runner = notes.dataSource.createQueryRunner();
      await runner.startTransaction();
      await runner.manager.update(Note, { id: 1 }, { text: 'new' });
      stranger.failsAt('beforeQuery', fault, isQuery('COMMIT'));
      await Promise.allSettled([runner.commitTransaction()]);
      await runner.manager.update(Note, { id: 2 }, { text: 'new' });
      await runner.commitTransaction();
      await runner.release();

      expect([await notes.read(1), await notes.read(2)]).toEqual(['new', 'new']);
    },
  );
});

describe('a stranger at ROLLBACK', () => {
  it('that throws before it makes rows that the next transaction on the connection commits, and they are not missed', async () => {
    stranger.failsAt('beforeTransactionRollback', faults['throws']!);
    const failing = notes.dataSource.transaction(async (manager) => {
      await manager.save(Note, { id: 1, text: 'zombie' });
      await notes.cache.set('kept', 'zombie');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');

    await notes.dataSource.transaction((manager) => manager.save(Note, { id: 2, text: 'next' }));

    expect(await stored(1)).toBe('zombie');
    expect(await notes.read(1)).toBe('zombie');
  });

  it('that throws before it leaves rows that nobody is shown before they are committed', async () => {
    stranger.failsAt('beforeTransactionRollback', faults['throws']!);
    await Promise.allSettled([
      notes.dataSource.transaction(async (manager) => {
        await manager.save(Note, { id: 1, text: 'zombie' });
        throw new Error('no');
      }),
    ]);
    await notes.cache.delete('note 1');
    // The only connection there is sees its own uncommitted rows.
    await notes.read(1);

    const runner = notes.dataSource.createQueryRunner();
    await runner.query('ROLLBACK');
    await runner.release();

    expect(await notes.read(1)).toBe('old');
  });
});

/** An unknown outcome is asked about after a moment. */
async function untilUnfenced(): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    for (const id of [1, 2, 3, 9]) await notes.read(id);
    const hits = [await notes.hits(1), await notes.hits(2), await notes.hits(3), await notes.hits(9)];
    if (hits.every(Boolean)) return;
    await pause(10);
  }
}

/** Not by the only connection, which may be in a transaction. */
const stored = (id: number) => notes.stored(id);
