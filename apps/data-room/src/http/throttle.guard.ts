import { HttpException, HttpStatus, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { Environment } from '../environment.js';

/** A route, or all routes of a controller, that may be asked as often as one likes. */
export const Unthrottled = Reflector.createDecorator<boolean | undefined, boolean>({
  transform: (value) => value ?? true,
});

const windowMs = 60_000;

/** So many requests a minute and client, whatever they ask for. Counted in memory: each process counts its own. */
@Injectable()
export class ThrottleGuard implements CanActivate {
  readonly #requests = new Map<string, number>();
  #windowEndsAt = 0;

  constructor(
    private readonly environment: Environment,
    private readonly reflector: Reflector,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const limit = this.environment.throttleLimit;
    if (limit === 0 || this.reflector.getAllAndOverride(Unthrottled, [context.getHandler(), context.getClass()])) {
      return true;
    }

    const http = context.switchToHttp();
    const requests = this.#count(http.getRequest<Request>().ip ?? '');
    if (requests <= limit) return true;

    const seconds = Math.ceil((this.#windowEndsAt - Date.now()) / 1000);
    http.getResponse<Response>().setHeader('Retry-After', seconds);
    const message = `At most ${limit} requests a minute. Try again in ${seconds} seconds.`;
    throw new HttpException(message, HttpStatus.TOO_MANY_REQUESTS);
  }

  #count(client: string): number {
    const now = Date.now();
    if (now >= this.#windowEndsAt) {
      // All clients start anew together, so that the map never holds more than a minute's.
      this.#requests.clear();
      this.#windowEndsAt = now + windowMs;
    }
    const requests = (this.#requests.get(client) ?? 0) + 1;
    this.#requests.set(client, requests);
    return requests;
  }
}
