import { createHash, timingSafeEqual } from 'node:crypto';
import { Injectable, UnauthorizedException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Environment } from '../environment.js';

/** Lets in who sends METRICS_TOKEN: a Prometheus has no account here. */
@Injectable()
export class MetricsGuard implements CanActivate {
  constructor(private readonly environment: Environment) {}

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    const [, token] = /^Bearer (\S+)$/i.exec(http.getRequest<Request>().headers.authorization ?? '') ?? [];
    const { metricsToken } = this.environment;
    if (token !== undefined && metricsToken !== undefined && areSame(token, metricsToken)) return true;
    http.getResponse<Response>().setHeader('WWW-Authenticate', 'Bearer');
    throw new UnauthorizedException('Send METRICS_TOKEN as "Authorization: Bearer <token>".');
  }
}

/** In a time that says nothing of how far they are the same. */
function areSame(one: string, other: string): boolean {
  const [first, second] = [one, other].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(first!, second!);
}
