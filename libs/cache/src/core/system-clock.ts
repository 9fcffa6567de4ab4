import type { Clock } from '../coherence/clock.js';

/** The clock of the machine. It runs on while the process is stopped, which is what a lease needs of it. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms).unref();
    return () => clearTimeout(timer);
  },
};
