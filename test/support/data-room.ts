// The data room as clients meet it: a running application on a database and a storage folder of its own.
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createApplication } from '../../apps/data-room/src/application.js';
import type { Environment } from '../../apps/data-room/src/environment.js';
import { Person } from './data-room-person.js';
import './redis-url.js';
import { createDatabase, type ScratchDatabase } from './scratch-database.js';

/** Each suite runs on both: `describe.each(databases)('… on %s', (database) => { … })`. */
export const databases = ['the embedded database', 'PostgreSQL'] as const;
export type DatabaseKind = (typeof databases)[number];

export class DataRoomUnderTest {
  readonly environment: Environment;
  readonly #apps: NestExpressApplication[] = [];
  readonly #folder: string;
  readonly #database: ScratchDatabase | undefined;
  #address = '';

  private constructor(folder: string, database: ScratchDatabase | undefined, environment: Environment) {
    this.#folder = folder;
    this.#database = database;
    this.environment = environment;
  }

  static async start(database: DatabaseKind, changes: Partial<Environment> = {}): Promise<DataRoomUnderTest> {
    const folder = await mkdtemp(join(tmpdir(), 'data-room-'));
    const scratch = database === 'PostgreSQL' ? await createDatabase() : undefined;
    const room = new DataRoomUnderTest(folder, scratch, {
      port: 0,
      host: '127.0.0.1',
      databaseUrl: scratch?.url,
      databaseFile: join(folder, 'data', 'data-room.sqlite'),
      storageDir: join(folder, 'storage'),
      jwtSecret: randomUUID(),
      throttleLimit: 0,
      administrators: undefined,
      metricsToken: undefined,
      ...changes,
    });
    room.#address = await room.startAnother();
    return room;
  }

  /** For processes; no URL: the embedded database, which each of them finds in its working directory. */
  static async emptyDatabase(database: DatabaseKind): Promise<{ url?: string; remove: () => Promise<void> }> {
    if (database !== 'PostgreSQL') return { remove: async () => {} };
    const { url, drop } = await createDatabase();
    return { url, remove: drop };
  }

  /** One more application on the same database and storage; answers with its address. */
  async startAnother({ cacheEnabled = true } = {}): Promise<string> {
    const before = process.env.CACHE_ENABLED;
    process.env.CACHE_ENABLED = String(cacheEnabled);
    try {
      const app = await createApplication(this.environment, false);
      this.#apps.push(app);
      await app.listen(0, '127.0.0.1');
      return await app.getUrl();
    } finally {
      if (before === undefined) delete process.env.CACHE_ENABLED;
      else process.env.CACHE_ENABLED = before;
    }
  }

  get app(): NestExpressApplication {
    const [app] = this.#apps;
    if (!app) throw new Error('The data room has not been started.');
    return app;
  }

  /** The one that was started last. */
  get last(): NestExpressApplication {
    return this.#apps.at(-1) ?? this.app;
  }

  get address(): string {
    return this.#address;
  }

  /** Somebody without a token. */
  get stranger(): Person {
    return new Person(this.#address);
  }

  register(name: string): Promise<Person> {
    return Person.register(this.#address, name);
  }

  /** Names of all contents on disk, finished or not. */
  async storedContents(): Promise<string[]> {
    const entries = await readdir(this.environment.storageDir, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  }

  /** All connections break, and no new one can be made. */
  async loseDatabase(): Promise<void> {
    await this.#database?.drop();
  }

  async stop(): Promise<void> {
    for (const app of this.#apps) await app.close();
    await this.loseDatabase();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
