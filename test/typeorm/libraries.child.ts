// Runs outside of Jest, whose realms cannot load a CommonJS package that requires Nest's modules.
import 'reflect-metadata';
import { deepEqual, equal, rejects } from 'node:assert/strict';
import { Logger } from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';
import { ClsPluginTransactional, TransactionHost, type Propagation as ClsPropagation } from '@nestjs-cls/transactional';
import { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import { ClsModule } from 'nestjs-cls';
import type { EntityManager } from 'typeorm';
import {
  addTransactionalDataSource,
  initializeTransactionalContext,
  runInTransaction,
  type Propagation,
} from 'typeorm-transactional';
import { Note, Notes } from '../support/notes.js';

interface Drive {
  readonly notes: Notes;
  run<T>(propagation: string, work: () => Promise<T>): Promise<T>;
  /** The one that code under a propagation would use. */
  manager(): EntityManager;
}

const libraries: Readonly<Record<string, () => Promise<Drive>>> = {
  'typeorm-transactional': async () => {
    initializeTransactionalContext();
    const notes = await Notes.start({ prepare: (dataSource) => void addTransactionalDataSource(dataSource) });
    return {
      notes,
      run: (propagation, work) => runInTransaction(work, { propagation: propagation as Propagation }),
      manager: () => notes.dataSource.manager,
    };
  },
  '@nestjs-cls/transactional': async () => {
    const adapter = new TransactionalAdapterTypeOrm({ dataSourceToken: getDataSourceToken() });
    const plugins = [new ClsPluginTransactional({ adapter })];
    const notes = await Notes.start({ imports: [ClsModule.forRoot({ plugins })] });
    const host = notes.application.module.get<TransactionHost<TransactionalAdapterTypeOrm>>(TransactionHost);
    return {
      notes,
      run: (propagation, work) => host.withTransaction(propagation as ClsPropagation, work),
      manager: () => host.tx as unknown as EntityManager,
    };
  },
};

const apart = ['REQUIRED', 'REQUIRES_NEW', 'NESTED', 'SUPPORTS', 'NOT_SUPPORTED', 'NEVER'];
const inside = ['REQUIRED', 'REQUIRES_NEW', 'NESTED', 'MANDATORY', 'SUPPORTS', 'NOT_SUPPORTED'];

const readAll = ({ notes }: Drive) => Promise.all([1, 2, 3].map((id) => notes.read(id)));
const storedAll = ({ notes }: Drive) => Promise.all([1, 2, 3].map((id) => notes.stored(id)));
const save = (drive: Drive, id: number) => drive.manager().save(Note, { id, text: 'new' });
const no = () => Promise.reject(new Error('no'));

const scenarios: Record<string, (drive: Drive) => Promise<void>> = {
  'several in one Promise.all stay apart': async (drive) => {
    const { cache } = drive.notes;
    const attempt = async (id: number) => {
      await save(drive, id);
      await cache.set(`put ${id}`, 'new');
      if (id === 2) await no();
    };
    await Promise.allSettled([1, 2, 3].map((id) => drive.run('REQUIRED', () => attempt(id))));
    deepEqual(await readAll(drive), ['new', 'old', 'new']);
    deepEqual(await cache.getMany(['put 1', 'put 2', 'put 3']), ['new', undefined, 'new']);
  },
  'I12: reads inside go to the database, and leave nothing behind': async (drive) => {
    await drive.run('REQUIRED', async () => {
      await save(drive, 1);
      equal(await drive.notes.hits(2), false);
    });
    equal(await drive.notes.read(1), 'new');
  },
  'an inner REQUIRES_NEW that rolls back leaves the outer one its own': async (drive) => {
    await drive.run('REQUIRED', async () => {
      await save(drive, 1);
      await rejects(drive.run('REQUIRES_NEW', async () => [await save(drive, 2), await no()]));
    });
    equal(await drive.notes.hits(2), true);
    deepEqual(await readAll(drive), ['new', 'old', 'old']);
  },
};
for (const propagation of apart) {
  scenarios[`${propagation} on its own: what it writes is read`] = async (drive) => {
    await drive.run(propagation, () => save(drive, 1));
    deepEqual(await readAll(drive), ['new', 'old', 'old']);
  };
}
for (const propagation of inside) {
  scenarios[`REQUIRED around ${propagation}: commits together or apart, and nothing is stale`] = async (drive) => {
    await drive.run('REQUIRED', async () => {
      await save(drive, 1);
      await drive.run(propagation, () => save(drive, 2));
      await save(drive, 3);
    });
    deepEqual(await readAll(drive), ['new', 'new', 'new']);
  };
  scenarios[`REQUIRED that rolls back around ${propagation}: what escaped is read, the rest lives on`] = async (
    drive,
  ) => {
    const { cache } = drive.notes;
    await cache.set('told', 'kept', { tags: ['told'] });
    const work = async () => {
      await save(drive, 1);
      await drive.run(propagation, async () => {
        await save(drive, 2);
        await cache.invalidateTags(['told']);
      });
      await no();
    };
    await rejects(drive.run('REQUIRED', work), /no/);
    const escaped = (await drive.notes.stored(2)) === 'new';
    equal(await cache.get('told'), escaped ? undefined : 'kept');
    equal(await drive.notes.hits(3), true);
    deepEqual(await readAll(drive), await storedAll(drive));
  };
}

Logger.overrideLogger(false);
const faults: Record<string, Record<string, string>> = {};
for (const [library, start] of Object.entries(libraries)) {
  const drive = await start();
  const of: Record<string, string> = (faults[library] = {});
  for (const [name, scenario] of Object.entries(scenarios)) {
    await drive.notes.reset();
    try {
      await scenario(drive);
      of[name] = 'holds';
    } catch (error) {
      of[name] = String(error);
    }
  }
  await drive.notes.stop();
}
process.stdout.write(JSON.stringify(faults));
