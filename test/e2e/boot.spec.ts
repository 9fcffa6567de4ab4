import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { readEnvironment } from '../../apps/data-room/src/environment.js';
import { FileStorage } from '../../apps/data-room/src/files/file-storage.js';
import { Person } from '../support/data-room-person.js';
import { DataRoomProcess, removeFolder, temporaryFolder } from '../support/data-room-process.js';

describe('the environment', () => {
  it('has a default for everything while one develops', () => {
    expect(readEnvironment({})).toMatchObject({ port: 3000, databaseUrl: undefined, throttleLimit: 600 });
    expect(readEnvironment({ PORT: '', DATABASE_URL: '', JWT_SECRET: '' })).toEqual(readEnvironment({}));
  });

  it('is taken as it is given', () => {
    const given = {
      PORT: '8080',
      HOST: '0.0.0.0',
      DATABASE_URL: 'postgresql://user:p%40ss@db.example.org:5433/rooms?sslmode=require',
      STORAGE_DIR: '/srv/files',
      JWT_SECRET: 'x'.repeat(32),
      THROTTLE_LIMIT: '0',
      ADMINISTRATORS: 'Ann@example.org, ben@example.org',
      METRICS_TOKEN: 'x/Y+z0.~_-x/Y+z0==',
    };
    expect(readEnvironment(given)).toMatchObject({
      port: 8080,
      host: '0.0.0.0',
      databaseUrl: given.DATABASE_URL,
      storageDir: '/srv/files',
      jwtSecret: given.JWT_SECRET,
      throttleLimit: 0,
      administrators: ['ann@example.org', 'ben@example.org'],
      metricsToken: given.METRICS_TOKEN,
    });
  });

  it.each([
    ['PORT', 'http'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '3000.5'],
    ['HOST', 'two words'],
    ['HOST', 'http://localhost'],
    ['HOST', '/tmp/socket'],
    ['DATABASE_URL', 'nonsense'],
    ['DATABASE_URL', 'mysql://localhost/rooms'],
    ['DATABASE_URL', 'postgres://'],
    ['STORAGE_DIR', 'a\0b'],
    ['STORAGE_DIR', '\0'],
    ['JWT_SECRET', 'short'],
    ['JWT_SECRET', 'x'.repeat(15)],
    ['THROTTLE_LIMIT', '-1'],
    ['THROTTLE_LIMIT', 'many'],
    ['THROTTLE_LIMIT', '1.5'],
    ['METRICS_TOKEN', 'short'],
    ['METRICS_TOKEN', 'a token that has spaces'],
    ['ADMINISTRATORS', 'ann'],
    ['ADMINISTRATORS', 'ann@example.org,'],
  ])('%s=%j is refused with a sentence that says what it wants and what it got', (name, value) => {
    const got = /SECRET|TOKEN/.test(name) ? `${value.length} characters` : JSON.stringify(value);

    expect(() => readEnvironment({ [name]: value })).toThrow(`, got ${got}. Set it in .env or in the environment.`);
    expect(() => readEnvironment({ [name]: value })).toThrow(new RegExp(`^${name} must be `));
  });

  it.each(['/dev/null/files', '/etc/hostname', '/etc/hostname/files'])(
    'STORAGE_DIR=%s is refused with its reason',
    async (folder) => {
      const storage = new FileStorage(readEnvironment({ STORAGE_DIR: folder }));

      await expect(storage.onModuleInit()).rejects.toThrow(
        new RegExp(`^STORAGE_DIR: files cannot be kept in ${folder}: Error: E[A-Z]+`),
      );
    },
  );

  it('never shows a password that is part of a wrong address', () => {
    expect(() => readEnvironment({ DATABASE_URL: 'mysql://root:hunter2@localhost/rooms' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
    );
  });
});

/** A start compiles everything anew, on machines that are busy with other tests. */
jest.setTimeout(120_000);

describe('the process', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(() => removeFolder(folder));

  it.each<[string, Record<string, string>, RegExp]>([
    ['a wrong variable', { PORT: 'http' }, /^PORT must be a whole number from 0 to 65535, got "http"\./],
    ['a wrong variable of the cache', { CACHE_TTL: '5m' }, /CACHE_TTL must be .+, got .5m.\./],
    [
      'no secret in production',
      { NODE_ENV: 'production' },
      /^JWT_SECRET must be .+ when NODE_ENV is production, got nothing\./,
    ],
    [
      'a database that is not there',
      { DATABASE_URL: 'postgres://me:hunter2@127.0.0.1:1/rooms' },
      /^DATABASE_URL: the database at 127\.0\.0\.1:1 cannot be used: .*ECONNREFUSED/,
    ],
    [
      'a storage that is no folder',
      { STORAGE_DIR: '/dev/null/files' },
      /^STORAGE_DIR: files cannot be kept in \/dev\/null\/files: /,
    ],
    ['a host that is none of ours', { HOST: '192.0.2.1' }, /^HOST: "192\.0\.2\.1" is no address of this machine/],
  ])('does not start with %s, and says so in one sentence', async (_what, variables, sentence) => {
    const app = DataRoomProcess.start(folder, variables);

    expect(await app.exit).toBe(1);
    const lines = app.output
      .trim()
      .split('\n')
      .filter((line) => !line.startsWith('[Nest]'));
    expect(lines).toEqual([expect.stringMatching(sentence)]);
    expect(app.output).not.toContain('hunter2');
  });

  it('says so when its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;

    const app = DataRoomProcess.start(folder, { PORT: String(port) });

    expect(await app.exit).toBe(1);
    expect(app.output).toContain(`PORT: something answers on port ${port} of 127.0.0.1 already.`);
    expect(app.output).not.toMatch(/^\s+at /m);
    other.close();
  });

  it('reads .env, says where it answers and where its API is described, and ends in peace when told to', async () => {
    await writeFile(join(folder, '.env'), 'JWT_SECRET=a secret from a file\nSTORAGE_DIR=kept\n');
    const app = DataRoomProcess.start(folder, { NODE_ENV: 'production' });
    const address = await app.address();
    const ann = await Person.register(address, 'Ann');
    const room = await ann.room('Deal');

    expect(app.output).toContain(`The API is described on ${address}/docs.`);
    expect((await ann.get('/docs')).status).toBe(200);
    expect((await ann.get(`/data-rooms/${room.id}`)).body.name).toBe('Deal');
    expect([await app.stop(), app.output]).toEqual(['SIGTERM', expect.not.stringContaining('ERROR')]);

    const again = DataRoomProcess.start(folder, { NODE_ENV: 'production' });
    expect((await ann.at(await again.address()).get(`/data-rooms/${room.id}`)).body.name).toBe('Deal');
    await again.stop();
  });
});
