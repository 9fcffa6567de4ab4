import { Controller, Get, Module } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { Cache, CacheModule } from '@data-room/cache';
import { instrumentCache } from '@data-room/cache/opentelemetry';
import { CacheMetricsModule } from '@data-room/cache/prometheus';
import { CacheHealthIndicator } from '@data-room/cache/terminus';

@Controller('health')
class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly cache: CacheHealthIndicator,
  ) {}

  @Get()
  @HealthCheck()
  check() {
    return this.health.check([() => this.cache.isHealthy('cache')]); // { strict: true }: down while Redis is
  }
}

@Module({
  imports: [CacheModule.forRoot(), CacheMetricsModule.forRoot(), TerminusModule],
  controllers: [HealthController],
  providers: [CacheHealthIndicator],
})
export class WatchedModule {
  constructor(private readonly cache: Cache) {}

  async onModuleInit(): Promise<void> {
    await instrumentCache(this.cache); // with what is registered with @opentelemetry/api
    this.cache.on('trust', ({ inStep }) => console.log(inStep ? 'in step' : 'out of step'));
    this.cache.onInvalidated('dataroom:*', ({ tags }) => console.log('changed, in whichever process:', tags));
  }
}
