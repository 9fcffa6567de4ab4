import { Inject, Optional } from '@nestjs/common';
import type { Runtime } from '../core/runtime.js';
import { RUNTIME } from './tokens.js';

/** A method as the decorators see it. The parameter types are the method's own business. */
export type Method = (this: unknown, ...args: unknown[]) => unknown;

/** The property that Nest fills with the application's runtime. A registered symbol does not collide and does not show. */
const slot = Symbol.for('@data-room/cache:runtime-of-instance');

/** Has Nest inject the runtime into instances of the class. Optional: without the module, or without Nest, there is none. */
export function injectRuntime(target: object): void {
  Inject(RUNTIME)(target, slot);
  Optional()(target, slot);
}

export function runtimeOf(instance: unknown): Runtime | undefined {
  return (instance as { [slot]?: Runtime } | undefined)?.[slot];
}

/** For instances that Nest did not construct, and therefore did not inject into. */
export function giveRuntime(instance: object, runtime: Runtime): void {
  Object.defineProperty(instance, slot, { value: runtime, configurable: true, enumerable: false });
}

/** Puts `wrapper` in the place of `method`, so that nobody who looks at it by name, length or metadata sees a difference. */
export function disguise(method: Method, wrapper: Method): void {
  for (const key of Reflect.getMetadataKeys(method) as unknown[]) {
    Reflect.defineMetadata(key, Reflect.getMetadata(key, method), wrapper);
  }
  Object.defineProperty(wrapper, 'name', { value: method.name, configurable: true });
  Object.defineProperty(wrapper, 'length', { value: method.length, configurable: true });
}

/** What a decorator wants to be remembered of a method; other decorators carry it on, as they do all metadata. */
export function declare(wrapper: Method, what: symbol, declaration: unknown): void {
  Reflect.defineMetadata(what, declaration, wrapper);
}

export function declarationOf(method: unknown, what: symbol): unknown {
  return typeof method === 'function' ? (Reflect.getMetadata(what, method) as unknown) : undefined;
}
