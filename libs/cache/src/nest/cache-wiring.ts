import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { DiscoveryService, ModulesContainer } from '@nestjs/core';
import type { DataSource } from 'typeorm';
import { systemClock } from '../core/system-clock.js';
import { CacheError } from '../core/errors.js';
import type { Runtime } from '../core/runtime.js';
import { DataSourceHook } from '../typeorm/data-source-hook.js';
import { typesOf } from '../typeorm/entity-tags.js';
import { entityClassesOf } from '../typeorm/entity-classes.js';
import { LazyRelations } from '../typeorm/lazy-relations.js';
import { witnessOf } from '../typeorm/witness-of.js';
import { BootAdvice } from './boot-advice.js';
import type { CachedMethod } from './methods/cached-method.js';
import { Composition } from './composition.js';
import { dataSourcesAmong } from './data-sources.js';
import { declarationsOn, giveRuntime, runtimeOf } from './methods/method.js';
import type { Class } from './methods/method-names.js';
import { scopeRequired } from './methods/scope-option.js';
import { CACHED, INVALIDATES, RUNTIME } from './tokens.js';

type Found = ReturnType<DiscoveryService['getProviders']>[number];

/** Connects a cache with the application around it, once all instances exist: data sources, decorated methods. */
@Injectable()
export class CacheWiring implements OnModuleInit, BeforeApplicationShutdown, OnApplicationShutdown {
  readonly #logger = new Logger('Cache');
  readonly #adopted = new Set<object>();
  /** Tests initialise an application twice. */
  readonly #followed = new WeakSet<DataSource>();
  #warned = false;

  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    @Inject(Composition) private readonly composition: Composition,
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
  ) {}

  async onModuleInit(): Promise<void> {
    this.#refuseSecondImport();
    const found = [...this.discovery.getProviders(), ...this.discovery.getControllers()].filter(isMade);
    this.#wireMethods(found);
    if (this.runtime.policy.enabled) {
      const dataSources = dataSourcesAmong(found.map(({ instance }) => instance as object));
      for (const dataSource of dataSources) {
        if (!this.#followed.has(dataSource)) await this.#follow(dataSource);
      }
      if (dataSources.size > 0 && this.composition.records?.kept === false) this.#warnOfOutages();
      if (this.composition.scopeKeys?.kept === false) this.#warnOfSecrets();
      this.runtime.reader.open();
    }
    this.composition.start();
  }

  /** Before data sources are closed. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.runtime.auditor.close();
  }

  /** Not earlier: requests that are still being answered may read. */
  async onApplicationShutdown(): Promise<void> {
    this.runtime.reader.close();
    this.runtime.memory.clear();
    this.runtime.frames.close();
    for (const instance of this.#adopted) giveRuntime(instance, undefined);
    await this.composition.stop();
  }

  async #follow(dataSource: DataSource): Promise<void> {
    this.#followed.add(dataSource);
    const { runtime, composition } = this;
    const witness = composition.witnesses && (await witnessOf(dataSource, runtime.tell));
    if (witness !== undefined) composition.witnesses?.add(witness);
    await composition.records?.add(dataSource);
    composition.scopeKeys?.add(dataSource);
    for (const known of entityClassesOf(dataSource, new LazyRelations(dataSource))) composition.classes?.add(known);
    runtime.insight.advisor.learn({ entities: typesOf(dataSource.entityMetadatas) });
    new DataSourceHook(dataSource, runtime, systemClock, witness).install();
  }

  #warnOfSecrets(): void {
    this.#logger.warn(
      'No PostgreSQL data source has the entity CacheScopeKey, so nothing is shared of the scopes that scopeKeys of CacheModule ' +
        'names: each process keeps it for itself. Add CacheScopeKey to its entities and CacheScopeKeys1763600000002 to its migrations.',
    );
  }

  #warnOfOutages(): void {
    if (this.#warned) return;
    this.#warned = true;
    this.#logger.warn(
      'No PostgreSQL data source has the table cache_outage: while this process writes and cannot reach Redis, others that ' +
        'can may answer what was true before. Add the migration CacheOutage1763600000001, or set CACHE_OUTAGE_TABLE=create.',
    );
  }

  #refuseSecondImport(): void {
    const imported = [...this.modules.values()].filter((module) => module.providers.has(CacheWiring));
    if (imported.length < 2) return;
    const advice = 'Import CacheModule.forRoot() once, in the root module: it is global.';
    throw new CacheError('CACHE_IMPORTED_TWICE', `CacheModule is imported ${imported.length} times. ${advice}`);
  }

  #wireMethods(found: readonly Found[]): void {
    const instances = new Map<string, Set<object>>();
    const advice = new BootAdvice(this.runtime.insight.advisor);
    for (const wrapper of found) {
      const instance = wrapper.instance as object;
      const actual = instance.constructor as Class;
      const cached = declarationsOn(instance, CACHED) as CachedMethod[];
      const oneForAll = wrapper.isDependencyTreeStatic();
      for (const method of cached) {
        const refusal = method.refusalIn(this.runtime, actual);
        if (refusal !== undefined) throw refusal;
        advice.reads(method.nameFor(actual), method.options.scope !== undefined);
        if (method.options.key !== undefined) continue;
        const name = method.nameFor(actual);
        if (!oneForAll) this.#warnOfState(name, 'instances that each request has of its own', 'the request');
        else instances.set(name, (instances.get(name) ?? new Set()).add(instance));
      }
      const invalidations = declarationsOn(instance, INVALIDATES);
      for (const declaration of invalidations) advice.writes(declaration);
      const isDecorated = cached.length > 0 || invalidations.length > 0;
      if (isDecorated && oneForAll) this.#adopt(instance);
    }
    const { scopeless } = advice;
    if (this.runtime.policy.requireScope && scopeless.length > 0) throw scopeRequired(scopeless);
    if (this.runtime.policy.enabled) advice.give();
    for (const [name, { size }] of instances)
      if (size > 1) this.#warnOfState(name, `${size} instances of one class`, 'its own instance');
  }

  /** Made by a factory, or given as a value: Nest does not inject properties there. */
  #adopt(instance: object): void {
    const given = runtimeOf(instance);
    if (given === this.runtime) return;
    const { name } = instance.constructor;
    if (given !== undefined) {
      // Neither application would hear of what the other one writes.
      giveRuntime(instance, undefined);
      this.#logger.warn(`${name} is one instance in two applications, so its decorated methods stay uncached.`);
    } else if (Object.isExtensible(instance)) {
      giveRuntime(instance, this.runtime);
      this.#adopted.add(instance);
    } else this.#logger.warn(`${name} is frozen, so its decorated methods stay uncached.`);
  }

  #warnOfState(name: string, owner: string, source: string): void {
    const advice = `Whatever it takes from ${source} must be part of its key: @Cached({ key: … }).`;
    this.#logger.warn(`${name} is cached on ${owner}, which share its entries. ${advice}`);
  }
}

function isMade({ instance }: Found): boolean {
  return typeof instance === 'object' && instance !== null;
}
