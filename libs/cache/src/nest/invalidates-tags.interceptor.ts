import {
  Inject,
  Injectable,
  Optional,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { Observable } from 'rxjs';
import type { Runtime } from '../core/runtime.js';
import { followed, Invalidation, type Call, type TagsOfCall } from './invalidation.js';
import { declarationOf } from './method.js';
import { INVALIDATES, RUNTIME } from './tokens.js';

/** Follows a handler with `@InvalidatesTags` to the end of its answer, whatever the transport. The decorator brings it along. */
@Injectable()
export class InvalidatesTagsInterceptor implements NestInterceptor {
  constructor(@Optional() @Inject(RUNTIME) private readonly runtime: Runtime | undefined) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const declaration = declarationOf(context.getHandler(), INVALIDATES) as TagsOfCall | undefined;
    if (this.runtime?.policy.enabled !== true || declaration === undefined) return next.handle();
    const call: Call = { declaration };
    return new Invalidation(this.runtime, call).aroundStream(() => followed.run(call, () => next.handle()));
  }
}
