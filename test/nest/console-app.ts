// An application with a console, as a browser meets it: over HTTP.
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { INestApplication, LoggerService, ModuleMetadata } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { CacheConsoleModule, CacheModule, type CacheConsoleOptions, type CacheModuleOptions } from '@data-room/cache';
import '../support/redis-url.js';

const silence: LoggerService = { log: () => {}, warn: () => {}, error: () => {} };
const running: INestApplication[] = [];

interface Metadata extends ModuleMetadata {
  readonly cache?: CacheModuleOptions;
}

/** `closeConsoles` ends it. */
export async function startConsole(options: CacheConsoleOptions, { cache = {}, ...metadata }: Metadata = {}) {
  const imports = [CacheModule.forRoot(cache), CacheConsoleModule.forRoot(options), ...(metadata.imports ?? [])];
  const module = await Test.createTestingModule({ ...metadata, imports })
    .setLogger(silence)
    .compile();
  const app = module.createNestApplication();
  running.push(app);
  await app.listen(0, '127.0.0.1');
  const address = await app.getUrl();

  const ask = async (path: string, token = 'admin', init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    if (token !== '') headers.set('authorization', `Bearer ${token}`);
    const response = await fetch(address + path, { ...init, headers });
    const text = await response.text();
    const [type, caching] = ['content-type', 'cache-control'].map((name) => response.headers.get(name));
    return { status: response.status, type, caching, text, json: parsed(text) };
  };
  const post = (path: string, body: unknown, token?: string) =>
    ask(path, token, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  /** Not by fetch, which opens another connection when one breaks, and leaves it open. */
  const stream = async (path: string): Promise<IncomingMessage> => {
    const [response] = (await once(get(address + path, { agent: false }), 'response')) as [IncomingMessage];
    return response;
  };
  return { app, ask, post, stream };
}

export async function closeConsoles(): Promise<void> {
  for (const app of running.splice(0)) await app.close();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
