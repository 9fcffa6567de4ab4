import { describe, expect, it } from '@jest/globals';
import { forever } from '../../libs/cache/src/coherence/lease.js';
import { Alone } from '../../libs/cache/src/coherence/alone.js';
import type { Fence, Registrar } from '../../libs/cache/src/coherence/registrar.js';
import { Replica } from '../../libs/cache/src/coherence/replica.js';
import type { CacheEvent } from '../../libs/cache/src/core/events.js';
import { Transaction } from '../../libs/cache/src/core/transaction.js';
import { core, Source } from '../support/core.js';
import { Deferred } from '../support/deferred.js';

/** A registrar that writes down what it is told. */
class Recording implements Registrar {
  readonly told: string[] = [];
  readonly replica = new Replica(forever, 'epoch');
  readonly #alone = new Alone(this.replica, 100);

  async fence(tags: readonly string[]): Promise<Fence> {
    this.told.push(`fence ${tags.join(' ')}`);
    return this.#alone.fence(tags);
  }

  async settle(fence: Fence, changed: readonly string[]): Promise<void> {
    this.told.push(`settle ${changed.join(' ')}`.trim());
    await this.#alone.settle(fence, changed);
  }

  async outlast(): Promise<void> {}
}

class Unreachable extends Recording {
  override fence(): Promise<Fence> {
    return Promise.reject(new Error('unreachable'));
  }
}

function open(registrar: Recording = new Recording()) {
  const events: CacheEvent[] = [];
  const { replica } = registrar;
  const transaction = new Transaction({ registrar, replica, tell: (event) => events.push(event) });
  return { transaction, registrar, events };
}

describe('a transaction', () => {
  it('I6, I7: is fenced before its commit and settled after it, each tag once', async () => {
    const { transaction, registrar } = open();
    transaction.touch(['a', 'b']);
    transaction.touch(['A']);

    await transaction.fence();
    expect(registrar.told).toEqual(['fence a b']);
    await transaction.settle('committed');

    expect(registrar.told).toEqual(['fence a b', 'settle a b']);
    expect(transaction.open).toBe(false);
  });

  it('that touches nothing pays nothing', async () => {
    const { transaction, registrar } = open();

    await transaction.fence();
    await transaction.settle('committed');

    expect(registrar.told).toEqual([]);
  });

  it('I8: changes nothing when it is rolled back, with and without a fence', async () => {
    for (const fenced of [true, false]) {
      const { transaction, registrar } = open();
      transaction.touch(['a']);
      if (fenced) await transaction.fence();

      await transaction.settle('rolled back');

      expect(registrar.told).toEqual(fenced ? ['fence a', 'settle'] : []);
    }
  });

  it('I8: changes what was written in its name elsewhere even when it is rolled back', async () => {
    const { transaction, registrar } = open();
    transaction.touch(['a']);
    transaction.escape();

    await transaction.settle('rolled back');

    expect(registrar.told).toEqual(['fence a', 'settle a']);
  });

  it('I7: keeps an unknown outcome fenced until it is decided, and takes it for a commit then', async () => {
    const { transaction, registrar } = open();
    const decided = new Deferred<void>();
    transaction.touch(['a']);
    await transaction.fence();

    await transaction.settle('unknown', decided.promise);
    expect(registrar.told).toEqual(['fence a']);
    decided.resolve();
    await new Promise((resolve) => setImmediate(resolve));

    expect(registrar.told).toEqual(['fence a', 'settle a']);
  });

  it('I7: is settled once, whoever asks again', async () => {
    const { transaction, registrar } = open();
    transaction.touch(['a']);
    await transaction.fence();

    await transaction.settle('committed');
    await transaction.settle('rolled back');

    expect(registrar.told).toEqual(['fence a', 'settle a']);
  });

  it('fences guards along and does not change them', async () => {
    const { transaction, registrar } = open();
    transaction.touch(['a']);
    transaction.guard(['b:*']);

    await transaction.fence();
    await transaction.settle('committed');

    expect(registrar.told).toEqual(['fence a b:* b:?', 'settle a']);
  });

  it('that touches very much touches everything, and does not grow', async () => {
    const { transaction, registrar } = open();

    for (let row = 0; row < 20_000; row++) transaction.touch([`row:${row}`]);
    await transaction.settle('committed');

    expect(registrar.told).toEqual(['fence *', 'settle *']);
  });

  it('does not fail because nobody can be told, and says so', async () => {
    const { transaction, events } = open(new Unreachable());
    transaction.touch(['a']);

    await transaction.fence();
    await transaction.settle('committed');

    expect(events.map((event) => event.kind)).toEqual(['fault', 'fault']);
  });
});

describe('what is done to the cache within a transaction', () => {
  it('takes effect at its commit', async () => {
    const { cache, transactions, reader } = core();
    const source: Source<number> = new Source(() => source.loads);
    await reader.read(source);
    await cache.set('gone', 1);
    const transaction = transactions.begin();

    await transactions.run(transaction, async () => {
      await cache.set('new', { n: 1 }, { tags: ['b'] });
      await cache.delete('gone');
      await cache.invalidateTags(['row:1']);
      expect(await cache.get('new')).toBeUndefined();
    });
    expect(await cache.getMany(['new', 'gone', 'key'])).toEqual([undefined, 1, 1]);
    await transaction.fence();
    expect(await cache.getMany(['new', 'gone', 'key'])).toEqual([undefined, undefined, undefined]);
    await transaction.settle('committed');

    expect(await cache.getMany(['new', 'gone', 'key'])).toEqual([{ n: 1 }, undefined, undefined]);
  });

  it('I8: has never been when it is rolled back', async () => {
    const { cache, transactions } = core();
    await cache.set('old', 1);
    const transaction = transactions.begin();

    await transactions.run(transaction, async () => {
      await cache.set('new', 2);
      await cache.set('old', 2);
      await cache.clear();
    });
    await transaction.fence();
    await transaction.settle('rolled back');

    expect(await cache.getMany(['new', 'old'])).toEqual([undefined, 1]);
  });

  it('I10: a value is not kept when another transaction changed, or is changing, what it depends on', async () => {
    const { cache, transactions } = core();
    const others = [
      async () => cache.invalidateTags(['shared']),
      async () => {
        const other = transactions.begin();
        other.touch(['shared']);
        other.framed = true;
        await other.fence();
      },
    ];
    for (const meanwhile of others) {
      const transaction = transactions.begin();
      await transactions.run(transaction, () => cache.set('key', 'mine', { tags: ['shared'] }));
      await transaction.fence();

      await meanwhile();
      await transaction.settle('committed');

      expect(await cache.get('key')).toBeUndefined();
    }
  });

  it('I10: a value is not kept when its outcome is unknown, or a statement had failed', async () => {
    for (const outcome of ['unknown', 'committed'] as const) {
      const { cache, transactions } = core();
      const transaction = transactions.begin();
      await transactions.run(transaction, () => cache.set('key', 'mine'));
      if (outcome === 'committed') transaction.doubt();

      await transaction.fence();
      await transaction.settle(outcome);
      await new Promise((resolve) => setImmediate(resolve));

      expect(await cache.get('key')).toBeUndefined();
    }
  });

  it('happens in its order: what is invalidated after it was set is gone, what is set after it was invalidated stays', async () => {
    const { cache, transactions } = core();
    const transaction = transactions.begin();

    await transactions.run(transaction, async () => {
      await cache.set('first', 1, { tags: ['a'] });
      await cache.invalidateTags(['a']);
      await cache.set('second', 2, { tags: ['a'] });
    });
    await transaction.fence();
    await transaction.settle('committed');

    expect(await cache.getMany(['first', 'second'])).toEqual([undefined, 2]);
  });

  it('reaches a transaction driven by hand as well as everybody, because nobody knows whose call it was', async () => {
    const { cache, transactions, reader } = core();
    const byHand = transactions.begin();
    const source: Source<number> = new Source(() => source.loads);

    await cache.invalidateTags(['row:1']);
    await reader.read(source);
    await byHand.fence();
    await byHand.settle('committed');

    expect(await reader.read(source)).toBe(2);
  });

  it('does not wait for a transaction that something has escaped from', async () => {
    const { cache, transactions, reader } = core();
    const source: Source<number> = new Source(() => source.loads);
    await reader.read(source);
    const transaction = transactions.begin();

    await transactions.run(transaction, async () => {
      transaction.escape();
      await cache.invalidateTags(['row:1']);
    });

    expect(await reader.read(source)).toBe(2);
  });
});
