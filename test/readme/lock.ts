import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Cache } from '@data-room/cache';

@Injectable()
export class ArchiveService {
  constructor(
    private readonly cache: Cache,
    private readonly db: DataSource,
  ) {}

  /** One process at a time; the others wait for five seconds, and then get a CACHE_LOCK_BUSY. */
  archive(roomId: number, pack: (signal: AbortSignal) => Promise<string>): Promise<void> {
    return this.cache.lock(`archive:${roomId}`, { ttl: '30s', wait: '5s' }, async ({ token, signal }) => {
      const file = await pack(signal); // which gives up when the lock is lost
      const sql = 'UPDATE room SET archive = $1, fence = $2 WHERE id = $3 AND fence < $2';
      await this.db.query(sql, [file, token, roomId]); // who lost it unawares has a lower token, and changes nothing
    });
  }
}
