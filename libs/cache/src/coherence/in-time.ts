import type { Clock } from './clock.js';

/** The answer, or a refusal to wait longer for it. What was asked may still be done. */
export function inTime<T>(answer: Promise<T>, clock: Clock, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => reject(new Error(`The database did not answer within ${ms} ms.`)));
    answer.finally(cancel).then(resolve, reject);
  });
}
