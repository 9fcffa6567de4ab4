import { Global, Module, StandardSchemaValidationPipe, type DynamicModule } from '@nestjs/common';
import { APP_GUARD, APP_PIPE } from '@nestjs/core';
import { CacheConsoleModule, CacheModule } from '@data-room/cache';
import { AccessGuard } from './access/access.guard.js';
import { AdministratorGuard } from './access/administrator.guard.js';
import { AuthGuard } from './auth/auth.guard.js';
import { AuthModule } from './auth/auth.module.js';
import { Public } from './auth/public.decorator.js';
import { DataRoomsModule } from './data-rooms/data-rooms.module.js';
import { DatabaseModule } from './database/database.module.js';
import { Environment } from './environment.js';
import { FilesModule } from './files/files.module.js';
import { FoldersModule } from './folders/folders.module.js';
import { HealthModule } from './health/health.module.js';
import { ThrottleGuard } from './http/throttle.guard.js';
import { MembersModule } from './members/members.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { PageModule } from './page/page.module.js';
import { UsersModule } from './users/users.module.js';

/** Undefined: as the environment says. */
function auditRate(): number | undefined {
  return process.env.CACHE_AUDIT_RATE === undefined ? 0.001 : undefined;
}

@Global()
@Module({})
export class AppModule {
  static for(environment: Environment): DynamicModule {
    return {
      module: AppModule,
      imports: [
        DatabaseModule,
        CacheModule.forRoot({ requireScope: true, scopeKeys: ['dataroom'], auditRate: auditRate() }),
        CacheConsoleModule.forRoot({ guards: [AdministratorGuard], imports: [UsersModule], publicBy: [Public()] }),
        AuthModule,
        DataRoomsModule,
        MembersModule,
        FoldersModule,
        FilesModule,
        HealthModule,
        ...(environment.metricsToken === undefined ? [] : [MetricsModule.create()]),
        PageModule,
      ],
      providers: [
        { provide: Environment, useValue: environment },
        { provide: APP_PIPE, useClass: StandardSchemaValidationPipe },
        // In this order: who asks too often is not even looked up, and only who is known can have a role.
        { provide: APP_GUARD, useClass: ThrottleGuard },
        { provide: APP_GUARD, useClass: AuthGuard },
        { provide: APP_GUARD, useClass: AccessGuard },
      ],
      exports: [Environment],
    };
  }
}
