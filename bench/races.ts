/** What is done to a subject, over and over. */
import { isDeepStrictEqual } from 'node:util';
import { commonTag, idOf, source, values, type Kind } from './files.js';
import type { Subject } from './subject.js';

/** One operation; it is awaited, as a caller would. */
export type Operation = (at: number) => Promise<unknown>;

/** Every answer comes from the cache, and is right: both are checked first. */
export async function hit(subject: Subject, kind: Kind): Promise<Operation> {
  const read = subject.reader(kind);
  const ids = idsOf(kind === 'entity' || kind === 'plain' ? 1_000 : 50);
  for (const id of ids) await read(id);
  const { loads } = subject;
  for (const id of ids) {
    const value = await read(id);
    const expected = values[kind](id);
    const same = subject.faithful
      ? isDeepStrictEqual(value, expected)
      : JSON.stringify(value) === JSON.stringify(expected);
    if (!same) throw new Error(`A hit on ${kind} gave something else than the miss.`);
  }
  if (subject.loads !== loads) throw new Error(`A read of ${kind} was to be a hit and was none.`);
  return (at) => read(ids[at % ids.length] as string);
}

/** Every answer is loaded and stored; the cache is full, so that another entry has to go. */
export async function miss(subject: Subject, kind: Kind): Promise<Operation> {
  const read = subject.reader(kind);
  const pool = idsOf(64).map((id) => values[kind](id));
  let next = 0;
  source.load = () => pool[next++ % pool.length] as object;
  const { loads } = subject;
  await read(idOf(0));
  if (subject.loads !== loads + 1) throw new Error(`A read of ${kind} was to be a miss and was none.`);
  return (at) => read(idOf(at + 1));
}

/** A call of a method that only returns its argument. */
export function call(method: (id: string) => Promise<unknown>): Operation {
  const ids = idsOf(100);
  return (at) => method(ids[at % 100] as string);
}

export interface Invalidations {
  /** Nanoseconds of each repetition. */
  readonly delete: number[];
  readonly readAfterDelete: number[];
  readonly invalidateTag: number[];
  readonly readAfterInvalidateTag: number[];
}

/** One repetition with `count` living entries that have a tag in common. */
export async function invalidate(subject: Subject, count: number, into: Invalidations): Promise<void> {
  const read = subject.reader('note');
  const ids = idsOf(count);
  for (const id of ids) await read(id);
  // The code and the caches of the processor are as warm as they would be in a busy server, whatever the count.
  const other = idOf(1_000_000_000);
  for (let i = 0; i < 300; i++) {
    await subject.invalidate(`file:${other}`);
    await read(ids[i % 10] as string);
  }
  for (let i = 0; i < 20; i++) {
    const id = ids[i % 10] as string;
    into.delete.push(await timed(() => subject.delete('note', id)));
    into.readAfterDelete.push(await timed(() => read(id)));
  }
  const { loads } = subject;
  into.invalidateTag.push(await timed(() => subject.invalidate(commonTag)));
  into.readAfterInvalidateTag.push(await timed(() => read(ids[0] as string)));
  if (subject.loads !== loads + 1) throw new Error('An invalidated tag did not invalidate.');
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - began);
}

function idsOf(count: number): string[] {
  return Array.from({ length: count }, (_, at) => idOf(at));
}
