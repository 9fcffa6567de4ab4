import { Global, Module, StandardSchemaValidationPipe, type DynamicModule } from '@nestjs/common';
import { APP_GUARD, APP_PIPE } from '@nestjs/core';
import { CacheModule } from '@data-room/cache';
import { AccessGuard } from './access/access.guard.js';
import { AuthGuard } from './auth/auth.guard.js';
import { AuthModule } from './auth/auth.module.js';
import { DataRoomsModule } from './data-rooms/data-rooms.module.js';
import { DatabaseModule } from './database/database.module.js';
import { Environment } from './environment.js';
import { FilesModule } from './files/files.module.js';
import { FoldersModule } from './folders/folders.module.js';
import { HealthModule } from './health/health.module.js';
import { ThrottleGuard } from './http/throttle.guard.js';
import { MembersModule } from './members/members.module.js';

@Global()
@Module({})
export class AppModule {
  static for(environment: Environment): DynamicModule {
    return {
      module: AppModule,
      imports: [
        DatabaseModule,
        CacheModule.forRoot({ requireScope: true, scopeKeys: ['dataroom'] }),
        AuthModule,
        DataRoomsModule,
        MembersModule,
        FoldersModule,
        FilesModule,
        HealthModule,
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
