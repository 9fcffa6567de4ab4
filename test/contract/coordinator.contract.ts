// What every keeper of the list does, on the twin in memory and on the real one alike.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Coordinator, News, Standing } from '../../libs/cache/src/coherence/coordinator.js';

/** A list of a test's own, with two members of the audience that hear what is told. */
export interface ListUnderTest {
  readonly coordinator: Coordinator;
  /** What `member` (one of `audience`) has heard, once that is at least so much. */
  heard(member: string, atLeast: number): Promise<readonly News[]>;
  /** The server is killed and started again: empty, or as it was when `save` was called. */
  save(): Promise<void>;
  restart(how: 'empty' | 'from the snapshot'): Promise<void>;
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** The members that listen from the beginning. Their names are no better than their tags. */
export const audience = ['ann', 'b"e\n:ä'] as const;
const [ann, ben] = audience;

const fence = (id: string, tags: readonly string[] = ['row:1'], owner: string = ann): Standing => ({
  fence: id,
  owner,
  tags,
  ref: `ref of ${id}`,
});

const hostileTags: readonly string[] = [
  '',
  '*',
  `quotes ' " \` \\`,
  'lines\nand\r\nzeros\0',
  'ünïcödé 🙈 \u2028 \u202e',
  'half a pair \ud83d',
  '__proto__',
  'constructor',
  '{"kind":"settle"}',
  '%s %d $1 {0} [[x]]',
  'x'.repeat(1e5),
];

export function coordinatorContract(name: string, make: () => Promise<ListUnderTest>): void {
  describe(`the list ${name}`, () => {
    let list: ListUnderTest;
    let coordinator: Coordinator;

    beforeEach(async () => {
      list = await make();
      ({ coordinator } = list);
    });
    afterEach(() => list.close());

    it('begins with an epoch that is not settled, empty, and gives it to whoever joins', async () => {
      const one = await coordinator.join(ann);
      const other = await coordinator.join(ben);

      expect(one).toEqual({
        epoch: expect.any(String),
        position: 1,
        floor: 1,
        changes: [],
        fences: [],
        settled: false,
      });
      expect(other).toEqual(one);
    });

    it('settles the epoch that is meant, and no other', async () => {
      const { epoch } = await coordinator.join(ann);

      await coordinator.open('another');
      expect((await coordinator.join(ann)).settled).toBe(false);
      await coordinator.open(epoch);
      await coordinator.open(epoch);
      expect((await coordinator.join(ann)).settled).toBe(true);
      expect((await coordinator.renew(ann, 1, [])).settled).toBe(true);
      expect((await coordinator.fence([])).settled).toBe(true);
    });

    it('I16: a fence has a position, stands in later snapshots, and answers with the members of that instant', async () => {
      const { epoch } = await coordinator.join(ann);
      const raised = await coordinator.fence([fence('one')]);
      await coordinator.join(ben);
      const again = await coordinator.fence([fence('two', ['row:2', 'row:3'], ben), fence('three', [])]);

      expect(raised).toEqual({ epoch, position: 2, settled: false, members: [{ id: ann, applied: 1 }] });
      expect(again.position).toBe(4);
      expect(again.members.toSorted(byId)).toEqual([
        { id: ann, applied: 1 },
        { id: ben, applied: 2 },
      ]);
      const { fences, position } = await coordinator.join(ann);
      expect(position).toBe(4);
      expect(fences.toSorted((a, b) => a.fence.localeCompare(b.fence))).toEqual([
        fence('one'),
        fence('three', []),
        fence('two', ['row:2', 'row:3'], ben),
      ]);
    });

    it('tells everybody of each message, in the order of their positions and without a gap', async () => {
      const { epoch } = await coordinator.join(ann);
      await coordinator.fence([fence('one'), fence('two', [])]);
      await coordinator.settle([
        { fence: 'one', changed: ['row:1', 'row:2'] },
        { fence: 'two', changed: [] },
      ]);
      await coordinator.purge(0);
      const told = [
        { epoch, kind: 'fence', position: 2, ...fence('one') },
        { epoch, kind: 'fence', position: 3, ...fence('two', []) },
        { epoch, kind: 'settle', position: 4, fence: 'one', changed: ['row:1', 'row:2'] },
        { epoch, kind: 'settle', position: 5, fence: 'two', changed: [] },
        { epoch, kind: 'purge', position: 6, floor: 4 },
      ];

      for (const member of audience) expect(await list.heard(member, told.length)).toEqual(told);
    });

    it('I1: what changed has the position of its last settle, and its fence is gone', async () => {
      await coordinator.fence([fence('one', ['row:1', 'row:2']), fence('two', ['row:2'])]);
      await coordinator.settle([{ fence: 'one', changed: ['row:1', 'row:2'] }]);
      await coordinator.settle([{ fence: 'two', changed: ['row:2'] }]);
      const { changes, fences, position } = await coordinator.join(ann);

      expect(position).toBe(5);
      expect(new Map(changes)).toEqual(
        new Map([
          ['row:1', 4],
          ['row:2', 5],
        ]),
      );
      expect(fences).toEqual([]);
    });

    it('takes a fence raised twice as one, and a settle said twice as said later', async () => {
      await coordinator.fence([fence('one')]);
      await coordinator.fence([fence('one', ['row:2'], ben)]);
      expect((await coordinator.join(ann)).fences).toEqual([fence('one', ['row:2'], ben)]);

      await coordinator.settle([{ fence: 'one', changed: ['row:1'] }]);
      await coordinator.settle([{ fence: 'one', changed: ['row:1'] }]);
      expect(await coordinator.join(ann)).toMatchObject({ position: 5, changes: [['row:1', 5]], fences: [] });
    });

    it('I18: grants to members that are neither unknown, nor flagged, nor removed', async () => {
      const { epoch } = await coordinator.join(ann);
      await coordinator.join(ben);
      await coordinator.fence([fence('one')]);
      const granted = { epoch, position: 2, settled: false, granted: true };

      expect(await coordinator.renew(ann, 2, [])).toEqual(granted);
      expect(await coordinator.renew('stranger', 2, [])).toEqual({ ...granted, granted: false });
      expect(await coordinator.flag([ann, ben, 'stranger'], 2)).toEqual([ben]);
      expect(await coordinator.flag([ben], 2)).toEqual([ben]);
      expect((await coordinator.renew(ann, 2, [])).granted).toBe(true);
      expect((await coordinator.renew(ben, 2, [])).granted).toBe(false);
      expect((await coordinator.fence([])).members.toSorted(byId)).toEqual([
        { id: ann, applied: 2 },
        { id: ben, applied: 1 },
      ]);
      await coordinator.remove([ann, ben, 'stranger']);
      await coordinator.remove([ann]);
      expect((await coordinator.renew(ann, 2, [])).granted).toBe(false);
      expect((await coordinator.fence([])).members).toEqual([]);
    });

    it('tells of an acknowledgement only those whose fences it is for', async () => {
      await coordinator.join(ann);
      await coordinator.join(ben);
      const { epoch } = await coordinator.fence([fence('one', [], ben)]);
      await coordinator.renew(ann, 2, [ben, 'somebody else']);
      await coordinator.renew('stranger', 2, [ben]);
      await coordinator.settle([{ fence: 'one', changed: [] }]);
      const raised = { epoch, kind: 'fence', position: 2, ...fence('one', [], ben) };
      const settled = { epoch, kind: 'settle', position: 3, fence: 'one', changed: [] };

      expect(await list.heard(ben, 3)).toEqual([raised, { kind: 'applied', member: ann, position: 2 }, settled]);
      expect(await list.heard(ann, 2)).toEqual([raised, settled]);
    });

    it('I3: a purge leaves half of what is too much, and the floor at the last that went', async () => {
      for (let row = 1; row <= 10; row++) await coordinator.settle([{ fence: '', changed: [`row:${row}`] }]);
      await coordinator.purge(10);
      expect(await coordinator.join(ann)).toMatchObject({ position: 11, floor: 1 });

      await coordinator.purge(8);
      const { changes, floor, position } = await coordinator.join(ann);
      expect(new Map(changes)).toEqual(
        new Map([
          ['row:7', 8],
          ['row:8', 9],
          ['row:9', 10],
          ['row:10', 11],
        ]),
      );
      expect([floor, position]).toEqual([7, 12]);
    });

    it.each(hostileTags.map((tag) => [tag.slice(0, 40), tag]))(
      'gives back a tag such as %j as it was',
      async (_, tag) => {
        await coordinator.fence([fence('one', [tag, 'row:1'])]);
        expect((await coordinator.join(ann)).fences).toEqual([fence('one', [tag, 'row:1'])]);
        await coordinator.settle([{ fence: 'one', changed: [tag] }]);

        expect(await coordinator.join(ben)).toMatchObject({ position: 3, changes: [[tag, 3]], fences: [] });
        const [raised, settled] = await list.heard(ann, 2);
        expect([raised, settled]).toMatchObject([{ tags: [tag, 'row:1'] }, { changed: [tag] }]);
      },
    );

    it('takes many fences, and many tags, at once', async () => {
      const many = Array.from({ length: 2_000 }, (_, index) => fence(`fence ${index}`, [`row:${index}`]));
      const { position } = await coordinator.fence(many);
      expect(position).toBe(2_001);

      const tags = Array.from({ length: 20 }, (_, index) => `tag:${index}`);
      await coordinator.settle(many.map((one) => ({ fence: one.fence, changed: [...one.tags, ...tags] })));
      const { changes, fences } = await coordinator.join(ann);
      expect([changes.length, fences.length]).toEqual([2_020, 0]);
    });

    describe.each<[string, (list: ListUnderTest) => Promise<void>]>([
      ['is restarted empty', (one) => one.restart('empty')],
      ['is restarted with what it had', (one) => one.restart('from the snapshot')],
      ['is flushed', (one) => one.flush()],
    ])('when the server %s', (_, lose) => {
      it('I5: begins a new epoch, with nothing of the old one', async () => {
        const before = await coordinator.join(ann);
        await coordinator.open(before.epoch);
        await coordinator.fence([fence('one')]);
        await coordinator.settle([{ fence: 'two', changed: ['row:2'] }]);
        await list.save();
        await lose(list);
        const grant = await coordinator.renew(ann, 3, []);
        const after = await coordinator.join(ben);

        expect(grant).toEqual({ epoch: after.epoch, position: 1, settled: false, granted: false });
        expect(after.epoch).not.toBe(before.epoch);
        expect(after).toEqual({ epoch: after.epoch, position: 1, floor: 1, changes: [], fences: [], settled: false });
        expect((await coordinator.fence([])).members).toEqual([{ id: ben, applied: 1 }]);
      });
    });
  });
}

const byId = (one: { id: string }, other: { id: string }) => (one.id < other.id ? -1 : 1);
