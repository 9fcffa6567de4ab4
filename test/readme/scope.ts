import { Injectable, Module } from '@nestjs/common';
import { Cached, CacheModule } from '@data-room/cache';

@Injectable()
export class DeskService {
  readonly seen = new Map([['ann', [7]]]);
  asked = 0;

  @Cached({ scope: (roomId) => ({ room: roomId }), tags: (_files, roomId) => [`room:${roomId}`] })
  async files(roomId: number): Promise<string[]> {
    this.asked++;
    return [`index of ${roomId}`];
  }

  @Cached({ scope: ['user', (roomId) => ({ room: roomId })] })
  async hasSeen(roomId: number, user: string): Promise<boolean> {
    this.asked++;
    return this.seen.get(user)?.includes(roomId) ?? false;
  }

  @Cached({ scope: 'everyone', ttl: '1h' })
  async languages(): Promise<string[]> {
    return ['de', 'en'];
  }
}
interface Asking {
  readonly user?: { readonly name: string }; // as a guard has set it
}
const cache = CacheModule.forRoot({
  requireScope: true,
  scopeOf: (context) => ({ user: context.switchToHttp().getRequest<Asking>().user?.name }),
});
@Module({ imports: [cache], providers: [DeskService] })
export class DeskModule {}
