// Who says of a transaction that it can commit no more, and who does not dare to.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from 'pg';
import { DataSource } from 'typeorm';
import { PostgresWitness } from '../../libs/cache/src/typeorm/postgres-witness.js';
import { ProcessWitness } from '../../libs/cache/src/typeorm/process-witness.js';
import { Witnesses } from '../../libs/cache/src/typeorm/witnesses.js';
import { Database } from '../support/database.js';

describe('the witness of PostgreSQL', () => {
  let database: Database;
  let dataSource: DataSource;
  let witness: PostgresWitness;

  beforeAll(async () => {
    database = await Database.create();
    dataSource = await new DataSource({ type: 'postgres', url: database.url }).initialize();
    witness = new PostgresWitness(dataSource, () => {});
    await witness.introduce();
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  async function ends(ref: string): Promise<void> {
    for (let tries = 0; (await witness.ended(ref)) !== true && tries < 300; tries++) await pause(10);
    expect(await witness.ended(ref)).toBe(true);
  }

  it('I22: waits for the backend, before its transaction begins, while it is idle, and in it', async () => {
    const client = await database.client();
    const ref = witness.refOf(client);
    expect(await witness.ended(ref)).toBe(false);
    await client.query('BEGIN');
    expect(await witness.ended(ref)).toBe(false);
    await client.query('COMMIT');
    expect(await witness.ended(ref)).toBe(false);

    await client.end();
    await ends(ref);
  });

  it('I22: waits for a statement whose client has died', async () => {
    const client = await database.client();
    const ref = witness.refOf(client);
    const begun = performance.now();
    client.query('SELECT pg_sleep(0.7)').catch(() => {});
    await pause(100);
    (client as Client & { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    await pause(200);

    expect(await witness.ended(ref)).toBe(false);
    await ends(ref);
    expect(performance.now() - begun).toBeGreaterThan(600);
  });

  it('judges its own server alone, by whatever address that is reached', async () => {
    const address = new URL(database.url);
    address.hostname = address.hostname === 'localhost' ? '127.0.0.1' : 'localhost';
    const another = await new DataSource({ type: 'postgres', url: address.href }).initialize();
    const second = new PostgresWitness(another, () => {});
    const client = await database.client();
    const ref = witness.refOf(client);
    await client.end();
    await ends(ref);

    expect(await second.ended(ref)).toBe(true);
    expect(await second.ended(ref.replace(/\d+/, '1'))).toBe(undefined);
    expect(await second.ended('postgres ?')).toBe(undefined);
    await another.destroy();
    expect(await second.ended(ref)).toBe(undefined);
    expect(second.refOf({})).toBe('postgres ?');
  });
});

describe('the witness of processes', () => {
  it('I22: waits for the process, even for one that stands still', async () => {
    const witness = await ProcessWitness.create();
    const [, place] = witness.refOf().split(' ');
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    await once(child, 'spawn');
    const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8').catch(() => '');
    const start = stat === '' ? '?' : stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    const ref = `process ${place} ${child.pid} ${start}`;

    expect(await witness.ended(witness.refOf())).toBe(false);
    child.kill('SIGSTOP');
    expect(await witness.ended(ref)).toBe(false);
    if (start !== '?') expect(await witness.ended(`process ${place} ${child.pid} 1`)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await witness.ended(ref)).toBe(true);
    expect(await witness.ended(`process elsewhere ${child.pid} ${start}`)).toBe(undefined);
    expect(await witness.ended('postgres 1 1')).toBe(undefined);
  });

  it('I22: what nobody knows of is not ended', async () => {
    const witnesses = new Witnesses();
    expect(await witnesses.ended('anything')).toBe(false);
    witnesses.add(await ProcessWitness.create());
    expect(await witnesses.ended('anything')).toBe(false);
    expect(await witnesses.ended('process elsewhere 1 1')).toBe(false);
  });
});
