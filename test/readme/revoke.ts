import { Injectable } from '@nestjs/common';
import { Cache } from '@data-room/cache';

@Injectable()
export class ShareLinkService {
  constructor(private readonly cache: Cache) {}

  async shut(token: string): Promise<string> {
    const reach = await this.cache.revoke([`link:${token}`], { fallback: false });
    if (reach?.through === 'nothing') return 'Shut here; who can reach Redis hears of it when this instance can.';
    return `Shut at ${reach?.confirmed.join(', ')}; waited for ${reach?.waitedOut.length} that kept silent.`;
  }
}
