import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, constants, mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Cached } from '@data-room/cache';
import { BootError } from '../boot-error.js';
import { Environment } from '../environment.js';

export interface StoredContent {
  readonly storageKey: string;
  readonly size: number;
  readonly sha256: string;
}

const abandonedAfterMs = 24 * 3_600_000;

/** Contents on disk under random names: processes that share the folder never meet, and no client chooses a path. */
@Injectable()
export class FileStorage implements OnModuleInit {
  readonly #logger = new Logger(FileStorage.name);
  readonly #folder: string;
  readonly #incoming: string;

  constructor({ storageDir }: Environment) {
    this.#folder = storageDir;
    this.#incoming = join(storageDir, 'incoming');
  }

  async onModuleInit(): Promise<void> {
    try {
      await mkdir(this.#incoming, { recursive: true });
      await access(this.#incoming, constants.W_OK);
      await this.#forgetAbandoned();
    } catch (error) {
      throw new BootError(`STORAGE_DIR: files cannot be kept in ${this.#folder}: ${String(error)}`, { cause: error });
    }
  }

  /** Keeps nothing if the stream breaks off. */
  async store(content: Readable): Promise<StoredContent> {
    const storageKey = randomUUID();
    const unfinished = join(this.#incoming, storageKey);
    const hash = createHash('sha256');
    let size = 0;
    const measure = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        size += chunk.length;
        done(null, chunk);
      },
    });

    try {
      await pipeline(content, measure, createWriteStream(unfinished, { flags: 'wx', mode: 0o600 }));
      await mkdir(dirname(this.#pathOf(storageKey)), { recursive: true });
      await rename(unfinished, this.#pathOf(storageKey));
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
    return { storageKey, size, sha256: hash.digest('hex') };
  }

  /** Null if the content is gone: its file was deleted a moment ago. Opened before it is answered with. */
  async read(storageKey: string): Promise<Readable | null> {
    try {
      const handle = await open(this.#pathOf(storageKey));
      return handle.createReadStream();
    } catch (error) {
      if (Reflect.get(Object(error), 'code') === 'ENOENT') return null;
      throw error;
    }
  }

  /** A content that cannot be deleted costs space, nothing else; the rows that named it are gone. */
  async discard(storageKeys: readonly string[]): Promise<void> {
    for (const storageKey of storageKeys) {
      await rm(this.#pathOf(storageKey), { force: true }).catch((error: unknown) => {
        this.#logger.warn(`The content ${storageKey} is no longer needed, but could not be deleted: ${String(error)}`);
      });
    }
  }

  /** The disk fills without telling anybody, so this is the one value here that grows old by the clock. */
  @Cached({ scope: 'everyone', ttl: '10s', audit: false })
  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.#folder);
    return bavail * bsize;
  }

  /** What a process that was killed has left half received. Another one may be receiving at this moment. */
  async #forgetAbandoned(): Promise<void> {
    for (const name of await readdir(this.#incoming)) {
      const path = join(this.#incoming, name);
      const status = await stat(path).catch(() => null);
      if (status && Date.now() - status.mtimeMs > abandonedAfterMs) await rm(path, { force: true });
    }
  }

  #pathOf(storageKey: string): string {
    return join(this.#folder, storageKey.slice(0, 2), storageKey);
  }
}
