// An application with the PrometheusModule of @willsoto/nestjs-prometheus, which is CommonJS and therefore has no place in Jest.
// Twice in one process, one after the other; prints what a scrape of each is told.
import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { Cached, CacheModule } from '@data-room/cache';
import { CacheMetricsModule } from '@data-room/cache/prometheus';

@Injectable()
class Rows {
  @Cached()
  async row(secret: string): Promise<string> {
    return secret;
  }
}

const prometheus = PrometheusModule.register({ defaultMetrics: { enabled: false } });
@Module({ imports: [CacheModule.forRoot(), CacheMetricsModule.forRoot(), prometheus], providers: [Rows] })
class Application {}

const scrapes: string[] = [];
for (let time = 0; time < 2; time++) {
  const app = await NestFactory.create(Application, { logger: ['error', 'warn'] });
  await app.listen(0, '127.0.0.1');
  for (const secret of ['one', 'two', 'one']) await app.get(Rows).row(secret);
  scrapes.push(await (await fetch(`${await app.getUrl()}/metrics`, { headers: { connection: 'close' } })).text());
  await app.close();
}
console.log(JSON.stringify(scrapes));
