// Instances with one rule of the protocol taken out. Each is put together from the real classes; the simulator has to find it out.
import type { Message, Position } from '../../libs/cache/src/coherence/change-list.js';
import type { Clock } from '../../libs/cache/src/coherence/clock.js';
import type { Coherence } from '../../libs/cache/src/coherence/coherence.js';
import type { Channel, Coordinator, Snapshot, Standing } from '../../libs/cache/src/coherence/coordinator.js';
import { forever, outlasting, TermLease, type Lease } from '../../libs/cache/src/coherence/lease.js';
import { Member } from '../../libs/cache/src/coherence/member.js';
import { Lookout } from '../../libs/cache/src/coherence/lookout.js';
import { Reaper, type Witness } from '../../libs/cache/src/coherence/reaper.js';
import { noRecord, type OutageRecord } from '../../libs/cache/src/coherence/record.js';
import { Claim, Replica, type Stamp } from '../../libs/cache/src/coherence/replica.js';
import { unheardOf, type Registrar } from '../../libs/cache/src/coherence/registrar.js';
import type { SharedParts } from '../../libs/cache/src/coherence/shared.js';
import { SharedRegistrar } from '../../libs/cache/src/coherence/shared-registrar.js';
import type { Tag } from '../../libs/cache/src/coherence/tag.js';
import { Runtime } from '../../libs/cache/src/core/runtime.js';
import type { Found, SharedStore } from '../../libs/cache/src/core/store.js';
import { SingleFlight } from '../../libs/cache/src/core/single-flight.js';
import { Transaction, type Chronicle, type Outcome } from '../../libs/cache/src/core/transaction.js';
import { but } from './but.js';
import type { Stage } from './instance.js';
import { Listed, type State } from './listed.js';
import type { Mutant } from './scenario.js';
import type { Trouble } from './troubles.js';

interface Cast {
  readonly coordinator?: (real: Coordinator, stage: Stage) => Coordinator;
  readonly channel?: (real: Channel, coordinator: Coordinator, clock: Clock) => Channel;
  readonly witness?: Witness;
  readonly record?: (real: OutageRecord) => OutageRecord;
  readonly lease?: (clock: Clock, termMs: number) => TermLease;
  readonly replica?: (lease: Lease) => Replica;
  readonly registrar?: (parts: ConstructorParameters<typeof SharedRegistrar>[0]) => SharedRegistrar;
  /** What the write path sees of it. */
  readonly told?: (registrar: Registrar, replica: Replica) => Registrar;
}

/** As `Shared` puts itself together, with some parts replaced. */
export function assembled(cast: Cast): Mutant {
  return { coherence: (parts, stage) => assemble(parts, stage, cast) };
}

function assemble(parts: SharedParts, stage: Stage, cast: Cast): Coherence {
  const { clock, terms } = parts;
  const record = cast.record?.(parts.record) ?? parts.record;
  const coordinator = cast.coordinator?.(parts.coordinator, stage) ?? parts.coordinator;
  const channel = cast.channel?.(parts.channel, coordinator, clock) ?? parts.channel;
  const lease = cast.lease?.(clock, terms.leaseMs) ?? new TermLease(clock, terms.leaseMs);
  const replica = cast.replica?.(lease) ?? new Replica(lease);
  const registrarParts = {
    ...parts,
    coordinator,
    record,
    replica,
    self: (): string | undefined => member.id,
    expel: () => member.expel(),
  };
  const registrar = cast.registrar?.(registrarParts) ?? new SharedRegistrar(registrarParts);
  const member: Member = new Member({ ...parts, record, coordinator, channel, replica, lease, companion: registrar });
  const witness = cast.witness ?? parts.witness;
  const reaper = new Reaper({ ...parts, coordinator, witness, record, replica, afterMs: 2 * terms.leaseMs });
  return {
    replica,
    registrar: cast.told?.(registrar, replica) ?? registrar,
    start: () => {
      member.start();
      reaper.start();
    },
    stop: async () => {
      reaper.stop();
      await member.stop();
    },
  };
}

/** Its stamp is filled in when it is first looked at, which is after the load. */
class StampsLate extends Replica {
  override get stamp(): Stamp {
    const now = () => super.stamp;
    let taken: Stamp | undefined;
    return {
      get epoch() {
        return (taken ??= now()).epoch;
      },
      get position() {
        return (taken ??= now()).position;
      },
    };
  }
}

class CountsFromTheAnswer extends TermLease {
  readonly #now: () => number;

  constructor(clock: Clock, termMs: number) {
    super(clock, termMs);
    this.#now = () => clock.now();
  }

  override extend(): void {
    super.extend(this.#now());
  }
}

class IgnoresGaps extends Replica {
  override follow(message: Message): boolean {
    if (message.position > this.stamp.position) this.apply(message);
    return true;
  }
}

class RepeatsTheOld extends Replica {
  override follow(message: Message): boolean {
    if (message.position > this.stamp.position) return super.follow(message);
    // What it has known for long is applied once more; it still knows how far it is.
    const { position } = this.stamp;
    this.apply(message);
    this.apply({ kind: 'purge', position, floor: 0 });
    return true;
  }
}

class ComparesNoEpochs extends Replica {
  override vouchesFor(claim: Claim): boolean {
    const { epoch } = this.stamp;
    return super.vouchesFor(new Claim({ epoch, position: claim.stamp.position }, claim.watched));
  }
}

/** Forgets changes and goes on trusting what they have condemned. */
class RaisesNoFloor extends Replica {
  readonly #changes = new Map<Tag, Position>();
  #floor = 0;

  override adopt(snapshot: Snapshot): void {
    this.#changes.clear();
    for (const [tag, position] of snapshot.changes) this.#changes.set(tag, position);
    this.#floor = 0;
    super.adopt({ ...snapshot, floor: 0 });
  }

  override apply(message: Message): void {
    if (message.kind === 'settle') for (const tag of message.changed) this.#changes.set(tag, message.position);
    if (message.kind !== 'purge') return super.apply(message);
    for (const [tag, position] of this.#changes) if (position <= message.floor) this.#changes.delete(tag);
    const { epoch } = this.stamp;
    const fences: readonly Standing[] = [...this.standing()];
    const changes = [...this.#changes];
    super.adopt({ epoch, position: message.position, floor: this.#floor, changes, fences, settled: true });
  }
}

class BelievesInRollback extends Transaction {
  override settle(outcome: Outcome, decided?: Promise<void>): Promise<void> {
    return super.settle(outcome === 'unknown' ? 'rolled back' : outcome, decided);
  }
}

class BelievesInCommit extends Transaction {
  override settle(outcome: Outcome, decided?: Promise<void>): Promise<void> {
    return super.settle(outcome === 'rolled back' ? 'committed' : outcome, decided);
  }
}

/** A runtime whose transactions are of another kind. */
function withTransactions(Kind: new (chronicle: Chronicle) => Transaction): Mutant {
  return {
    runtime: (parts) => {
      const runtime = new Runtime(parts);
      const { registrar, replica } = parts.coherence;
      Object.assign(runtime.transactions, { single: () => new Kind({ registrar, replica, tell: parts.tell }) });
      return runtime;
    },
  };
}

class SaysNothingAgain extends SharedRegistrar {
  override joined(): void {}
}

/** A server that came back with an old snapshot, and is taken for the same. */
class RestoresUnnoticed extends Listed {
  override restart(snapshot?: unknown): void {
    super.restart(snapshot);
    if (snapshot !== undefined) this.state = { ...(snapshot as State), run: this.run };
  }
}

/** Its keys were lost, and it goes on with an empty list. */
class EmptiesItself extends Listed {
  override flush(): void {
    this.state?.changes.clear();
    this.state?.fences.clear();
    this.state?.members.clear();
  }
}

/** Hands messages on a while after it has acknowledged them. */
function acknowledgesEarly(real: Channel, coordinator: Coordinator, clock: Clock): Channel {
  return {
    listen: (member, listener) =>
      real.listen(member, {
        heard: (news) => {
          if (news.kind === 'fence') coordinator.renew(member, news.position, [news.owner]).catch(() => {});
          if (news.kind === 'applied') listener.heard(news);
          else clock.after(10, () => listener.heard(news));
        },
        lost: () => listener.lost(),
      }),
  };
}

/** As without the table. */
export const unrecorded = assembled({ record: () => noRecord });

function countFromTheLaterSending(): () => void {
  const real = Object.getOwnPropertyDescriptor(Lookout.prototype, 'at')!;
  Object.defineProperty(Lookout.prototype, 'at', {
    configurable: true,
    get(this: Lookout) {
      return (real.get!.call(this) as number) === -Infinity ? -Infinity : Infinity;
    },
  });
  return () => void Object.defineProperty(Lookout.prototype, 'at', real);
}

/** Commits as soon as its entry has been made. */
function waitsForNobody(parts: ConstructorParameters<typeof SharedRegistrar>[0]): SharedRegistrar {
  const { clock, terms, record } = parts;
  let entered = false;
  return new SharedRegistrar({
    ...parts,
    record: { ...record, enter: (standing) => record.enter(standing).then(() => void (entered = true)) },
    clock: {
      now: () => clock.now(),
      after: (ms, call) => {
        const spared = entered && ms === outlasting(terms);
        if (spared) entered = false;
        return clock.after(spared ? 0 : ms, call);
      },
    },
  });
}

/** What is loaded out of step is taken for a part of the list that was followed. */
class LosesNoStep extends Replica {
  #epoch = '';

  override adopt(snapshot: Snapshot): void {
    super.adopt(snapshot);
    this.#epoch = snapshot.epoch;
  }

  override get stamp(): Stamp {
    const { epoch, position } = super.stamp;
    return { epoch: epoch.startsWith('aside') ? this.#epoch : epoch, position };
  }
}

class NotesNothing extends Replica {
  override note(): void {}
}

class AsksNoAge extends Replica {
  override get inStepUntil(): number {
    return Infinity;
  }
}

/** What another process has kept counts as known now, whenever it was loaded. */
function stampsAnew(parts: ConstructorParameters<typeof Runtime>[0]): Runtime {
  const { store, coherence } = parts;
  const anew = (found: Found): Found => ({ ...found, stamp: coherence.replica.stamp });
  const mutant: SharedStore = {
    fetch: (key, stands) =>
      store
        ?.fetch(key, (found) => stands(anew(found)))
        ?.then(({ found, ...others }) => (found === undefined ? others : { found: anew(found) })),
    get: (key, stands) => store?.get(key, (found) => stands(anew(found)))?.then((found) => found && anew(found)),
    getMany: (wanted) =>
      store
        ?.getMany(wanted.map(({ key, stands }) => ({ key, stands: (found) => stands(anew(found)) })))
        ?.then((fetched) =>
          fetched.map(({ found, failed }) => ({ found: found && anew(found), failed: failed ?? false })),
        ),
    put: (key, draft, ttlMs) => store?.put(key, draft, ttlMs),
  };
  return new Runtime({ ...parts, store: mutant });
}

function joinAnyFlight(): () => void {
  // oxlint-disable-next-line typescript/unbound-method -- called with its own flights
  const { underway } = SingleFlight.prototype;
  SingleFlight.prototype.underway = function (this: SingleFlight<unknown>, key) {
    const flight = underway.call(this, key);
    return flight && { departed: Infinity, landing: flight.landing };
  };
  return () => (SingleFlight.prototype.underway = underway);
}

export interface Trial {
  readonly mutant: Mutant;
  /** What brings it out. */
  readonly kinds: readonly Trouble[];
  /** It is found out by what does not come to rest, and not by what is read. */
  readonly stuck?: true;
  /** Undone by the answer. */
  readonly patch?: () => () => void;
}

const coordinating = (coordinator: NonNullable<Cast['coordinator']>) => assembled({ coordinator });

export const trials: Readonly<Record<string, Trial>> = {
  'no fence at all': {
    mutant: assembled({
      told: (real) => ({
        fence: async (tags) => ({ id: 'none', tags, stamp: { epoch: 'none', position: 0 }, reach: unheardOf }),
        settle: (fence, changed, entering) => real.settle(fence, changed, entering),
        outlast: (ms) => real.outlast(ms),
      }),
    }),
    kinds: ['none'],
  },
  'no wait for acknowledgements': {
    mutant: coordinating((real) =>
      but(real, { fence: async (fences) => ({ ...(await real.fence(fences)), members: [] }) }),
    ),
    kinds: ['messages lag behind replies'],
  },
  'members are read before the fence stands': {
    mutant: assembled({
      // Else whoever joins asks for a lease only after it has looked, and is told of the fence then.
      record: () => noRecord,
      coordinator: (real, { network, world }) =>
        but(real, {
          fence: async (fences) => {
            const members = network.list.enrolled;
            await world.wait(60);
            return { ...(await real.fence(fences)), members };
          },
        }),
    }),
    kinds: ['a subscription breaks', 'a process leaves', 'messages lag behind replies'],
  },
  'the stamp is taken after the load': {
    mutant: assembled({ replica: (lease) => new StampsLate(lease) }),
    kinds: ['none'],
  },
  'a lease counts from the answer': {
    mutant: assembled({ lease: (clock, termMs) => new CountsFromTheAnswer(clock, termMs) }),
    kinds: ['a process stands still while it asks'],
  },
  'a hit asks for no lease': {
    mutant: assembled({ replica: () => new Replica(forever) }),
    kinds: ['a process stands still'],
  },
  'a lease is extended before what was told has been applied': {
    mutant: coordinating((real) =>
      but(real, {
        renew: async (member, applied, owners) => ({
          ...(await real.renew(member, applied, owners)),
          position: applied,
        }),
        // Else the flag takes the lease from it, most of the time soon enough.
        flag: async (members) => members,
      }),
    ),
    kinds: ['a subscription goes deaf'],
  },
  'a joiner takes an older load': { mutant: {}, patch: joinAnyFlight, kinds: ['none'] },
  'a gap in the messages is ignored': {
    mutant: assembled({ replica: (lease) => new IgnoresGaps(lease) }),
    kinds: ['messages are lost'],
  },
  'messages older than the snapshot are applied': {
    mutant: assembled({ replica: (lease) => new RepeatsTheOld(lease) }),
    kinds: ['a subscription breaks', 'messages come twice'],
  },
  'acknowledged before it is applied': { mutant: assembled({ channel: acknowledgesEarly }), kinds: ['none'] },
  'a removed member goes on': {
    mutant: coordinating((real) =>
      but(real, {
        renew: async (member, applied, owners) => ({ ...(await real.renew(member, applied, owners)), granted: true }),
      }),
    ),
    kinds: ['a process stands still', 'messages lag behind replies'],
    stuck: true,
  },
  'a silent member is dropped without waiting': {
    mutant: coordinating((real) =>
      but(real, {
        flag: async (members, below) => {
          await real.flag(members, below);
          return [];
        },
      }),
    ),
    kinds: ['an instance is cut off'],
  },
  'settled before the outcome': {
    mutant: assembled({
      told: (real) => ({
        fence: async (tags, ref) => {
          const fence = await real.fence(tags, ref);
          await real.settle(fence, tags);
          return fence;
        },
        settle: async () => {},
        outlast: (ms) => real.outlast(ms),
      }),
    }),
    kinds: ['none'],
  },
  'an unknown outcome is taken for a rollback': {
    mutant: withTransactions(BelievesInRollback),
    kinds: ['answers to commits are lost'],
  },
  'a rolled back change is published': { mutant: withTransactions(BelievesInCommit), kinds: ['much is rolled back'] },
  'a fence is reaped while its transaction lives': {
    mutant: assembled({ witness: { ended: () => Promise.resolve(true) } }),
    kinds: ['commits are slow'],
  },
  'epochs are not compared': {
    mutant: assembled({ replica: (lease) => new ComparesNoEpochs(lease) }),
    kinds: ['the list restarts empty'],
  },
  'a list that was restored is taken for the same': {
    mutant: { newList: (...parts) => new RestoresUnnoticed(...parts) },
    kinds: ['the list comes back as it was'],
  },
  'writers do not wait in a new epoch': {
    mutant: coordinating((real) =>
      but(real, { fence: async (fences) => ({ ...(await real.fence(fences)), settled: true }) }),
    ),
    kinds: ['the list restarts empty', 'an instance is cut off'],
  },
  'readers do not wait in a new epoch': {
    mutant: coordinating((real) =>
      but(real, {
        join: async (member) => ({ ...(await real.join(member)), settled: true }),
        renew: async (...parts) => ({ ...(await real.renew(...parts)), settled: true }),
      }),
    ),
    kinds: ['the list restarts empty', 'commits are slow', 'a process is killed'],
  },
  'what is forgotten raises no floor': {
    mutant: assembled({ replica: (lease) => new RaisesNoFloor(lease) }),
    kinds: ['the list forgets'],
  },
  'lost metadata is taken for an empty list': {
    mutant: { newList: (...parts) => new EmptiesItself(...parts) },
    kinds: ['the list is flushed'],
  },
  'a fence is not asked for again after a long wait': {
    mutant: assembled({
      registrar: (parts) => {
        const { clock } = parts;
        // No wait seems long to it.
        return new SharedRegistrar({ ...parts, clock: { now: () => 0, after: (ms, call) => clock.after(ms, call) } });
      },
    }),
    kinds: ['the list is flushed behind a fence', 'a process stands still while it asks'],
  },
  'the lease counts from the later sending': {
    mutant: {},
    patch: countFromTheLaterSending,
    kinds: ['a writer is cut off from the list', 'the record cannot be read'],
  },
  'the row is not read before a lease': {
    mutant: assembled({ record: (real) => ({ ...real, read: async () => [] }) }),
    kinds: ['a writer is cut off from the list'],
  },
  'the writer does not wait after entering': {
    mutant: assembled({ registrar: waitsForNobody }),
    kinds: ['a writer is cut off from the list'],
  },
  'what others have kept is stamped anew': { mutant: { runtime: stampsAnew }, kinds: ['none'] },
  'what is loaded out of step counts as in step': {
    mutant: assembled({ replica: (lease) => new LosesNoStep(lease) }),
    kinds: ['a writer is cut off from the list'],
  },
  'own writes are not noted out of step': {
    mutant: assembled({ replica: (lease) => new NotesNothing(lease) }),
    kinds: ['a writer is cut off from the list'],
  },
  'nobody asks how old an answer out of step is': {
    mutant: assembled({ replica: (lease) => new AsksNoAge(lease) }),
    kinds: ['an instance is cut off'],
  },
  'a fence is not raised again in a new epoch': {
    mutant: assembled({ registrar: (parts) => new SaysNothingAgain(parts) }),
    kinds: ['the list restarts empty', 'commits are slow'],
  },
};
