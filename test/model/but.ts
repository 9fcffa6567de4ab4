import type { Coordinator } from '../../libs/cache/src/coherence/coordinator.js';

/** A coordinator that does some things otherwise. */
export function but(real: Coordinator, changes: Partial<Coordinator>): Coordinator {
  return {
    join: (member) => real.join(member),
    renew: (member, applied, owners) => real.renew(member, applied, owners),
    fence: (fences) => real.fence(fences),
    settle: (settlements) => real.settle(settlements),
    flag: (members, below) => real.flag(members, below),
    remove: (members) => real.remove(members),
    open: (epoch) => real.open(epoch),
    purge: (most) => real.purge(most),
    ...changes,
  };
}
