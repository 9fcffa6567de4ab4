import 'reflect-metadata';
import { UseInterceptors } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { followed, Invalidation, type TagsOfCall } from './invalidation.js';
import { InvalidatesTagsInterceptor } from './invalidates-tags.interceptor.js';
import { declare, disguise, injectRuntime, runtimeOf, type Method } from './method.js';
import type { ArgumentsOf } from './signature.js';
import { INVALIDATES } from './tokens.js';

type Writing = (...args: never[]) => Promise<unknown> | Observable<unknown>;
type Written<F> = F extends (...args: never[]) => Promise<infer R> | Observable<infer R> ? R : never;

/**
 * Invalidates tags when the method has succeeded: with the transaction around it when that commits, else at once.
 * For what entities do not say by themselves. On a controller handler it is an interceptor, on any other method a wrapper.
 *
 * ```ts
 * @InvalidatesTags((file, folderId) => [`folder:${folderId}`])
 * addFile(folderId: string, upload: Upload): Promise<File> { … }
 * ```
 */
export function InvalidatesTags<T, F extends Writing>(
  tags:
    | readonly string[]
    | ((this: NoInfer<T>, result: Written<NoInfer<F>>, ...args: ArgumentsOf<NoInfer<F>>) => readonly string[]),
) {
  return (target: T & object, property: string | symbol, descriptor: TypedPropertyDescriptor<F>): void => {
    const method = descriptor.value as unknown as Method;
    const declaration = tags as unknown as TagsOfCall;
    const streams = returnsObservable(target, property);
    const wrapper: Method = function (...args) {
      const runtime = runtimeOf(this);
      if (runtime?.policy.enabled !== true) return method.apply(this, args);
      const call = followed.getStore();
      if (call?.declaration === declaration && call.args === undefined) {
        Object.assign(call, { instance: this, args });
        return method.apply(this, args);
      }
      const invalidation = new Invalidation(runtime, { declaration, instance: this, args });
      if (streams) return invalidation.aroundStream(() => method.apply(this, args) as Observable<unknown>);
      return invalidation.around(async () => method.apply(this, args));
    };
    injectRuntime(target);
    disguise(method, wrapper);
    declare(wrapper, INVALIDATES, declaration);
    descriptor.value = wrapper as unknown as F;
    UseInterceptors(InvalidatesTagsInterceptor)(target, property, descriptor);
  };
}

/** A method that gives a stream has to give one at once, so this cannot wait until it has been called. */
function returnsObservable(target: object, property: string | symbol): boolean {
  const type = Reflect.getMetadata('design:returntype', target, property) as { name?: string } | undefined;
  return type?.name === 'Observable';
}
