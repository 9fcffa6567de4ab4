import type { MethodCounts } from '../insight/counts.js';

/** Loads that no reader waits for: on what account they are made, and how many there have been. */
export class Ahead {
  #loads = 0;

  constructor(readonly by: 'warming' | 'refreshing') {}

  get loads(): number {
    return this.#loads;
  }

  count(counts: MethodCounts): void {
    this.#loads++;
    if (this.by === 'warming') counts.warmed++;
    else counts.refreshes++;
  }
}
