// The world of the oracle: books on shelves, and a journal that the database itself keeps of every change to them.
import { setImmediate as turn } from 'node:timers/promises';
import type { Client } from 'pg';
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type DataSource, type Relation } from 'typeorm';
import { Cached, CachedMany } from '@data-room/cache';

@Entity()
export class Shelf {
  @PrimaryColumn()
  id: number;
}

@Entity()
export class Book {
  @PrimaryColumn()
  id: number;
  @Column()
  text: string;
  @Column({ default: 0 })
  size: number;
  @Column({ name: 'shelf_id' })
  shelfId: number;
  @ManyToOne(() => Shelf)
  @JoinColumn({ name: 'shelf_id' })
  shelf: Relation<Shelf>;
}

export const shelves = 5;
export const books = 20;

/** Counters of changes: of a book, of a shelf, of all. A book that moves is a change to both shelves. */
export const journal = `
  CREATE TABLE journal (shelf_id int, book_id int, version int NOT NULL DEFAULT 0, PRIMARY KEY (book_id, shelf_id));
  CREATE INDEX ON journal (shelf_id);
  INSERT INTO shelf SELECT generate_series(1, ${shelves});
  INSERT INTO journal SELECT shelf, book FROM generate_series(1, ${shelves}) shelf, generate_series(1, ${books}) book;
  CREATE FUNCTION keep_journal() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    UPDATE journal SET version = version + 1 WHERE book_id = coalesce(NEW.id, OLD.id)
      AND shelf_id IN (coalesce(NEW.shelf_id, OLD.shelf_id), coalesce(OLD.shelf_id, NEW.shelf_id));
    RETURN NULL;
  END $$;
  CREATE TRIGGER journal AFTER INSERT OR UPDATE OR DELETE ON book FOR EACH ROW EXECUTE FUNCTION keep_journal();
  INSERT INTO book (id, text, shelf_id) SELECT id, 'first', 1 + id % ${shelves} FROM generate_series(1, ${books}) id;
  DO $$ BEGIN
    EXECUTE format('ALTER DATABASE %I SET lock_timeout = 300', current_database());
    EXECUTE format('ALTER DATABASE %I SET deadlock_timeout = 30', current_database());
  END $$;
`;

type Row = { version: string };

interface BookVersion {
  readonly id: number;
  readonly version: number;
}

/** What is read through the cache: a row, some rows at once, a listing, an aggregate of the whole table. */
export class Library {
  loads = 0;

  constructor(private readonly dataSource: DataSource) {}

  @Cached({ tags: (_version, id) => [`book:${id}`] })
  book(id: number): Promise<number> {
    return this.#version('book_id = $1', [id]);
  }

  @CachedMany({ id: ({ id }) => id, tags: (_version, id) => [`book:${id}`] })
  async versions(ids: readonly number[]): Promise<BookVersion[]> {
    this.loads++;
    const sql = 'SELECT book_id, sum(version)::int AS version FROM journal WHERE book_id = ANY ($1) GROUP BY book_id';
    const rows = (await this.dataSource.query(sql, [ids])) as { book_id: number; version: number }[];
    await turn();
    return rows.map(({ book_id: id, version }) => ({ id, version }));
  }

  @Cached({ tags: (_version, id) => [`shelf:${id}`] })
  shelf(id: number): Promise<number> {
    return this.#version('shelf_id = $1', [id]);
  }

  @Cached({ tags: ['type:book'] })
  all(): Promise<number> {
    return this.#version('true', []);
  }

  read(subject: string): Promise<number> {
    const [kind, id] = subject.split(' ');
    if (kind === 'book') return this.book(Number(id));
    return kind === 'shelf' ? this.shelf(Number(id)) : this.all();
  }

  /** Of some books, by their subjects. */
  async together(ids: readonly number[]): Promise<ReadonlyMap<string, number>> {
    const versions = await this.versions(ids);
    return new Map(versions.map(({ id, version }) => [`book ${id}`, version]));
  }

  async #version(where: string, parameters: unknown[]): Promise<number> {
    this.loads++;
    const sql = `SELECT coalesce(sum(version), 0) AS version FROM journal WHERE ${where}`;
    const rows = (await this.dataSource.query(sql, parameters)) as Row[];
    // What a service does with its rows takes a moment, too.
    await turn();
    return Number(rows[0]!.version);
  }
}

export const subjects: readonly string[] = [
  ...Array.from({ length: books }, (_, index) => `book ${index + 1}`),
  ...Array.from({ length: shelves }, (_, index) => `shelf ${index + 1}`),
  'all',
];

const everything = `
  SELECT book_id, shelf_id, sum(version)::int AS version FROM journal GROUP BY GROUPING SETS ((book_id), (shelf_id), ())`;

interface Line {
  readonly book_id: number | null;
  readonly shelf_id: number | null;
  readonly version: number;
}

/** The versions of all subjects in one snapshot. */
export async function look(query: (sql: string) => Promise<Line[]>): Promise<ReadonlyMap<string, number>> {
  const lines = await query(everything);
  return new Map(lines.map((line) => [subjectOf(line), line.version]));
}

export function lookBy(client: Client): Promise<ReadonlyMap<string, number>> {
  return look(async (sql) => (await client.query<Line>(sql)).rows);
}

function subjectOf({ book_id, shelf_id }: Line): string {
  if (book_id !== null) return `book ${book_id}`;
  return shelf_id === null ? 'all' : `shelf ${shelf_id}`;
}
