/**
 * One contestant in a process of its own, so that none pays for another's garbage, or for the promise hooks that our own use
 * of AsyncLocalStorage switches on. The parent says what to do and when; the child says how long it took.
 */
import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import { do_not_optimize as consume } from 'mitata';
import { idOf, type Kind } from './files.js';
import { application, decorated, FileService, FrozenFileService } from './file.service.js';
import { live } from './lived-in.js';
import { call, hit, invalidate, miss, type Invalidations, type Operation } from './races.js';
import { bento, cacheable } from './rivals.js';
import type { Bounds, Subject } from './subject.js';
import { RUNTIME } from '../libs/cache/src/nest/tokens.js';
import type { Runtime } from '../libs/cache/src/core/runtime.js';

export type Request =
  | { readonly do: 'prepare'; readonly race: 'hit' | 'miss' | 'call'; readonly kind: Kind }
  | { readonly do: 'live' }
  | { readonly do: 'round'; readonly count: number }
  | { readonly do: 'invalidate'; readonly counts: readonly number[]; readonly repetitions: number }
  | { readonly do: 'weigh'; readonly kind: Kind; readonly count: number };

/** With all that there is to be seen. */
const watched = { auditRate: 0.001 };

const subjects = {
  clone: (bounds: Bounds): Promise<Subject> => decorated(FileService, bounds),
  freeze: (bounds: Bounds): Promise<Subject> => decorated(FrozenFileService, bounds),
  watched: (bounds: Bounds): Promise<Subject> => decorated(FileService, bounds, watched),
  watchedFrozen: (bounds: Bounds): Promise<Subject> => decorated(FrozenFileService, bounds, watched),
  bento: async (bounds: Bounds): Promise<Subject> => bento(bounds, true),
  bentoSharing: async (bounds: Bounds): Promise<Subject> => bento(bounds, false),
  cacheable: async (bounds: Bounds): Promise<Subject> => cacheable(bounds, true),
  cacheableSharing: async (bounds: Bounds): Promise<Subject> => cacheable(bounds, false),
};

/** The same method undecorated, without the module, with the cache switched off, and with it. */
const calls = {
  bare: async (): Promise<Operation> => {
    const service = (await application()).get(FileService);
    return call(service.bareEcho.bind(service));
  },
  absent: async (): Promise<Operation> => echoOf(await application()),
  disabled: async (): Promise<Operation> => echoOf(await application({ enabled: false })),
  enabled: async (): Promise<Operation> => echoOf(await application({})),
};

function echoOf(app: INestApplicationContext): Operation {
  const service = app.get(FileService);
  return call(service.echo.bind(service));
}

export type Name = keyof typeof subjects | keyof typeof calls;

const name = process.argv[2] as Name;
let operation: Operation = async () => undefined;
let at = 0;

async function handle(request: Request): Promise<unknown> {
  switch (request.do) {
    case 'prepare':
      operation = await prepare(request.race, request.kind);
      return undefined;
    case 'live':
      return live(() => operation(at++));
    case 'round': {
      // The processor's time, not the clock's: it leaves out what other processes take, and counts our collector's threads.
      const began = process.cpuUsage();
      for (let i = 0; i < request.count; i++) consume(await operation(at++));
      const { user, system } = process.cpuUsage(began);
      return ((user + system) * 1_000) / request.count;
    }
    case 'invalidate':
      return invalidations(request.counts, request.repetitions);
    case 'weigh':
      return weigh(request.kind, request.count);
  }
}

async function prepare(race: 'hit' | 'miss' | 'call', kind: Kind): Promise<Operation> {
  if (race === 'call') return calls[name as keyof typeof calls]();
  return race === 'hit' ? hit(await make(10_000), kind) : miss(await make(1_000), kind);
}

function make(entries: number): Promise<Subject> {
  return subjects[name as keyof typeof subjects]({ entries });
}

async function invalidations(counts: readonly number[], repetitions: number): Promise<Invalidations[]> {
  const caches = await Promise.all(counts.map((count) => make(count + 1_000)));
  const results = counts.map((): Invalidations => ({
    delete: [],
    readAfterDelete: [],
    invalidateTag: [],
    readAfterInvalidateTag: [],
  }));
  for (let repetition = 0; repetition <= repetitions; repetition++) {
    for (const [place, count] of counts.entries()) {
      const into = results[place] as Invalidations;
      await invalidate(caches[place] as Subject, count, into);
      // The first one only warms up.
      if (repetition === 0) for (const samples of Object.values(into) as number[][]) samples.length = 0;
    }
  }
  return results;
}

async function weigh(kind: Kind, count: number): Promise<{ measured: number; estimated: number | undefined }> {
  const subject = await make(count);
  const read = subject.reader(kind);
  // Once around for the code and the hidden classes; then the same places are filled with other entries.
  for (let i = 0; i < 200; i++) await read(idOf(count + i));
  const before = occupied();
  for (let i = 0; i < count - 200; i++) await read(idOf(i));
  const measured = (occupied() - before) / (count - 200);
  const memory = (subject as { app?: { get(token: symbol): Runtime } }).app?.get(RUNTIME).memory;
  return { measured, estimated: memory === undefined ? undefined : memory.bytes / memory.size };
}

function occupied(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

process.on('message', (request: Request) => {
  handle(request).then(
    (answer) => process.send?.({ answer }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => process.exit());
