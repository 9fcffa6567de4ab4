import { randomBytes } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { Claim, type Replica } from '../coherence/replica.js';
import { watchedBy } from '../coherence/tag.js';
import type { Tell } from '../core/events.js';
import { partsInKey } from '../core/scope.js';
import type { ScopeKeys } from '../core/scope-keys.js';
import { OwnConnections } from './own-connections.js';
import { CacheScopeKey } from './scope-key.js';

const secretLength = 32;
const connections = 2;
const patienceMs = 1_000;
const mostRemembered = 10_000;

interface Remembered {
  readonly claim: Claim;
  readonly secret: Promise<Buffer | undefined>;
}

/**
 * The secrets of scopes in a table of PostgreSQL. They are remembered in this process, and nowhere else, for as long as nobody has
 * changed the row: a secret is trusted as an entry is, by a claim, so that none is used after the commit that removed it.
 */
export class TableOfScopeKeys implements ScopeKeys {
  readonly #names: ReadonlySet<string>;
  readonly #replica: () => Replica;
  readonly #tell: Tell;
  readonly #remembered = new Map<string, Remembered>();
  #connections: OwnConnections | undefined;

  /** `names`: of the scopes that have secrets, `dataroom`. */
  constructor(names: readonly string[], replica: () => Replica, tell: Tell) {
    this.#names = new Set(names);
    this.#replica = replica;
    this.#tell = tell;
  }

  /** False: nothing of these scopes can leave the process. */
  get kept(): boolean {
    return this.#connections !== undefined || this.#names.size === 0;
  }

  /** The first data source that has the entity counts. */
  add(dataSource: DataSource): void {
    if (this.kept || dataSource.options.type !== 'postgres' || !dataSource.hasMetadata(CacheScopeKey)) return;
    this.#connections = new OwnConnections(dataSource, connections, patienceMs);
  }

  of(key: string, make: boolean): Promise<Buffer | undefined> | undefined {
    if (this.#names.size === 0) return undefined;
    const parts = partsInKey(key).filter((part) => this.#names.has(part.slice(0, part.indexOf('='))));
    const [part] = parts;
    if (part === undefined) return undefined;
    // What holds for two rooms together has no secret that is destroyed with one of them.
    return parts.length === 1 ? this.#secretOf(part, make) : Promise.resolve(undefined);
  }

  async close(): Promise<void> {
    this.#remembered.clear();
    await this.#connections?.close();
  }

  async #secretOf(part: string, make: boolean): Promise<Buffer | undefined> {
    const replica = this.#replica();
    const known = this.#remembered.get(part);
    const secret = known !== undefined && replica.vouchesFor(known.claim) ? await known.secret : undefined;
    if (secret !== undefined) return secret;
    // Before the table is asked: what is changed while it answers is not in the answer. (I11)
    const claim = new Claim(replica.stamp, watchedBy(`=scope key ${part}`, [`scope:${part}`]));
    const asked = this.#ask(part, make).catch((error: unknown) => {
      this.#tell({ kind: 'fault', during: 'asking for the secret of a scope', error });
      return undefined;
    });
    if (this.#remembered.size >= mostRemembered) this.#remembered.clear();
    this.#remembered.set(part, { claim, secret: asked });
    const answer = await asked;
    // One that was made after the commit that removed the other must not open what was loaded before.
    return replica.vouchesFor(claim) ? answer : undefined;
  }

  async #ask(part: string, make: boolean): Promise<Buffer | undefined> {
    const found = await this.#read(part);
    if (found !== undefined || !make) return found;
    const sql = 'INSERT INTO cache_scope_key (scope, secret) VALUES ($1, $2) ON CONFLICT (scope) DO NOTHING';
    await this.#connections?.ask(sql, [part, randomBytes(secretLength).toString('base64')]);
    // Somebody else's, if he was first.
    return this.#read(part);
  }

  async #read(part: string): Promise<Buffer | undefined> {
    const sql = 'SELECT secret FROM cache_scope_key WHERE scope = $1';
    const [row] = ((await this.#connections?.ask(sql, [part])) ?? []) as { secret: string }[];
    return row && Buffer.from(row.secret, 'base64');
  }
}
