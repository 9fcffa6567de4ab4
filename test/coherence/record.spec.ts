// Writers that cannot reach the list, and those who hear of them through the database.
import { describe, expect, it } from '@jest/globals';
import { outlasting, usualTerms as terms } from '../../libs/cache/src/coherence/lease.js';
import { Reaper } from '../../libs/cache/src/coherence/reaper.js';
import { type OutageRecord, type Row } from '../../libs/cache/src/coherence/record.js';
import { Claim } from '../../libs/cache/src/coherence/replica.js';
import { but } from '../model/but.js';
import { Exchange, rested } from '../support/exchange.js';

const waitMs = outlasting(terms);
const lookMs = terms.leaseMs / 3 + 50;

/** The table, whose every answer may be held back or refused. */
class Table implements OutageRecord {
  readonly kept = true;
  readonly rows = new Map<string, Row>();
  down = false;
  reads = 0;
  #gate: Promise<void> = Promise.resolve();
  open: () => void = () => {};

  /** Answers nothing until `open` is called. */
  shut(): void {
    this.#gate = new Promise((resolve) => (this.open = resolve));
  }

  async #asked(): Promise<void> {
    await this.#gate;
    if (this.down) throw new Error('down');
  }

  async enter({ fence, tags, ref }: Parameters<OutageRecord['enter']>[0]): Promise<void> {
    await this.#asked();
    if (!this.rows.has(fence)) this.rows.set(fence, { fence, tags, ref, state: 'open', changed: [] });
  }

  async settle({ fence, changed }: Parameters<OutageRecord['settle']>[0]): Promise<void> {
    await this.#asked();
    this.rows.set(fence, { fence, tags: changed, ref: '', state: 'settled', changed });
  }

  async reap({ fence, changed }: Parameters<OutageRecord['reap']>[0]): Promise<void> {
    await this.#asked();
    const row = this.rows.get(fence);
    if (row?.state === 'open') this.rows.set(fence, { ...row, state: 'reaped', changed });
  }

  async read(): Promise<readonly Row[]> {
    this.reads++;
    await this.#asked();
    return [...this.rows.values()];
  }

  async forget(fences: readonly string[]): Promise<void> {
    await this.#asked();
    for (const fence of fences) this.rows.delete(fence);
  }
}

const open: Row = { fence: 'f', tags: ['tag'], ref: '1', state: 'open', changed: [] };

/** A reader in step, and a writer who can reach nothing but the table. */
async function outage() {
  const exchange = await new Exchange().settledEpoch();
  const table = new Table();
  const { list } = exchange;
  const away = () => Promise.reject(new Error('cut off'));
  let cut = true;
  const unlessCut = but(list, {
    join: (member) => (cut ? away() : list.join(member)),
    fence: (fences) => (cut ? away() : list.fence(fences)),
    settle: (settlements) => (cut ? away() : list.settle(settlements)),
  });
  const reader = exchange.join('reader', list, table);
  const writer = exchange.join('writer', unlessCut, table);
  await exchange.pass(100);
  const vouches = (tag = 'tag', stamp = reader.replica.stamp) => reader.replica.vouchesFor(new Claim(stamp, [tag]));
  return { exchange, table, list, reader, writer, vouches, mend: () => void (cut = false) };
}

describe('a writer that cannot reach the list', () => {
  it('I24: enters what it is about to change, and waits from then on until every lease from before is over', async () => {
    const { exchange, table, writer, vouches } = await outage();
    let fenced = false;
    table.shut();
    void writer.registrar.fence(['tag'], '1').then(() => (fenced = true));
    await exchange.pass(500);
    table.open();
    await rested();
    expect([...table.rows.values()]).toEqual([expect.objectContaining({ tags: ['tag'], ref: '1', state: 'open' })]);

    await exchange.pass(waitMs - 50);
    expect(fenced).toBe(false);
    expect(vouches()).toBe(false);
    expect(vouches('other')).toBe(true);
    await exchange.pass(100);

    expect(fenced).toBe(true);
  });

  it('waits for a list that is lost again and again twice, and then for its row once', async () => {
    const exchange = await new Exchange().settledEpoch();
    const table = new Table();
    const { list } = exchange;
    let lives = 0;
    const lost = but(list, {
      fence: async (fences) => ({ ...(await list.fence(fences)), epoch: `life ${++lives}`, settled: false }),
    });
    const writer = exchange.join('writer', lost, table);
    await exchange.pass(100);
    let fenced = false;
    void writer.registrar.fence(['tag'], '1').then(() => (fenced = true));
    await exchange.pass(2 * waitMs - 100);
    expect([lives, table.rows.size]).toEqual([2, 0]);
    await exchange.pass(200);
    expect([table.rows.size, fenced]).toEqual([1, false]);

    await exchange.pass(waitMs);
    expect(fenced).toBe(true);
  });

  it('I20: settles its row with what has changed, and again until the database takes it', async () => {
    const { exchange, table, reader, writer, vouches } = await outage();
    const before = reader.replica.stamp;
    const fencing = writer.registrar.fence(['tag'], '1');
    await exchange.pass(2 * waitMs);
    const fence = await fencing;
    table.down = true;
    void writer.registrar.settle(fence, ['tag', 'more']);
    await exchange.pass(1_000);
    table.down = false;
    await exchange.pass(2 * lookMs + 500);

    expect([...table.rows.values()]).toEqual([expect.objectContaining({ state: 'settled', changed: ['tag', 'more'] })]);
    expect([vouches(), vouches('tag', before), vouches('more', before)]).toEqual([true, false, false]);
    expect(exchange.list.fences).toBe(0);
  });

  it('I8: what was rolled back has changed nothing', async () => {
    const { exchange, reader, writer, vouches } = await outage();
    const before = reader.replica.stamp;
    const fencing = writer.registrar.fence(['tag'], '1');
    await exchange.pass(2 * waitMs);
    void writer.registrar.settle(await fencing, []);
    await exchange.pass(lookMs);

    expect(vouches('tag', before)).toBe(true);
  });

  it('waits as before when the table takes nothing either, for a bounded time', async () => {
    const { exchange, table, writer } = await outage();
    table.shut();
    let fenced = false;
    void writer.registrar.fence(['tag'], '1').then(() => (fenced = true));

    await exchange.pass(terms.leaseMs + waitMs - 50);
    expect(fenced).toBe(false);
    await exchange.pass(100);

    expect(fenced).toBe(true);
    expect(exchange.faults).toContain('writer: entering the outage record');
  });

  it('enters nothing once it has been heard', async () => {
    const { exchange, table, writer, mend } = await outage();
    mend();
    await exchange.pass(500);
    const fence = await writer.registrar.fence(['tag'], '1');
    await writer.registrar.settle(fence, ['tag']);

    expect(table.rows.size).toBe(0);
  });
});

describe('a member that reads the outage record', () => {
  it('I24: has no lease before it has read it, and none for longer than a term after it last could', async () => {
    const exchange = await new Exchange().settledEpoch();
    const table = new Table();
    table.down = true;
    const { lease } = exchange.join('a', exchange.list, table);
    await exchange.pass(500);
    expect(lease.held).toBe(false);

    table.down = false;
    await exchange.pass(lookMs);
    expect(lease.held).toBe(true);
    table.down = true;
    await exchange.pass(terms.leaseMs + 50);

    expect(lease.held).toBe(false);
    expect(exchange.list.members).toHaveLength(1);
  });

  it('I24: its lease counts from before the record was asked, however late the answer', async () => {
    const exchange = await new Exchange().settledEpoch();
    const table = new Table();
    table.shut();
    const { lease } = exchange.join('a', exchange.list, table);
    await rested();
    const askedAt = exchange.clock.now();
    await exchange.pass(150);
    table.open();
    await rested();
    expect(lease.held).toBe(true);

    table.down = true;
    await exchange.pass(askedAt + terms.leaseMs - exchange.clock.now() - 50);
    expect(lease.held).toBe(true);
    await exchange.pass(50);

    expect(lease.held).toBe(false);
  });

  it('I24: is not given a lease by what it saw until the list has been told of it', async () => {
    const exchange = await new Exchange().settledEpoch();
    const table = new Table();
    table.rows.set('f', open);
    const deaf = but(exchange.list, { fence: () => Promise.reject(new Error('lost')) });
    const { lease } = exchange.join('a', deaf, table);
    await exchange.pass(2_000);

    expect(lease.held).toBe(false);
  });

  it('goes on as a member, and acknowledges, while the record does not answer', async () => {
    const exchange = await new Exchange().settledEpoch();
    const table = new Table();
    exchange.join('a', exchange.list, table);
    const { registrar } = exchange.join('b');
    await exchange.pass(100);
    table.shut();
    await exchange.pass(100);
    const askedAt = exchange.clock.now();
    await registrar.fence(['tag'], '1');

    expect(exchange.clock.now() - askedAt).toBeLessThan(terms.graceMs);
    expect(table.reads).toBeLessThan(10);
  });

  it('I21: raises what is open again in a new epoch', async () => {
    const { exchange, table, vouches } = await outage();
    table.rows.set('f', open);
    await exchange.pass(lookMs);
    expect(exchange.list.fences).toBe(1);
    exchange.list.flush();
    await exchange.pass(3 * waitMs);

    expect(exchange.list.fences).toBe(1);
    expect([vouches(), vouches('other')]).toEqual([false, true]);
  });

  it('says each thing once', async () => {
    const { exchange, table, reader } = await outage();
    table.rows.set('f', open);
    await exchange.pass(2 * lookMs);
    const { position } = reader.replica.stamp;
    await exchange.pass(4 * lookMs);
    expect(reader.replica.stamp.position).toBe(position);
    table.rows.set('f', { ...open, state: 'settled', changed: ['tag'] });
    await exchange.pass(4 * lookMs);

    expect(reader.replica.stamp.position).toBe(position + 1);
  });

  it('lifts a fence that it raised after the row was settled and forgotten', async () => {
    const { exchange, table } = await outage();
    table.rows.set('f', open);
    await exchange.pass(lookMs);
    table.rows.clear();
    await exchange.pass(lookMs);

    expect(exchange.list.fences).toBe(0);
  });

  it('forgets rows a while after it told the list of them, and none that is open', async () => {
    const { exchange, table } = await outage();
    table.rows.set('f', { ...open, state: 'settled' });
    table.rows.set('g', { ...open, fence: 'g' });
    await exchange.pass(59_000);
    expect([...table.rows.keys()]).toEqual(['f', 'g']);
    await exchange.pass(2_000);

    expect([...table.rows.keys()]).toEqual(['g']);
  });

  it('I22: an open row is reaped when its transaction can commit no more, and its fence stays down', async () => {
    const { exchange, table, list, reader, vouches } = await outage();
    const before = reader.replica.stamp;
    let over = false;
    const witness = { ended: async () => over };
    const { clock } = exchange;
    const fault = (during: string) => void exchange.faults.push(during);
    const afterMs = 2 * terms.leaseMs;
    new Reaper({ coordinator: list, record: table, witness, replica: reader.replica, clock, afterMs, fault }).start();
    table.rows.set('f', open);
    await exchange.pass(5 * afterMs);
    expect(list.fences).toBe(1);
    over = true;
    await exchange.pass(2 * afterMs);

    expect(list.fences).toBe(0);
    expect(table.rows.get('f')?.state).toBe('reaped');
    expect([vouches(), vouches('tag', before)]).toEqual([true, false]);
  });
});
