import 'reflect-metadata';
import { UseInterceptors } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { tagList } from '../../core/tag.js';
import { InvalidatesTagsInterceptor } from './invalidates-tags.interceptor.js';
import { Invalidation, type TagsOfCall } from './invalidation.js';
import { decorated, nameIn, replace, runtimeOf, type Instance, type Method } from './method.js';
import type { ArgumentsOf } from './signature.js';
import { INVALIDATES } from '../tokens.js';

type Writing = (...args: never[]) => Promise<unknown> | Observable<unknown>;
/** Nest subscribes to an Observable that was promised, too. */
type Ending<R> = Promise<R> | Observable<R> | Promise<Observable<R>>;
type Written<F> = F extends (...args: never[]) => Ending<infer R> ? R : never;

/**
 * Invalidates tags when the method has succeeded: with the transaction around it when that commits, else at once, and
 * before its result goes to anybody. For what entities do not say by themselves. On any provider, and on handlers of any
 * transport, where it is an interceptor. Of an Observable each value is a result.
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
  return (target: Instance<T>, property: string | symbol, descriptor: TypedPropertyDescriptor<F>): void => {
    const method = decorated('@InvalidatesTags', target, property, descriptor);
    const declaration = (typeof tags === 'function' ? tags : tagList(tags)) as unknown as TagsOfCall;
    const promises = returnsPromise(target, property, method);
    const wrapper: Method = function (...args) {
      const runtime = runtimeOf(this);
      if (runtime?.policy.enabled !== true) return method.apply(this, args);
      const name = nameIn((this as object).constructor, property);
      const invalidation = new Invalidation(runtime, { name, declaration, instance: this, args });
      const work = () => method.apply(this, args);
      return promises ? invalidation.around(work) : invalidation.follow(work());
    };
    replace(target, descriptor, wrapper, INVALIDATES, declaration);
    UseInterceptors(InvalidatesTagsInterceptor)(target, property, descriptor);
  };
}

/** Is it known before the call? A method that gives a stream has to give it at once, and cannot wait for a fence. */
function returnsPromise(target: object, property: string | symbol, method: Method): boolean {
  const type = Reflect.getMetadata('design:returntype', target, property) as unknown;
  return type === Promise || Object.prototype.toString.call(method) === '[object AsyncFunction]';
}
