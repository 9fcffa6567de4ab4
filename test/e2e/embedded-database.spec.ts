// What the embedded database must do for transactions that overlap, within a process and across processes.
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Database from 'libsql';
import { DataSource } from 'typeorm';
import { DataRoom } from '../../apps/data-room/src/data-rooms/data-room.entity.js';
import { DataRoomUnderTest } from '../support/data-room.js';

describe('the embedded database', () => {
  let dataRoom: DataRoomUnderTest;
  let dataSource: DataSource;
  let next = 0;

  beforeAll(async () => {
    dataRoom = await DataRoomUnderTest.start('the embedded database');
    dataSource = dataRoom.app.get(DataSource);
  });
  afterAll(() => dataRoom.stop());

  const row = (name: string) => ({ id: `row ${next++}`, name, createdAt: new Date() });
  const count = (name: string) => dataSource.manager.countBy(DataRoom, { name });

  it('keeps every committed row and no other of transactions that overlap', async () => {
    const transactions = Array.from({ length: 60 }, (_, number) =>
      dataSource
        .transaction(async (manager) => {
          await manager.insert(DataRoom, row('overlapping'));
          await pause(1);
          await manager.insert(DataRoom, row('overlapping'));
          if (number % 3 === 0) throw new Error('rolled back');
        })
        .catch(() => {}),
    );
    const beside = Array.from({ length: 20 }, () => dataSource.manager.insert(DataRoom, row('beside')));
    await Promise.all([...transactions, ...beside]);

    expect([await count('overlapping'), await count('beside')]).toEqual([80, 20]);
  });

  it('shows nobody what is not committed', async () => {
    await dataSource.transaction(async (manager) => {
      await manager.insert(DataRoom, row('uncommitted'));

      expect(await manager.countBy(DataRoom, { name: 'uncommitted' })).toBe(1);
      expect(await count('uncommitted')).toBe(0);
    });
    expect(await count('uncommitted')).toBe(1);
  });

  it('forgets the transaction of a runner that was released in the middle of it, and goes on', async () => {
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.manager.insert(DataRoom, row('forgotten'));
    await runner.release();

    await dataSource.manager.insert(DataRoom, row('next'));
    expect([await count('forgotten'), await count('next')]).toEqual([0, 1]);
  });

  it('goes on after a statement that failed, inside and outside of transactions', async () => {
    const taken = row('taken');
    await dataSource.manager.insert(DataRoom, taken);

    await expect(dataSource.manager.insert(DataRoom, taken)).rejects.toThrow('UNIQUE');
    await expect(dataSource.transaction((manager) => manager.insert(DataRoom, taken))).rejects.toThrow('UNIQUE');
    await expect(dataSource.query('nonsense')).rejects.toThrow('syntax error');

    await dataSource.transaction((manager) => manager.insert(DataRoom, row('after')));
    expect(await count('after')).toBe(1);
  });

  it('waits for a writer in another connection without holding up the process', async () => {
    const other = new Database(dataRoom.environment.databaseFile);
    other.exec('BEGIN IMMEDIATE');
    let isWritten = false;
    const write = dataSource.manager.insert(DataRoom, row('patient')).then(() => (isWritten = true));

    let turns = 0;
    for (; turns < 10; turns++) await pause(5);
    expect([isWritten, await count('patient')]).toEqual([false, 0]);
    other.exec('COMMIT');
    other.close();
    await write;

    expect(await count('patient')).toBe(1);
  });
});
