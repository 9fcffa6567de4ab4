import { Inject, Injectable } from '@nestjs/common';
import { CACHE_MANAGER } from '@nestjs/cache-manager';
import type { Cache } from 'cache-manager';

@Injectable()
export class RateService {
  asked = 0;

  constructor(@Inject(CACHE_MANAGER) private readonly cache: Cache) {}

  rate(currency: string): Promise<number> {
    return this.cache.wrap(`rate:${currency}`, async () => ++this.asked, 60_000); // milliseconds, as ever
  }
}
