/** The cache as a process has it: through memory, or through Redis where memory has nothing. */
import { setTimeout as pause } from 'node:timers/promises';
import { alone } from '../libs/cache/src/coherence/alone.js';
import { EnvelopeCodec } from '../libs/cache/src/codec/codec.js';
import { MethodCounts } from '../libs/cache/src/core/insight/counts.js';
import { Classes } from '../libs/cache/src/core/classes.js';
import type { CacheEvent } from '../libs/cache/src/core/events.js';
import { defaults } from '../libs/cache/src/core/policy.js';
import type { Read } from '../libs/cache/src/core/read.js';
import { Runtime } from '../libs/cache/src/core/runtime.js';
import { systemClock } from '../libs/cache/src/core/system-clock.js';
import { openRedis } from '../libs/cache/src/redis/redis.js';

export interface Given {
  readonly value: unknown;
  readonly loads: number;
  /** Why it was not kept. */
  readonly refusal: string | undefined;
}

export interface OwnKeeper {
  readonly name: string;
  /** Reads twice, the second time from where it is kept. */
  readTwice(key: string, value: object): Promise<Given>;
  close(): Promise<void>;
}

export function ownKeeper(url: string | undefined, known: readonly object[]): OwnKeeper {
  const refusals: string[] = [];
  const classes = new Classes();
  for (const prototype of known) classes.add({ name: prototype.constructor.name, shape: '', prototype });
  const refused = (_key: string, what: string): void => void refusals.push(what);
  const codec = new EnvelopeCodec({ classes, refused, damaged: refused });
  const place = { ca: undefined, budgetMs: 1_000, prefix: 'bench', newId: () => 'bench', today: () => Date.now() };
  const access = url === undefined ? undefined : openRedis({ url, codec, ...place });
  access?.start();
  const tell = (event: CacheEvent): void => void refusals.push(String(Reflect.get(event, 'error')));
  const coherence = alone('bench', 1_000);
  const runtime = new Runtime({ policy: defaults, clock: systemClock, tell, coherence, store: access?.store });
  return {
    name: url === undefined ? 'ours, memory' : 'ours, Redis',
    readTwice: async (key, value) => {
      let loads = 0;
      refusals.length = 0;
      const read: Read<object> = {
        key,
        name: 'Bench.fidelity',
        counts: new MethodCounts('Bench.fidelity'),
        copy: 'clone',
        fallbackMs: 0,
        load: async () => {
          loads++;
          return value;
        },
        tagsOf: () => ['type:file'],
        ttlOf: () => 60_000,
      };
      await runtime.reader.read(read);
      if (access !== undefined) {
        await pause(50);
        runtime.memory.delete(key);
      }
      return { value: await runtime.reader.read(read), loads, refusal: refusals[0] };
    },
    close: async () => access?.close(),
  };
}
