/** Which faults come when: each alone, in an order of the seed's, then two or three at once, and so on until time is up. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Dice } from '../support/data-room-dice.js';
import { victimsOf, type Fault, type Site } from './faults.js';
import type { Realm, Timeline } from './timeline.js';

/** At most one of each group at a time: an instance cannot boot without its database, nor end while it is halted. */
const groups: readonly (readonly Realm[])[] = [['network'], ['redis'], ['database', 'process', 'restart']];

export interface Weather {
  readonly site: Site;
  readonly timeline: Timeline;
  readonly dice: Dice;
  readonly log: (sentence: string) => void;
}

/** These faults, begun together. */
export async function storm(
  { site, timeline, dice, log }: Weather,
  faults: readonly Fault[],
  ms: number,
): Promise<void> {
  await Promise.all(
    faults.map(async (fault) => {
      const victims = victimsOf(fault, site.instances, dice);
      const victim = victims.length === 1 ? victims[0] : undefined;
      const trouble = timeline.begin({ name: fault.name, realm: fault.realm, victim });
      log(`${trouble.from.toFixed(0)} ${fault.name}${victim ? ` (${victim.name})` : ''}`);
      await fault.run(site, victims, ms);
      timeline.end(trouble);
    }),
  );
}

export async function season(weather: Weather, faults: readonly Fault[], lastsMs: number): Promise<void> {
  const { dice } = weather;
  if (faults.length === 0) return pause(lastsMs);
  const until = performance.now() + lastsMs;
  const isOver = () => performance.now() >= until;
  while (!isOver()) {
    const singles = shuffled(faults, dice).map((fault) => [fault]);
    const together = Array.from({ length: Math.ceil(faults.length / 2) }, () => atOnce(faults, dice));
    for (const some of [...singles, ...together]) {
      if (isOver()) return;
      await storm(weather, some, 1_500 + dice.below(3_000));
      await pause(1_000 + dice.below(1_500));
    }
  }
}

function atOnce(faults: readonly Fault[], dice: Dice): Fault[] {
  const some = shuffled(groups, dice).slice(0, 2 + dice.below(2));
  return some.flatMap((realms) => {
    const possible = faults.filter(({ realm }) => realms.includes(realm));
    return possible.length > 0 ? [dice.pick(possible)] : [];
  });
}

function shuffled<T>(things: readonly T[], dice: Dice): T[] {
  const rest = [...things];
  return things.map(() => rest.splice(dice.below(rest.length), 1)[0]!);
}
