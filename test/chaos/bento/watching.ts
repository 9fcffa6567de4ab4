import { Module, type DynamicModule } from '@nestjs/common';

/** Nobody looks on: what is measured is what it answers. */
@Module({})
export class CacheConsoleModule {
  static forRoot(): DynamicModule {
    return { module: CacheConsoleModule };
  }
}

@Module({})
export class CacheMetricsModule {
  static forRoot(): DynamicModule {
    return { module: CacheMetricsModule };
  }
}
