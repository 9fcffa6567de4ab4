// Two applications on one database and one Redis: what one writes is heard in the other.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Column, DataSource, Entity, PrimaryColumn } from 'typeorm';
import { Cache, Cached, type Invalidated } from '@data-room/cache';
import { Sharing } from '../support/sharing.js';

@Entity()
class Notice {
  @PrimaryColumn()
  id: number;
  @Column()
  text: string;
}

@Injectable()
class Notices {
  constructor(private readonly db: DataSource) {}

  @Cached({ tags: (_text, id) => [`notice:${id}`] })
  async text(id: number): Promise<string | undefined> {
    return (await this.db.getRepository(Notice).findOneBy({ id }))?.text;
  }
}

let sharing: Sharing;

beforeAll(async () => {
  sharing = await Sharing.start([Notice], { providers: [Notices] });
});

afterAll(() => sharing.stop());

it('I29: a listener in another instance hears of a commit, and reads there what it has become', async () => {
  const [, there] = sharing.both(Notices);
  const cache = sharing.other.get(Cache);
  await sharing.dataSource.manager.save(Notice, { id: 1, text: 'before' });
  await there.text(1);
  const heard = new Promise<readonly [Invalidated, string | undefined]>((resolve) => {
    cache.onInvalidated('notice:1', (told) => void there.text(1).then((text) => resolve([told, text])));
  });

  await sharing.dataSource.transaction((manager) => manager.update(Notice, { id: 1 }, { text: 'after' }));

  expect(await heard).toEqual([{ tags: ['notice:*'], missed: false }, 'after']);
});

it('I29: and nothing of a rollback', async () => {
  const cache = sharing.other.get(Cache);
  const told: string[] = [];
  cache.onInvalidated('*', ({ tags }) => void told.push(...tags));
  const failing = sharing.dataSource.transaction(async (manager) => {
    await manager.save(Notice, { id: 2, text: 'never' });
    throw new Error('rolled back');
  });
  await expect(failing).rejects.toThrow('rolled back');

  await sharing.dataSource.manager.save(Notice, { id: 3, text: 'later' });

  const last = await new Promise<Invalidated>((resolve) => {
    cache.onInvalidated('done', resolve);
    void sharing.one.get(Cache).invalidateTags(['done']);
  });
  expect(last.tags).toEqual(['done']);
  expect(told).not.toContain('notice:2');
  expect(told).toContain('notice:3');
});
