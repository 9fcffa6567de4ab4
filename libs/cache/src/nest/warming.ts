import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { CacheError } from '../core/errors.js';
import type { Runtime } from '../core/runtime.js';
import { callsFrom, type WarmWork } from '../core/ahead/warm-work.js';
import type { CachedMethod } from './methods/cached-method.js';
import { declarationsOn, runtimeOf } from './methods/method.js';
import type { Class } from './methods/method-names.js';
import { CACHED, RUNTIME } from './tokens.js';
import type { WarmSettings } from './methods/warm-option.js';

/** Has loaded ahead of its readers what methods with `warm` and `refreshAhead` give, for as long as the application runs. */
@Injectable()
export class Warming implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
  ) {}

  /** Not earlier: what the methods ask must have been initialised, too. */
  onApplicationBootstrap(): void {
    for (const wrapper of [...this.discovery.getProviders(), ...this.discovery.getControllers()]) {
      const instance = wrapper.instance as unknown;
      if (typeof instance !== 'object' || instance === null) continue;
      for (const method of declarationsOn(instance, CACHED) as CachedMethod[])
        this.#prepare(method, instance, wrapper.isDependencyTreeStatic());
    }
    if (this.runtime.policy.enabled) this.runtime.warmer.start();
  }

  /** Before anything that the methods ask is closed. */
  async onModuleDestroy(): Promise<void> {
    await this.runtime.warmer.stop();
  }

  #prepare(method: CachedMethod, instance: object, isOneForAll: boolean): void {
    const { ahead, warm } = method;
    if (ahead === undefined && warm === undefined) return;
    const name = method.nameFor(instance.constructor as Class);
    if (!isOneForAll) throw ofRequests(name, ahead === undefined ? 'warm' : 'refreshAhead');
    if (runtimeOf(instance) !== this.runtime) return;
    if (warm !== undefined) this.runtime.warmer.plan(this.#workOf(method, instance, warm), warm);
    ahead?.allow(instance, this.runtime);
  }

  #workOf(method: CachedMethod, instance: object, { listFor, ...pace }: WarmSettings): WarmWork {
    const { runtime } = this;
    const callFor = ([...args]: readonly unknown[]) => ({
      key: () => method.keyOf(runtime, instance, args),
      make: () => method.call(runtime, instance, args),
    });
    return {
      ...pace,
      name: method.nameFor(instance.constructor as Class),
      calls: () => callsFrom(listFor(instance), callFor),
    };
  }
}

function ofRequests(name: string, option: 'warm' | 'refreshAhead'): CacheError {
  const what = `${name} has ${option}, and stands on instances that each request has of its own`;
  const advice = 'Nothing is loaded ahead for them: leave it out, or have one instance for all.';
  return new CacheError('CACHE_OPTIONS_INVALID', `${what}. ${advice}`);
}
