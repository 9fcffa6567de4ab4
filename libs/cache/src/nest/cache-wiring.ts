import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, ModulesContainer } from '@nestjs/core';
import type { DataSource } from 'typeorm';
import { systemClock } from '../core/clock.js';
import { CacheError } from '../core/errors.js';
import type { Runtime } from '../core/runtime.js';
import { DataSourceHook } from '../typeorm/data-source-hook.js';
import { CachedMethod } from './cached-method.js';
import { declarationOf, giveRuntime, runtimeOf } from './method.js';
import { CACHED, INVALIDATES, RUNTIME } from './tokens.js';

type Found = ReturnType<DiscoveryService['getProviders']>[number];
type Class = abstract new (...args: never[]) => unknown;

/** Connects a cache with the application around it, once all instances exist: data sources, decorated methods. */
@Injectable()
export class CacheWiring implements OnModuleInit, OnApplicationShutdown {
  readonly #logger = new Logger('Cache');

  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
  ) {}

  onModuleInit(): void {
    this.#refuseSecondImport();
    const found = [...this.discovery.getProviders(), ...this.discovery.getControllers()];
    this.#wireMethods(found);
    if (!this.runtime.policy.enabled) return;
    for (const dataSource of dataSourcesAmong(found))
      new DataSourceHook(dataSource, this.runtime, systemClock).install();
    this.runtime.reader.open();
  }

  /** Not earlier: requests that are still being answered may read. */
  onApplicationShutdown(): void {
    this.runtime.reader.close();
    this.runtime.memory.clear();
  }

  #refuseSecondImport(): void {
    const imported = [...this.modules.values()].filter((module) => module.providers.has(CacheWiring));
    if (imported.length < 2) return;
    const advice = 'Import CacheModule.forRoot() once, in the root module: it is global.';
    throw new CacheError('CACHE_IMPORTED_TWICE', `CacheModule is imported ${imported.length} times. ${advice}`);
  }

  #wireMethods(found: readonly Found[]): void {
    const owners = new Map<string, Class>();
    for (const wrapper of found) {
      const instance = wrapper.instance as object | undefined;
      if (typeof instance !== 'object' || instance === null) continue;
      const actual = instance.constructor as Class;
      const methods = this.#decorated(instance, CACHED) as CachedMethod[];
      for (const method of methods) {
        this.#register(method.nameFor(actual), actual, owners);
        if (!wrapper.isDependencyTreeStatic() && method.options.key === undefined)
          this.#warnOfState(method.nameFor(actual));
      }
      const decorated = methods.length > 0 || this.#decorated(instance, INVALIDATES).length > 0;
      if (decorated && wrapper.isDependencyTreeStatic() && runtimeOf(instance) === undefined) this.#adopt(instance);
    }
  }

  #register(name: string, owner: Class, owners: Map<string, Class>): void {
    const other = owners.get(name);
    owners.set(name, owner);
    if (other === undefined || other === owner) return;
    const both = other.name === owner.name ? `two classes named ${owner.name}` : `${other.name} and ${owner.name}`;
    const advice = 'They would answer each other’s calls. Give one of them another name: @Cached({ name: … }).';
    throw new CacheError('CACHE_NAME_TAKEN', `${both} have a cached method called "${name}". ${advice}`);
  }

  /** Made by a factory, or given as a value: Nest does not inject properties there. */
  #adopt(instance: object): void {
    if (Object.isExtensible(instance)) giveRuntime(instance, this.runtime);
    else this.#logger.warn(`${instance.constructor.name} is frozen, so its decorated methods stay uncached.`);
  }

  #warnOfState(name: string): void {
    this.#logger.warn(
      `${name} is cached on a request-scoped class. Its entries are shared by all requests, so whatever it takes from the ` +
        'request must be part of its key: @Cached({ key: … }).',
    );
  }

  #decorated(instance: object, what: symbol): unknown[] {
    const prototype = Object.getPrototypeOf(instance) as object | null;
    if (prototype === null) return [];
    const names = this.scanner.getAllMethodNames(prototype);
    const declarations = names.map((name) => declarationOf(Reflect.get(prototype, name), what));
    return declarations.filter((declaration) => declaration !== undefined);
  }
}

function dataSourcesAmong(found: readonly Found[]): Set<DataSource> {
  const instances = found.map(({ instance }) => instance as Partial<DataSource> | undefined);
  // By its looks: the application may have another copy of TypeORM than this package.
  const looksRight = (instance: Partial<DataSource> | undefined): instance is DataSource =>
    typeof instance?.createQueryRunner === 'function' && instance.entityMetadatas !== undefined;
  return new Set(instances.filter(looksRight));
}
