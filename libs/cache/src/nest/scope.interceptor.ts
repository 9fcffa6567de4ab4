import { inspect } from 'node:util';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { Observable } from 'rxjs';
import { CacheError } from '../core/errors.js';
import type { Frames } from '../core/frame.js';
import type { ScopeOfRequest } from './settings/cache.options.js';

/** Surrounds each handler, of every transport, with what `scopeOf` says of its request, if one of its reads wants to know. */
export class ScopeInterceptor implements NestInterceptor {
  readonly #frames: Frames;
  readonly #scopeOf: ScopeOfRequest;

  constructor(frames: Frames, scopeOf: ScopeOfRequest) {
    if (typeof scopeOf !== 'function') {
      const sentence = `scopeOf of CacheModule must be a function of the ExecutionContext, got ${inspect(scopeOf)}.`;
      throw new CacheError('CACHE_OPTIONS_INVALID', `${sentence} Correct it where the module is imported.`);
    }
    this.#frames = frames;
    this.#scopeOf = scopeOf;
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    let told: ReturnType<ScopeOfRequest> | undefined;
    const surroundings = (name: string): unknown => {
      told ??= this.#scopeOf(context) ?? {};
      return Object.hasOwn(told, name) ? told[name] : undefined;
    };
    // Also what a handler's stream does when it is subscribed to is done on behalf of the request.
    return new Observable((subscriber) => this.#frames.within(surroundings, () => next.handle().subscribe(subscriber)));
  }
}
