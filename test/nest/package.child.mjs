// An application in plain node, by way of the built package: it answers twice, and ends when it is closed or by a signal.
import 'reflect-metadata';
import { createRequire } from 'node:module';
import { Controller, Get, Inject, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cache, Cached, CacheModule, InvalidatesTags } from '@data-room/cache';

const required = createRequire(import.meta.url)('@data-room/cache');

class Rows {
  loads = 0;

  async row() {
    return `load ${++this.loads}`;
  }

  async touch() {}
}

class RowsController {
  constructor(rows, cache) {
    this.rows = rows;
    this.cache = cache;
  }

  async row() {
    await this.cache.set('kept', 1, { ttl: '1d' });
    return [await this.rows.row(), await this.rows.row(), await this.rows.touch(), await this.rows.row()].join();
  }
}

class Application {}

decorate(Rows.prototype, 'row', Cached({ tags: ['row'], timeout: '1h' }));
decorate(Rows.prototype, 'touch', InvalidatesTags(['row']));
decorate(RowsController.prototype, 'row', Get());
Inject(Rows)(RowsController, undefined, 0);
Inject(Cache)(RowsController, undefined, 1);
Controller()(RowsController);
Module({ imports: [CacheModule.forRoot()], controllers: [RowsController], providers: [Rows] })(Application);

function decorate(target, name, decorator) {
  const descriptor = Object.getOwnPropertyDescriptor(target, name);
  decorator(target, name, descriptor);
  Object.defineProperty(target, name, descriptor);
}

const app = await NestFactory.create(Application, { logger: ['error', 'warn'] });
app.enableShutdownHooks();
await app.listen(0, '127.0.0.1');
const answer = await (await fetch(await app.getUrl())).text();
console.log(JSON.stringify({ answer, oneCopy: required.CacheModule === CacheModule }));
if (process.argv[2] === 'signal') process.kill(process.pid, 'SIGTERM');
else await app.close();
