// Three data rooms with caches that share all they have, and one without a cache that may look and not touch: the oracle.
import { createHash, createHmac, randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'pg';
import { Program } from '../chaos/program.js';
import { DataRoomProcess, removeFolder, temporaryFolder } from '../support/data-room-process.js';
import { Database } from '../support/database.js';
import { RedisServer } from '../support/redis-server.js';

const anHour = 3_600_000;
const tables = ['users', 'data_rooms', 'members', 'folders', 'files'];

export class Site {
  readonly #endings: (() => Promise<unknown>)[] = [];
  readonly #secret = randomUUID();
  #start!: (variables: Record<string, string>) => Promise<string>;
  #client!: Client;
  #storage!: string;
  readonly instances: string[] = [];
  oracle = '';

  static async open(): Promise<Site> {
    const site = new Site();
    try {
      await site.#open();
      return site;
    } catch (error) {
      await site.close();
      throw error;
    }
  }

  /** One more instance on the same database, with variables of its own. */
  another(variables: Record<string, string>): Promise<string> {
    return this.#start(variables);
  }

  /** Changes with whatever is written, to a table or to the storage. */
  async fingerprint(): Promise<string> {
    const rows = tables.map((table) => `SELECT '${table}' || row::text AS line FROM ${table} row`);
    const { rows: lines } = await this.#client.query<{ line: string }>(`${rows.join(' UNION ALL ')} ORDER BY line`);
    const entries = await readdir(this.#storage, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    return createHash('sha256')
      .update(JSON.stringify([lines, files.toSorted()]))
      .digest('hex');
  }

  /** As the data rooms sign them. */
  token(userId: string, expiresAt = Date.now() + anHour): string {
    const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const payload = { sub: userId, exp: Math.floor(expiresAt / 1000) };
    const signed = [encoded({ alg: 'HS256', typ: 'JWT' }), encoded(payload)].join('.');
    return `${signed}.${createHmac('sha256', this.#secret).update(signed).digest('base64url')}`;
  }

  async close(): Promise<void> {
    for (const end of this.#endings.splice(0).toReversed()) await end();
  }

  async #open(): Promise<void> {
    const folder = await temporaryFolder();
    this.#endings.push(() => removeFolder(folder));
    this.#storage = join(folder, 'storage');
    const [program, redis, database] = await Promise.all([
      Program.build('ours'),
      RedisServer.start(),
      Database.create(),
    ]);
    this.#endings.push(
      () => program.remove(),
      () => redis.stop(),
      () => database.drop(),
    );
    const shared = {
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      STORAGE_DIR: this.#storage,
      JWT_SECRET: this.#secret,
      // On a machine that is busy an instance may miss a lease; what it then gives out of step would differ, and lawfully.
      CACHE_FALLBACK_TTL: '0',
    };
    this.#start = (variables) => {
      const process = DataRoomProcess.startCompiled(program.main, { folder, variables: { ...shared, ...variables } });
      this.#endings.push(() => process.stop());
      return process.address();
    };
    // The first makes the tables.
    this.instances.push(await this.#start({}));
    // That it does not announce what it writes is no matter: PostgreSQL lets it write nothing.
    const readOnly = { CACHE_ENABLED: 'false', PGOPTIONS: '-c default_transaction_read_only=on' };
    const others = await Promise.all([this.#start({}), this.#start({}), this.#start(readOnly)]);
    this.instances.push(...others.slice(0, 2));
    this.oracle = others[2]!;
    this.#client = await database.client();
    this.#endings.push(() => this.#client.end());
  }
}
