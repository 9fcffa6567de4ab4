import { Module, type DynamicModule } from '@nestjs/common';
import { Registry } from 'prom-client';
import { CacheMetricsModule } from '@data-room/cache/prometheus';
import { MetricsController } from './metrics.controller.js';

/** `/metrics`, for a Prometheus to scrape. Each application has a register of its own, of which a process may have several. */
@Module({})
export class MetricsModule {
  static create(): DynamicModule {
    const register = new Registry();
    return {
      module: MetricsModule,
      imports: [CacheMetricsModule.forRoot({ register })],
      providers: [{ provide: Registry, useValue: register }],
      controllers: [MetricsController],
    };
  }
}
