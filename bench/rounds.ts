/** Work that is done in this thread, and timed in turn: what slows one down slows down all of them. */
import { do_not_optimize as consume } from 'mitata';

/** At `at`, which counts up. */
export type Work = (at: number) => unknown;

const roundNs = 8e6;
const rounds = 25;

/** Nanoseconds of one piece of each, round by round; the place in the turn rotates. `refresh` makes what a round works on. */
export function inTurn(works: readonly Work[], refresh: () => void = () => {}): number[][] {
  const counts = works.map((work) => {
    let count = 10;
    for (let i = 0; i < 12; i++) count = Math.max(10, Math.min(4 * count, Math.round(roundNs / timed(work, count))));
    return count;
  });
  const times: number[][] = works.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < works.length; turn++) {
      const place = (turn + round) % works.length;
      refresh();
      times[place]?.push(timed(works[place] as Work, counts[place] as number));
    }
  }
  return times;
}

/** The processor's time, which leaves out what other processes take. */
function timed(work: Work, count: number): number {
  const began = process.cpuUsage();
  for (let at = 0; at < count; at++) consume(work(at));
  const { user, system } = process.cpuUsage(began);
  return ((user + system) * 1_000) / count;
}
