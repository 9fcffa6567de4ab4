import type { Clock } from '../coherence/clock.js';
import { CacheError } from './errors.js';

/** The answer, or a CACHE_LOAD_TIMEOUT for this caller; others may wait on. */
export function within<T>(ms: number, name: string, answer: Promise<T>, clock: Clock): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const cancel = clock.after(ms, () => reject(timeout(name, ms)));
    answer.then(resolve, reject).finally(cancel);
  });
}

function timeout(name: string, ms: number): CacheError {
  const advice = 'Raise its `timeout`, or find out what keeps the source.';
  return new CacheError('CACHE_LOAD_TIMEOUT', `${name} had not been loaded after ${ms} ms. ${advice}`);
}
