import { Catch, type ArgumentsHost } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import type { Request } from 'express';

/** A client that goes away in the middle of its request is no error of ours, and there is nobody left to answer. */
@Catch()
export class AbortedRequestFilter extends BaseExceptionFilter {
  override catch(exception: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const hasGoneAway = request.destroyed && !request.complete;
    // oxlint-disable-next-line promise/valid-params -- no promise
    if (!hasGoneAway) super.catch(exception, host);
  }
}
