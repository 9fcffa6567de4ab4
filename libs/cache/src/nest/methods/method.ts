import { Inject, Optional } from '@nestjs/common';
import { CacheError } from '../../core/errors.js';
import type { Runtime } from '../../core/runtime.js';
import { RUNTIME } from '../tokens.js';

/** A method as the decorators see it. The parameter types are the method's own business. */
export type Method = (this: unknown, ...args: unknown[]) => unknown;

/** What a decorator of an instance method gets; of a static one it would get the class, which has a `prototype`. */
export type Instance<T> = T & object & { readonly prototype?: never };

/** The property that Nest fills with the application's runtime. A registered symbol does not collide. */
const slot = Symbol.for('@data-room/cache:runtime-of-instance');

/** The method that a decorator stands on, or a sentence about what else it stands on. */
export function decorated(decorator: string, target: object, property: string | symbol, descriptor: unknown): Method {
  const method = (descriptor as PropertyDescriptor | undefined)?.value as unknown;
  if (typeof method === 'function' && typeof target !== 'function') return method as Method;
  const where = nameIn(typeof target === 'function' ? target : target.constructor, property);
  const advice = 'It belongs on a method of an instance that Nest makes: not on a static one, a getter or a property.';
  throw new CacheError('CACHE_OPTIONS_INVALID', `${decorator} cannot stand on ${where}. ${advice}`);
}

/** Puts the wrapper in the method's place, and has Nest inject the runtime that it will ask for. */
export function replace(
  target: object,
  descriptor: PropertyDescriptor,
  wrapper: Method,
  what: symbol,
  declaration: unknown,
): void {
  disguise(descriptor.value as Method, wrapper);
  // Other decorators carry it on, as they do all metadata.
  Reflect.defineMetadata(what, declaration, wrapper);
  descriptor.value = wrapper;
  // Optional: without the module, or without Nest, there is none.
  Inject(RUNTIME)(target, slot);
  Optional()(target, slot);
  // Nest assigns it; so it neither shows when an instance is printed or compared, nor fails on a frozen one.
  Object.defineProperty(target, slot, { set: acceptRuntime, get: () => undefined, configurable: true });
}

function acceptRuntime(this: object, runtime: Runtime): void {
  if (Object.isExtensible(this)) giveRuntime(this, runtime);
}

export function runtimeOf(instance: unknown): Runtime | undefined {
  return (instance as { [slot]?: Runtime } | undefined)?.[slot];
}

export function giveRuntime(instance: object, runtime: Runtime | undefined): void {
  Object.defineProperty(instance, slot, { value: runtime, configurable: true, writable: true, enumerable: false });
}

export function declarationOf(method: unknown, what: symbol): unknown {
  return typeof method === 'function' ? (Reflect.getMetadata(what, method) as unknown) : undefined;
}

/** What decorators said of the instance's methods, of those too that only `super` reaches. No getter is run. */
export function declarationsOn(instance: object, what: symbol): unknown[] {
  const declarations: unknown[] = [];
  for (let link = prototypeOf(instance); link !== null; link = prototypeOf(link)) {
    for (const name of Reflect.ownKeys(link)) {
      const declaration = declarationOf(Reflect.getOwnPropertyDescriptor(link, name)?.value, what);
      if (declaration !== undefined) declarations.push(declaration);
    }
  }
  return declarations;
}

function prototypeOf(value: object): object | null {
  return Object.getPrototypeOf(value) as object | null;
}

/** `FolderService.contents` */
export function nameIn(owner: { readonly name: string }, property: string | symbol): string {
  return `${owner.name}.${typeof property === 'symbol' ? (property.description ?? 'symbol') : property}`;
}

/** Nobody who looks at it by name, length or metadata sees a difference. */
function disguise(method: Method, wrapper: Method): void {
  for (const key of Reflect.getMetadataKeys(method) as unknown[]) {
    Reflect.defineMetadata(key, Reflect.getMetadata(key, method), wrapper);
  }
  Object.defineProperty(wrapper, 'name', { value: method.name, configurable: true });
  Object.defineProperty(wrapper, 'length', { value: method.length, configurable: true });
}
