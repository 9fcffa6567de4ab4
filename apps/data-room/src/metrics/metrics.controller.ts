import { Controller, Get, Header, UseGuards } from '@nestjs/common';
import { Registry } from 'prom-client';
import { Public } from '../auth/public.decorator.js';
import { Unthrottled } from '../http/throttle.guard.js';
import { MetricsGuard } from './metrics.guard.js';

@Controller('metrics')
@Public()
@Unthrottled()
@UseGuards(MetricsGuard)
export class MetricsController {
  constructor(private readonly register: Registry) {}

  @Get()
  @Header('Content-Type', Registry.PROMETHEUS_CONTENT_TYPE)
  @Header('Cache-Control', 'no-store')
  metrics(): Promise<string> {
    return this.register.metrics();
  }
}
