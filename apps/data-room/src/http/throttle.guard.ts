import { Injectable, type ExecutionContext } from '@nestjs/common';
import { ThrottlerGuard, type ThrottlerLimitDetail } from '@nestjs/throttler';

/** Counts all requests of a client together; the stock guard counts each route by itself. */
@Injectable()
export class ThrottleGuard extends ThrottlerGuard {
  protected override generateKey(_context: ExecutionContext, client: string): string {
    return client;
  }

  protected override getErrorMessage(_context: ExecutionContext, detail: ThrottlerLimitDetail): Promise<string> {
    return Promise.resolve(
      `At most ${detail.limit} requests a minute. Try again in ${detail.timeToBlockExpire} seconds.`,
    );
  }
}
