import { AsyncResource } from 'node:async_hooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Inject, Injectable } from '@nestjs/common';
import { Column, DataSource, Entity, PrimaryColumn } from 'typeorm';
import { Cache, Cached, InvalidatesTags } from '@data-room/cache';
import { createDatabase } from '../support/scratch-database.js';
import { boot, closeAll } from './boot.js';

@Entity()
class Room {
  @PrimaryColumn() id: number;
  @Column() name: string;
}

@Injectable()
class Rooms {
  loads = 0;

  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  @Cached({ tags: (_room, id) => [`room:${id}`] })
  async name(id: number): Promise<string | undefined> {
    this.loads++;
    return (await this.dataSource.manager.findOneBy(Room, { id }))?.name;
  }

  @InvalidatesTags((_void, id) => [`room:${id}`])
  async touch(_id: number): Promise<void> {}
}

let database: Awaited<ReturnType<typeof createDatabase>>;
let dataSource: DataSource;

beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  const { url } = database;
  dataSource = await new DataSource({ type: 'postgres', url, entities: [Room], synchronize: true }).initialize();
  await dataSource.manager.save(Room, { id: 1, name: 'old' });
});
afterEach(async () => {
  await closeAll();
  if (dataSource.isInitialized) await dataSource.destroy();
});

async function start(options: { enabled?: boolean } = {}) {
  const app = await boot({ providers: [Rooms, { provide: DataSource, useValue: dataSource }] }, options);
  return { app, rooms: app.get(Rooms), cache: app.get(Cache) };
}

describe('two applications in one process, on one data source', () => {
  it('with the same classes and the same keys share no entries, no invalidations and no loads', async () => {
    const [one, two] = [await start(), await start()];
    await Promise.all([one.rooms.name(1), two.rooms.name(1)]);
    await one.cache.set('key', 'of one');

    expect(await two.cache.get('key')).toBe(undefined);
    expect([one.rooms.loads, two.rooms.loads]).toEqual([1, 1]);
    await one.rooms.touch(1);
    await one.cache.delete('key');
    await Promise.all([one.rooms.name(1), two.rooms.name(1)]);
    expect([one.rooms.loads, two.rooms.loads]).toEqual([2, 1]);
    await two.cache.clear();
    await one.rooms.name(1);
    expect(one.rooms.loads).toBe(2);
  });

  it('on one data source both hear of what is written through it, whoever writes', async () => {
    const [one, two] = [await start(), await start()];
    await Promise.all([one.rooms.name(1), two.rooms.name(1)]);

    await dataSource.transaction(async (manager) => {
      await manager.save(Room, { id: 1, name: 'new' });
      expect([await one.rooms.name(1), await two.rooms.name(1)]).toEqual(['old', 'old']);
    });

    expect([await one.rooms.name(1), await two.rooms.name(1)]).toEqual(['new', 'new']);
  });

  it('what one invalidates inside a transaction takes effect at its commit, and never on rollback', async () => {
    const { rooms, cache } = await start();
    const another = () => new Promise<string | undefined>((resolve) => setImmediate(() => resolve(outside())));
    const outside = AsyncResource.bind(() => rooms.name(1));
    await rooms.name(1);
    await cache.set('kept', 'old');

    const rolledBack = dataSource.transaction(async () => {
      await rooms.touch(1);
      await cache.set('kept', 'new');
      await cache.invalidateTags(['room:1']);
      throw new Error('rolled back');
    });
    await expect(rolledBack).rejects.toThrow('rolled back');
    await rooms.name(1);
    expect([rooms.loads, await cache.get('kept')]).toEqual([1, 'old']);
    await dataSource.transaction(async () => {
      await rooms.touch(1);
      await cache.set('kept', 'new');
      expect([await another(), rooms.loads]).toEqual(['old', 1]);
      expect(await cache.get('kept')).toBe(undefined);
    });
    await rooms.name(1);

    expect([rooms.loads, await cache.get('kept')]).toEqual([2, 'new']);
  });

  it('a data source that only a repository or a service holds is followed as well', async () => {
    @Injectable()
    class Holder {
      readonly dataSource = dataSource;
      loads = 0;
      @Cached({ tags: ['type:room'] })
      async count(): Promise<number> {
        this.loads++;
        return this.dataSource.manager.count(Room);
      }
    }
    @Injectable()
    class OfRepository extends Holder {
      override readonly dataSource = null as never;
      readonly rooms = dataSource.getRepository(Room);
      @Cached({ tags: ['type:room'] })
      override async count(): Promise<number> {
        this.loads++;
        return this.rooms.count();
      }
    }
    const repository = { provide: 'repository', useFactory: () => dataSource.getRepository(Room) };
    for (const [provided, holder] of [
      [[Holder], Holder],
      [[OfRepository, repository], OfRepository],
    ] as const) {
      const counts = (await boot({ providers: [...provided] })).get<Holder>(holder);
      expect([await counts.count(), await counts.count(), counts.loads]).toEqual([1, 1, 1]);
      await dataSource.manager.insert(Room, { id: 2, name: 'another' });
      expect(await counts.count()).toBe(2);
      await dataSource.manager.delete(Room, 2);
      await closeAll();
    }
  });

  it('one that is closed leaves the other as it was', async () => {
    const [one, two] = [await start(), await start()];
    await Promise.all([one.rooms.name(1), two.rooms.name(1)]);

    await one.app.close();

    expect([await two.rooms.name(1), two.rooms.loads]).toEqual(['old', 1]);
    expect([await one.rooms.name(1), one.rooms.loads]).toEqual(['old', 2]);
    await dataSource.manager.update(Room, 1, { name: 'new' });
    expect(await two.rooms.name(1)).toBe('new');
  });

  it('an instance that both were given is not cached in either, with a warning', async () => {
    class Shared {
      loads = 0;
      @Cached()
      async next(): Promise<number> {
        return ++this.loads;
      }
    }
    const shared = new Shared();
    const providers = [{ provide: Shared, useValue: shared }];
    const first = await boot({ providers });
    expect([await shared.next(), await shared.next()]).toEqual([1, 1]);
    const second = await boot({ providers });

    expect([await shared.next(), await shared.next()]).toEqual([2, 3]);
    expect(second.warnings).toEqual([
      'Shared is one instance in two applications, so its decorated methods stay uncached.',
    ]);
    await first.close();
    await second.close();
    await boot({ providers });
    expect([await shared.next(), await shared.next()]).toEqual([4, 4]);
  });

  it('a disabled cache does not touch the data source', async () => {
    const own = () => [Reflect.get(dataSource, 'createQueryRunner'), Reflect.get(dataSource.manager, 'transaction')];
    const before = own();
    const { rooms } = await start({ enabled: false });

    expect(own().map((method, at) => method === before[at])).toEqual([true, true]);
    expect(dataSource.subscribers).toEqual([]);
    await rooms.name(1);
    await rooms.touch(1);
    await rooms.name(1);
    expect(rooms.loads).toBe(2);
  });
});
