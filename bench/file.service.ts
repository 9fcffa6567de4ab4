import { Injectable, Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cache, CacheConsoleModule, Cached, CacheModule, type CacheModuleOptions } from '@data-room/cache';
import { source, tagsOf, type Kind } from './files.js';
import type { Bounds, Subject } from './subject.js';

/** A service as an application has it. */
@Injectable()
export class FileService {
  loads = 0;

  @Cached({ tags: (_result, id) => tagsOf(id) })
  async entity(id: string) {
    return this.load('entity', id);
  }

  @Cached({ tags: (_result, id) => tagsOf(id) })
  async plain(id: string) {
    return this.load('plain', id);
  }

  @Cached({ tags: (_result, id) => tagsOf(id) })
  async listing(id: string) {
    return this.load('listing', id);
  }

  @Cached({ tags: (_result, id) => tagsOf(id) })
  async entities(id: string) {
    return this.load('entities', id);
  }

  @Cached({ tags: (_result, id) => tagsOf(id) })
  async note(id: string) {
    return this.load('note', id);
  }

  /** Nothing but the call: what a decorator adds shows best where there is nothing else. */
  @Cached({ tags: (_result, id) => tagsOf(id) })
  async echo(id: string) {
    return id;
  }

  async bareEcho(id: string) {
    return id;
  }

  private load(kind: Kind, id: string): object {
    this.loads++;
    return source.load(kind, id);
  }
}

@Injectable()
export class FrozenFileService {
  loads = 0;

  @Cached({ tags: (_result, id) => tagsOf(id), copy: 'freeze' })
  async entity(id: string) {
    return this.load('entity', id);
  }

  @Cached({ tags: (_result, id) => tagsOf(id), copy: 'freeze' })
  async plain(id: string) {
    return this.load('plain', id);
  }

  @Cached({ tags: (_result, id) => tagsOf(id), copy: 'freeze' })
  async listing(id: string) {
    return this.load('listing', id);
  }

  @Cached({ tags: (_result, id) => tagsOf(id), copy: 'freeze' })
  async entities(id: string) {
    return this.load('entities', id);
  }

  @Cached({ tags: (_result, id) => tagsOf(id), copy: 'freeze' })
  async note(id: string) {
    return this.load('note', id);
  }

  private load(kind: Kind, id: string): object {
    this.loads++;
    return source.load(kind, id);
  }
}

/** Without options: without the module. */
export async function application(options?: CacheModuleOptions): Promise<INestApplicationContext> {
  const isWatched = (options?.auditRate ?? 0) > 0;
  const imports = [
    ...(options === undefined ? [] : [CacheModule.forRoot(options)]),
    ...(isWatched ? [CacheConsoleModule.forRoot({ guards: 'none' })] : []),
  ];
  @Module({ imports, providers: [FileService, FrozenFileService] })
  class BenchModule {}
  return NestFactory.createApplicationContext(BenchModule, { logger: ['error'] });
}

export async function decorated(
  service: typeof FileService | typeof FrozenFileService,
  { entries }: Bounds,
  options: CacheModuleOptions = {},
) {
  const app = await application({ maxEntries: entries, maxMegabytes: 2_048, ...options });
  const cache = app.get(Cache);
  const files = app.get(service);
  const subject: Subject & { readonly app: INestApplicationContext } = {
    app,
    reader: (kind) => files[kind].bind(files),
    delete: (kind, id) => cache.delete(`dataroom:${service.name}.${kind}:${id}`),
    invalidate: (tag) => cache.invalidateTags([tag]),
    get loads() {
      return files.loads;
    },
    faithful: true,
    close: () => app.close(),
  };
  return subject;
}
