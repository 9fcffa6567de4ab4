import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataRoomUnderTest } from '../support/data-room.js';

const parts = readdirSync('apps/data-room/src/page/browser').filter((name) => /\.(js|css|svg)$/.test(name));
const types: Record<string, RegExp> = { js: /^text\/javascript;/, css: /^text\/css;/, svg: /^image\/svg\+xml/ };

describe('the parts of the page', () => {
  let dataRoom: DataRoomUnderTest;
  beforeAll(async () => {
    dataRoom = await DataRoomUnderTest.start('the embedded database', { throttleLimit: 1 });
  });
  afterAll(() => dataRoom.stop());

  const ask = (path: string, method = 'GET', headers: Record<string, string> = {}) =>
    dataRoom.stranger.send(method, path, { headers });

  it('are given to everybody, each as what it is, however often', async () => {
    expect(parts.length).toBeGreaterThan(0);
    for (const name of parts) {
      const { status, headers } = await ask(`/page/${name}`);

      expect([name, status]).toEqual([name, 200]);
      expect(headers.get('content-type')).toMatch(types[name.split('.')[1] ?? ''] ?? /never/);
    }
  });

  it('name only parts that there are, on the same host, and run nothing that stands in the document', async () => {
    const { text, headers } = await ask('/');

    const named = [...text.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, path]) => path ?? '');
    expect(named.filter((path) => path.startsWith('page/'))).toContain('page/page.js');
    for (const path of named.filter((one) => one.startsWith('page/'))) {
      expect(parts).toContain(path.slice('page/'.length));
    }
    expect(text).not.toMatch(/https?:|style=|<style|<script(?![^>]* src=)|\son\w+=/);
    expect(headers.get('content-type')).toMatch(/^text\/html;/);
    expect(headers.get('content-security-policy')).toContain("script-src 'self';");
  });

  it('are asked for each time, and sent only when they are others than before', async () => {
    for (const path of ['/', '/page/page.js']) {
      const { headers } = await ask(path);
      const etag = headers.get('etag') ?? '';
      const again = await ask(path, 'GET', { 'if-none-match': etag, 'cache-control': 'max-age=0' });

      expect(headers.get('cache-control')).toBe('no-cache');
      expect([again.status, again.text]).toEqual([304, '']);
      const head = await ask(path, 'HEAD');
      expect([head.status, head.text, head.headers.get('etag')]).toEqual([200, '', etag]);
    }
  });

  it.each([
    'tsconfig.json',
    'model.d.ts',
    'nothing.js',
    '..%2fpage.module.ts',
    '%2e%2e%2fpage.controller.js',
    'index.html',
  ])('are no other files: %s', async (name) => {
    const { status, body } = await ask(`/page/${name}`);

    expect([status, body.message]).toEqual([404, 'There is no such part of the page.']);
  });
});
