// Rows with lazy relations: whoever gets one from the cache may await what it has not loaded, and gets what it has.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Inject, Injectable } from '@nestjs/common';
import Libsql from 'libsql';
import { Column, DataSource, Entity, ManyToOne, OneToMany, PrimaryColumn } from 'typeorm';
import { Cache, Cached } from '@data-room/cache';
import { boot } from '../nest/boot.js';
import { entityClassesOf } from '../../libs/cache/src/typeorm/entity-classes.js';
import { Sharing } from '../support/sharing.js';

@Entity()
class Person {
  @PrimaryColumn() id: number;
  @Column() name: string;
  @OneToMany(() => Paper, ({ author }) => author, { lazy: true }) papers: Promise<Paper[]>;
}

@Entity()
class Paper {
  @PrimaryColumn() id: number;
  @Column() title: string;
  @ManyToOne(() => Person, ({ papers }) => papers, { lazy: true, nullable: true }) author: Promise<Person | null>;
  @ManyToOne(() => Person, { lazy: true, nullable: true }) reviewer: Promise<Person | null>;
}

@Injectable()
class Papers {
  loads = 0;
  queries = 0;
  /** Made by hand, so that the cache does not know of it. */
  stranger: DataSource | undefined;

  constructor(@Inject(DataSource) readonly dataSource: DataSource) {
    const createQueryRunner = dataSource.createQueryRunner.bind(dataSource);
    dataSource.createQueryRunner = (...args) => {
      this.queries++;
      return createQueryRunner(...args);
    };
  }

  get #repository() {
    this.loads++;
    return this.dataSource.getRepository(Paper);
  }

  @Cached()
  async plain(id: number): Promise<Paper> {
    return this.#repository.findOneByOrFail({ id });
  }

  @Cached()
  async withAuthor(id: number): Promise<Paper> {
    const paper = await this.#repository.findOneByOrFail({ id });
    await paper.author;
    return paper;
  }

  @Cached()
  async joined(id: number): Promise<Paper> {
    return this.#repository.findOneOrFail({ where: { id }, relations: { author: true, reviewer: true } });
  }

  @Cached({ copy: 'freeze' })
  async frozen(id: number): Promise<Paper> {
    return this.#repository.findOneOrFail({ where: { id }, relations: { reviewer: true } });
  }

  @Cached()
  async loading(id: number): Promise<{ readonly papers: Paper[] }> {
    const paper = await this.#repository.findOneByOrFail({ id });
    void paper.author;
    return { papers: [paper] };
  }

  @Cached()
  async ofStranger(id: number): Promise<Paper> {
    this.loads++;
    return this.stranger!.getRepository(Paper).findOneByOrFail({ id });
  }
}

type Reading = (papers: Papers) => Promise<Paper>;

let sharing: Sharing;

beforeAll(async () => {
  sharing = await Sharing.start([Person, Paper], { providers: [Papers] });
});
beforeEach(async () => {
  const { manager } = sharing.dataSource;
  await manager.deleteAll(Paper);
  await manager.deleteAll(Person);
  const people = [
    { id: 1, name: 'ann' },
    { id: 2, name: 'bob' },
  ];
  await manager.insert(Person, people);
  await manager
    .createQueryBuilder()
    .insert()
    .into(Paper)
    .values([{ id: 7, title: 'on caches' }])
    .execute();
  await manager.query('UPDATE paper SET "authorId" = 1 WHERE id = 7');
  await sharing.one.get(Cache).clear();
});
afterAll(() => sharing.stop());

/** The same paper three times: as it was loaded, from memory, and as another process finds it in Redis. */
async function threeTimes(read: Reading, method: string): Promise<[loaded: Paper, kept: Paper, found: Paper]> {
  const [one, other] = sharing.both(Papers);
  const before = [one.loads, other.loads];
  const loaded = await read(one);
  const kept = await read(one);
  await sharing.shared(`Papers.${method}`);
  const found = await read(other);
  const loads = [one.loads - before[0]!, other.loads - before[1]!];
  expect([method, ...loads]).toEqual([method, 1, 0]);
  return [loaded, kept, found];
}

describe('a row with lazy relations', () => {
  it('has them from memory and from Redis as it had them when it was loaded', async () => {
    const [loaded, ...copies] = await threeTimes((papers) => papers.plain(7), 'plain');

    for (const copy of copies) {
      expect(copy).toStrictEqual(loaded);
      expect(copy).toBeInstanceOf(Paper);
      for (const name of ['author', 'reviewer']) {
        const [own, original] = [copy, loaded].map((paper) => Object.getOwnPropertyDescriptor(paper, name));
        expect(own).toEqual({
          ...original,
          get: expect.any(Function) as unknown,
          set: expect.any(Function) as unknown,
        });
      }
      expect(JSON.stringify(copy)).toBe(JSON.stringify(loaded));
    }
  });

  it('loads what it has not loaded when somebody awaits it, each copy for itself and by its own data source', async () => {
    const [one, other] = sharing.both(Papers);
    const [, kept, found] = await threeTimes((papers) => papers.plain(7), 'plain');
    const again = await one.plain(7);
    await sharing.dataSource.query(`UPDATE person SET name = 'ada' WHERE id = 1`);

    for (const [paper, papers] of [
      [kept, one],
      [again, one],
      [found, other],
    ] as const) {
      const before = papers.queries;
      expect((await paper.author)?.name).toBe('ada');
      expect(papers.queries).toBe(before + 1);
      // as TypeORM does, once and no more
      expect(await paper.author).toBe(await paper.author);
      expect(await paper.reviewer).toBeNull();
      expect(papers.queries).toBe(before + 2);
    }
    expect(await kept.author).not.toBe(await again.author);
  });

  it.each<[string, Reading]>([
    ['withAuthor', (papers) => papers.withAuthor(7)],
    ['joined', (papers) => papers.joined(7)],
  ])('has what was loaded, without asking, and as objects of its own: %s', async (method, read) => {
    const [one, other] = sharing.both(Papers);
    const [loaded, kept, found] = await threeTimes(read, method);
    const before = [one.queries, other.queries];

    for (const copy of [kept, found]) {
      const author = await copy.author;
      expect(author).toBeInstanceOf(Person);
      expect(author).toStrictEqual(await loaded.author);
      expect(author).not.toBe(await loaded.author);
      author!.name = 'changed';
    }
    expect([one.queries, other.queries]).toEqual(before);
    expect((await (await read(one)).author)?.name).toBe('ann');
    // What was loaded has lazy relations itself.
    expect(await (await kept.author)!.papers).toEqual([expect.objectContaining({ id: 7 })]);
  });

  it('takes a new value, and forgets the one it had', async () => {
    const [, kept, found] = await threeTimes((papers) => papers.joined(7), 'joined');

    for (const copy of [kept, found]) {
      const bob = Object.assign(new Person(), { id: 2, name: 'bob' });
      copy.author = Promise.resolve(bob);
      expect(await copy.author).toBe(bob);
    }
    expect((await (await sharing.one.get(Papers).joined(7)).author)?.name).toBe('ann');
  });

  it('can be saved', async () => {
    const [, kept, found] = await threeTimes((papers) => papers.withAuthor(7), 'withAuthor');

    for (const [paper, title] of [
      [kept, 'second'],
      [found, 'third'],
    ] as const) {
      await sharing.dataSource.manager.save(Object.assign(paper, { title }));
      const [row] = await sharing.dataSource.query('SELECT title, "authorId" FROM paper');
      expect(row).toEqual({ title, authorId: 1 });
    }
  });

  it('loads for whoever awaits it also where all share one that is frozen', async () => {
    const [loaded, kept, found] = await threeTimes((papers) => papers.frozen(7), 'frozen');

    expect(kept).toBe(loaded);
    for (const paper of [kept, found]) {
      expect(Object.isFrozen(paper)).toBe(true);
      expect((await paper.author)?.name).toBe('ann');
      expect(await paper.reviewer).toBeNull();
      expect(Object.keys(paper)).toEqual(Object.keys(loaded));
    }
  });

  it('is not kept while one of them is being loaded', async () => {
    const papers = sharing.one.get(Papers);
    const before = papers.loads;

    const results = [await papers.loading(7), await papers.loading(7)];

    for (const { papers: found } of results) expect((await found[0]!.author)?.name).toBe('ann');
    expect(papers.loads).toBe(before + 2);
    expect(sharing.warnings).toContainEqual(
      expect.stringMatching(/^Papers\.loading .*result\.papers\[0\]\.author is a lazy relation that is still being/),
    );
  });
});

describe('two data sources with one class', () => {
  it('of the one that the cache does not follow nothing lazy is kept: a copy would load from the other', async () => {
    const stranger = await sharing.another();
    const papers = sharing.one.get(Papers);
    papers.stranger = stranger;
    const before = papers.loads;

    await papers.ofStranger(7);
    const again = await papers.ofStranger(7);

    expect(papers.loads).toBe(before + 2);
    expect((await again.author)?.name).toBe('ann');
    expect(sharing.warnings).toContainEqual(
      expect.stringMatching(/^Papers\.ofStranger .*result\.author is an accessor/),
    );
    await stranger.destroy();
  });

  it('of one application: neither is kept, because from Redis nobody could tell whose it was', async () => {
    const sources = await Promise.all([1, 2].map(() => sharing.another()));
    const providers = sources.map((useValue, at) => ({ provide: `source ${at}`, useValue }));
    let loads = 0;
    @Injectable()
    class Readers {
      @Cached()
      async paper(at: number): Promise<Paper> {
        loads++;
        return sources[at]!.getRepository(Paper).findOneByOrFail({ id: 7 });
      }
    }
    const app = await boot({ providers: [Readers, ...providers] });

    const readers = app.get(Readers);
    for (const at of [0, 0, 1, 1]) expect((await (await readers.paper(at)).author)?.name).toBe('ann');

    expect(loads).toBe(4);
    await app.close();
    for (const source of sources) await source.destroy();
  });
});

describe('the shape of a class', () => {
  async function shapeWith(lazy: boolean): Promise<string | undefined> {
    @Entity()
    class Owner {
      @PrimaryColumn() id: number;
    }
    @Entity()
    class Thing {
      @PrimaryColumn() id: number;
      @ManyToOne(() => Owner, { lazy }) owner: unknown;
    }
    const entities = [Owner, Thing];
    const source = new DataSource({ type: 'better-sqlite3', driver: Libsql, database: ':memory:', entities });
    await source.initialize();
    const known = entityClassesOf(source).find(({ name }) => name === 'entity:Thing');
    await source.destroy();
    return known?.shape;
  }

  it('is another when a relation becomes lazy, for a row from before has no promise there', async () => {
    expect(await shapeWith(true)).not.toBe(await shapeWith(false));
    expect(await shapeWith(true)).toBe(await shapeWith(true));
  });
});
