// The smallest thing worth caching: a text under an id, its cached reading, and the ways to write it.
import type { Client } from 'pg';
import { Column, Entity, PrimaryColumn, type DataSource, type EntityManager } from 'typeorm';
import type { Cache } from '@data-room/cache';
import { Application, Database, type ApplicationParts } from './database.js';

@Entity()
export class Note {
  @PrimaryColumn()
  id: number;
  @Column()
  text: string;
}

/** Ways to write a note by a manager. Each is a statement of another kind; all must be noticed alike. */
export const writes: Readonly<Record<string, (manager: EntityManager, id: number, text: string) => Promise<unknown>>> =
  {
    'an entity save': (manager, id, text) => manager.save(Note, { id, text }),
    'a criteria update': (manager, id, text) => manager.update(Note, { id }, { text }),
    'a builder': (manager, id, text) => manager.createQueryBuilder().update(Note).set({ text }).where({ id }).execute(),
    'raw SQL': (manager, id, text) => manager.query('UPDATE note SET text = $1 WHERE id = $2', [text, id]),
  };

export class Notes {
  readonly application: Application;
  readonly database: Database;
  loads = 0;
  readonly #stranger: Client;
  readonly #first: boolean;

  private constructor(database: Database, application: Application, stranger: Client, first = true) {
    this.#stranger = stranger;
    this.#first = first;
    this.database = database;
    this.application = application;
  }

  /** Notes 1, 2 and 3, all saying "old". */
  static async start(parts: Partial<ApplicationParts> = {}): Promise<Notes> {
    const database = await Database.create();
    const notes = new Notes(
      database,
      await Application.start(database, { ...parts, entities: [Note] }),
      await database.client(),
    );
    await notes.reset();
    return notes;
  }

  /** Another application on the same tables, with a cache of its own that does not hear of the first one's writes. */
  async another(options: ApplicationParts['options']): Promise<Notes> {
    const parts = { entities: [Note], options: { ...options, dropSchema: false, synchronize: false } };
    return new Notes(this.database, await Application.start(this.database, parts), await this.database.client(), false);
  }

  get dataSource(): DataSource {
    return this.application.dataSource;
  }

  get cache(): Cache {
    return this.application.cache;
  }

  async reset(): Promise<void> {
    await this.dataSource.getRepository(Note).save([1, 2, 3].map((id) => ({ id, text: 'old' })));
    for (const id of [1, 2, 3]) await this.read(id);
    this.loads = 0;
  }

  /** As a cached method would. */
  read(id: number): Promise<string | undefined> {
    return this.cache.getOrLoad(`note ${id}`, { tags: [`note:${id}`] }, async () => {
      this.loads++;
      return (await this.dataSource.getRepository(Note).findOneBy({ id }))?.text;
    });
  }

  /** As the database has it, seen by a stranger. */
  async stored(id: number): Promise<string | undefined> {
    const { rows } = await this.#stranger.query<{ text: string }>('SELECT text FROM note WHERE id = $1', [id]);
    return rows[0]?.text;
  }

  /** Answered from memory? */
  async hits(id: number): Promise<boolean> {
    const before = this.loads;
    await this.read(id);
    return this.loads === before;
  }

  async stop(): Promise<void> {
    await this.#stranger.end();
    await this.application.stop({ dropDatabase: this.#first });
  }
}
