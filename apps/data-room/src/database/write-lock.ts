import { setTimeout as pause } from 'node:timers/promises';

const patienceMs = 10_000;

/** One writer at a time, in the order of asking. SQLite has a single writer; waiting for it here costs no polling. */
export class WriteLock {
  #tail: Promise<void> = Promise.resolve();

  /** Resolves with the function that gives the lock back, which may be called twice. */
  async acquire(): Promise<() => void> {
    const before = this.#tail;
    let release!: () => void;
    this.#tail = new Promise((resolve) => (release = resolve));

    const giveUp = new AbortController();
    const late = pause(patienceMs, true, { signal: giveUp.signal }).catch(() => false);
    const isLate = await Promise.race([before.then(() => false), late]);
    giveUp.abort();
    if (!isLate) return release;

    // Whoever queued up behind this one still has to wait for those before it.
    void before.then(release);
    throw new Error(`SQLITE_BUSY: another transaction has held the write lock for ${patienceMs} ms`);
  }
}
