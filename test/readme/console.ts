import { Injectable, Module, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { CacheConsoleModule, CacheModule } from '@data-room/cache';

@Injectable()
class AdminGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToHttp().getRequest<{ user?: { admin: boolean } }>().user?.admin ?? false;
  }
}

@Module({ imports: [CacheModule.forRoot(), CacheConsoleModule.forRoot({ guards: [AdminGuard] })] })
export class OperationsModule {}
