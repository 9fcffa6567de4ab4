import type { Run } from './scenario.js';
import { fair } from './network.js';
import type { Phase } from './instance.js';

const phases: readonly Phase[] = ['before fence', 'fence sent', 'fenced', 'commit sent', 'committed', 'settle sent'];

/** What goes wrong in a run. Each kind of trouble comes again and again until the run calms down. */
export const troubles = {
  none: () => {},
  'a subscription breaks': ({ network, someone }: Run) => network.cut(someone()),
  'a subscription goes deaf': ({ network, someone }: Run) => network.deafen(someone()),
  'an instance is cut off': (run: Run) => {
    const instance = run.someone();
    instance.cutOff = true;
    run.later([20, 2_500], () => (instance.cutOff = false));
  },
  'a writer is cut off from the list': (run: Run) => {
    const instance = run.someone();
    instance.cutOff = true;
    run.later([1_000, 2_500], () => (instance.cutOff = false));
    for (let write = 0; write < 6; write++) run.later([0, 300], () => void run.write({}, instance));
  },
  'the record cannot be read': (run: Run) => {
    const instance = run.someone();
    instance.recordless = true;
    run.later([20, 2_500], () => (instance.recordless = false));
  },
  'messages are lost': (run: Run) => run.storm({ ...fair, lostMessage: 0.1 }),
  'messages come twice': (run: Run) => run.storm({ ...fair, twice: 0.3 }),
  'messages lag behind replies': (run: Run) => run.storm({ ...fair, lagMs: 150 }),
  'replies lag behind messages': (run: Run) => run.storm({ ...fair, replyLagMs: 90 }),
  'requests are lost': (run: Run) => run.storm({ ...fair, lostRequest: 0.1 }),
  'replies are lost': (run: Run) => run.storm({ ...fair, lostReply: 0.1 }),
  'the network stalls': (run: Run) => run.storm({ ...fair, stall: 0.05, stallMs: 2_000 }),
  'a process stands still': (run: Run) => run.someone().stand(run.world.dice.between(20, 2_500)),
  'a process stops for a moment': (run: Run) => {
    for (let stop = 0; stop < 8; stop++) run.later([0, 300], () => run.someone().stand(run.world.dice.between(1, 40)));
  },
  'a process stands still while it asks': ({ network, someone }: Run) => network.trap(someone()),
  'a process is killed': (run: Run) => run.replace(run.someone()),
  'a writer is killed': (run: Run) => void run.write({ diesAt: run.world.dice.pick(phases), ending: 'commit' }),
  'a process leaves': (run: Run) => {
    const leaving = run.someone();
    void leaving.leave().finally(() => run.replace(leaving));
  },
  'the list restarts empty': ({ network }: Run) => network.restart(),
  'the list restarts twice': (run: Run) => {
    run.network.restart();
    run.later([20, 900], () => run.network.restart());
  },
  'the list comes back as it was': (run: Run) => {
    const snapshot = run.network.list.snapshot();
    run.later([0, 900], () => run.network.restart(snapshot));
  },
  'the list is away for a while': (run: Run) => {
    const { network } = run;
    const snapshot = run.world.dice.chance(0.5) ? network.list.snapshot() : undefined;
    network.restart(snapshot);
    network.up = false;
    run.later([20, 1_500], () => (network.up = true));
  },
  'the list is flushed': ({ network }: Run) => network.list.flush(),
  'the list is flushed behind a fence': (run: Run) => {
    void run.write({});
    run.later([0, 6], () => run.network.list.flush());
  },
  'the list forgets': (run: Run) => void run.network.list.purge(4),
  'commits are slow': (run: Run) => run.commitSlowly(),
  'much is rolled back': (run: Run) => {
    const { dice } = run.world;
    for (let write = 0; write < 6; write++) {
      run.later(
        [0, 300],
        () => void run.write({ ending: dice.chance(0.5) ? 'roll back' : 'answer lost, rolled back' }),
      );
    }
  },
  'answers to commits are lost': (run: Run) => {
    for (let write = 0; write < 6; write++) run.later([0, 300], () => void run.write({ ending: 'answer lost' }));
  },
  'many read at once': (run: Run) => {
    const key = run.key();
    for (let read = 0; read < 20; read++) run.later([0, 20], () => void run.read(run.someone(), key));
    run.later([0, 10], () => void run.write({}));
  },
} as const;

export type Trouble = keyof typeof troubles;
export const kinds = Object.keys(troubles) as readonly Trouble[];

const harmlessToWriters: readonly string[] = [
  'none',
  'commits are slow',
  'much is rolled back',
  'answers to commits are lost',
  'many read at once',
  'messages come twice',
];

export const losesList = (kind: Trouble) => kind.startsWith('the list') && kind !== 'the list forgets';
/** Somebody who has fenced may be unable to say so again for as long as a lease lasts. */
export const silencesWriters = (kind: Trouble) => !losesList(kind) && !harmlessToWriters.includes(kind);
