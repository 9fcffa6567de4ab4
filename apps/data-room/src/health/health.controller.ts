import { Controller, Get, HttpCode, Res } from '@nestjs/common';
import { ApiOkResponse, ApiServiceUnavailableResponse } from '@nestjs/swagger';
import type { Response } from 'express';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { Public } from '../auth/public.decorator.js';
import { FileStorage } from '../files/file-storage.js';
import { Unthrottled } from '../http/throttle.guard.js';

const healthSchema = z.object({
  status: z.enum(['ok', 'error']),
  database: z.enum(['up', 'down']),
  storage: z.object({ freeBytes: z.int() }),
});

@Controller('health')
@Public()
@Unthrottled()
export class HealthController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly storage: FileStorage,
  ) {}

  @Get()
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: healthSchema })
  @ApiServiceUnavailableResponse({ standardSchema: healthSchema, description: 'The database does not answer.' })
  async health(@Res({ passthrough: true }) response: Response): Promise<z.output<typeof healthSchema>> {
    const [isUp, freeBytes] = await Promise.all([this.#isDatabaseUp(), this.storage.freeBytes()]);
    if (!isUp) response.status(503);
    return { status: isUp ? 'ok' : 'error', database: isUp ? 'up' : 'down', storage: { freeBytes } };
  }

  #isDatabaseUp(): Promise<boolean> {
    return this.dataSource.query('SELECT 1').then(
      () => true,
      () => false,
    );
  }
}
