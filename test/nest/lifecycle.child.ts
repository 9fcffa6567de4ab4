// A plain node process: it ends by itself once the application is closed, or by a signal, having said what it answered.
import 'reflect-metadata';
import { Controller, Get, Injectable, Module, Param } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cache, Cached, CacheModule } from '../../libs/cache/src/index.js';

@Injectable()
class Rows {
  loads = 0;

  @Cached({ timeout: '1h', ttl: '1h' })
  async row(id: string): Promise<string> {
    return `${id} ${++this.loads}`;
  }
}

@Controller()
class RowsController {
  constructor(
    private readonly rows: Rows,
    private readonly cache: Cache,
  ) {}

  @Get(':id')
  async row(@Param('id') id: string): Promise<string> {
    await this.cache.set(id, id, { ttl: '1d' });
    return this.rows.row(id);
  }
}

@Module({ imports: [CacheModule.forRoot()], controllers: [RowsController], providers: [Rows] })
class App {}

const app = await NestFactory.create(App, { logger: ['error', 'warn'] });
app.enableShutdownHooks();
await app.listen(0, '127.0.0.1');
const url = await app.getUrl();
const answers: string[] = [];
for (let time = 0; time < 2; time++) answers.push(await (await fetch(`${url}/a`)).text());
console.log(JSON.stringify(answers));
if (process.argv[2] === 'signal') process.kill(process.pid, 'SIGTERM');
else await app.close();
