// An application that uses CACHE_MANAGER, prints what it got, is closed, and must then end by itself. As if the optional
// packages were not there, if it is asked to.
import 'reflect-metadata';
import { register } from 'node:module';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

if (process.argv[2] === 'without-packages') {
  const hook = `export async function resolve(specifier, context, next) {
    if (/^(@nestjs\\/cache-manager|cache-manager|keyv)$/.test(specifier)) throw new Error(specifier + ' is not installed');
    return next(specifier, context);
  }`;
  register(`data:text/javascript,${encodeURIComponent(hook)}`);
}
const installed = await Promise.all([import('@nestjs/cache-manager'), import('cache-manager')]).then(
  () => true,
  () => false,
);
const { Cache, CacheModule } = await import('@data-room/cache');

interface Face {
  set(key: string, value: unknown, ttl?: number): Promise<unknown>;
  get(key: string): Promise<unknown>;
}

@Module({ imports: [CacheModule.forRoot()] })
class Application {}

delete process.env.REDIS_URL;
const app = await NestFactory.createApplicationContext(Application, { logger: ['error', 'warn'] });
const face = app.get<Face>('CACHE_MANAGER');
await face.set('kept', null, 86_400_000);
const cached = await app.get(Cache).getOrLoad('cached', {}, async () => 1);
console.log(JSON.stringify({ installed, cached, kept: await face.get('kept') }));
await app.close();
