import type { OutageRecord, Row } from '../../libs/cache/src/coherence/record.js';
import type { World } from './world.js';

/** The outage record in memory: each call is visible at one instant between question and answer. */
export function recordIn(world: World): OutageRecord & { readonly rows: ReadonlyMap<string, Row> } {
  const rows = new Map<string, Row>();
  const call = async <T>(work: () => T): Promise<T> => {
    const { dice } = world;
    await world.wait(dice.between(0.1, 3));
    const answer = work();
    await world.wait(dice.chance(0.05) ? dice.between(0, 1_500) : dice.between(0.1, 3));
    return answer;
  };
  return {
    kept: true,
    rows,
    enter: ({ fence, tags, ref }) =>
      call(() => void (rows.has(fence) || rows.set(fence, { fence, tags, ref, state: 'open', changed: [] }))),
    settle: ({ fence, changed }) =>
      call(() => {
        const { tags, ref } = rows.get(fence) ?? { tags: changed, ref: '' };
        rows.set(fence, { fence, tags, ref, state: 'settled', changed });
      }),
    reap: ({ fence, changed }) =>
      call(() => {
        const row = rows.get(fence);
        if (row?.state === 'open') rows.set(fence, { ...row, state: 'reaped', changed });
      }),
    read: () => call(() => [...rows.values()]),
    forget: (fences) => call(() => fences.forEach((fence) => rows.delete(fence))),
  };
}
