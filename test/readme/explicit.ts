import { Injectable } from '@nestjs/common';
import { Cache, Cached, cacheKey, cacheTags, InvalidatesTags } from '@data-room/cache';

interface Link {
  readonly token: string;
  readonly folderId: string;
  readonly expiresAt: number;
}

@Injectable()
export class LinkService {
  readonly links = new Map<string, Link>();
  asked = 0;

  constructor(private readonly cache: Cache) {}

  /** Kept until the link expires, and no longer. */
  @Cached({
    name: 'link',
    tags: (link, token) => [`link:${token}`, ...(link ? cacheTags('folder', { id: link.folderId }) : [])],
    ttl: (link) => Math.max(0, Math.min(300, ((link?.expiresAt ?? Infinity) - Date.now()) / 1_000)),
  })
  async find(token: string): Promise<Link | null> {
    this.asked++;
    return this.links.get(token) ?? null;
  }

  /** Not an entity, so it says itself what it changes: before COMMIT if there is a transaction around it, else now. */
  @InvalidatesTags((link) => [`link:${link.token}`])
  async create(link: Link): Promise<Link> {
    this.links.set(link.token, link);
    return link;
  }

  /** The same by hand, for what is not a method of its own. */
  countOf(folderId: string): Promise<number> {
    const key = cacheKey('link', 'count', { folderId }); // dataroom:link:count:folderId=…
    return this.cache.getOrLoad(key, { tags: ['link:*'], ttl: '1m' }, async () => {
      this.asked++;
      return [...this.links.values()].filter((link) => link.folderId === folderId).length;
    });
  }
}
