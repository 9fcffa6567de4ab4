import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { catchError, concatMap, finalize, type Observable } from 'rxjs';
import { declarationOf } from './method.js';
import { INVALIDATES } from '../tokens.js';

type Task = () => Promise<void>;

/** One call of a handler, from its first interceptor to its answer. */
class Handling {
  #tasks: Task[] | undefined = [];

  constructor(readonly declaration: unknown) {}

  /** Done when the interceptors within have had their say: one of them may be what commits. Too late, it is done now. */
  async afterwards(task: Task): Promise<void> {
    if (this.#tasks === undefined) return task();
    this.#tasks.push(task);
  }

  async flush(): Promise<void> {
    for (const task of this.#tasks?.splice(0) ?? []) await task();
  }

  async close(): Promise<void> {
    const tasks = this.#tasks ?? [];
    this.#tasks = undefined;
    for (const task of tasks) await task();
  }
}

const handling = new AsyncLocalStorage<Handling>();

/** Runs the task when the handler that this declaration stands on is through, and at once if there is no handler around. */
export function afterHandling(declaration: unknown, task: Task): Promise<void> {
  const call = handling.getStore();
  return call !== undefined && call.declaration === declaration ? call.afterwards(task) : task();
}

/**
 * Has a handler's `@InvalidatesTags` take effect after the interceptors within this one, a transaction among them perhaps, and
 * before the answer leaves. What changed is the handler's word alone: interceptors may change its answer and its errors.
 * The decorator brings it along, for every transport.
 */
@Injectable()
export class InvalidatesTagsInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const call = new Handling(declarationOf(context.getHandler(), INVALIDATES));
    return handling
      .run(call, () => next.handle())
      .pipe(
        concatMap(async (value: unknown) => {
          await call.flush();
          return value;
        }),
        catchError(async (error: unknown) => {
          await call.flush();
          throw error;
        }),
        // A handler that nobody waits for any more tells it by itself.
        finalize(() => void call.close()),
      );
  }
}
