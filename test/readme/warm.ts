import { Injectable } from '@nestjs/common';
import { Cache, Cached } from '@data-room/cache';

@Injectable()
export class ReportService {
  readonly rooms = ['a', 'b', 'c'];
  asked = 0;

  constructor(private readonly cache: Cache) {}

  @Cached({
    scope: 'everyone',
    ttl: '1h',
    refreshAhead: true, // loaded anew in the last fifth of its time, if it was used
    warm: {
      calls(this: ReportService) {
        return this.rooms.map((id): [string] => [id]);
      },
      every: '50m',
    },
  })
  async sizeOf(roomId: string): Promise<number> {
    this.asked++;
    return roomId.length;
  }

  /** The same by hand, done when it is done; `share` is the part of the time in which it loads. */
  async warmUp() {
    const calls = () => this.rooms.map((id) => () => this.sizeOf(id));
    return this.cache.warm({ name: 'sizes', calls, share: 0.25, concurrency: 2 });
  }
}
