import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { EMPTY, firstValueFrom, lastValueFrom, NEVER, Observable, of, Subject, throwError, toArray } from 'rxjs';
import { Cached, InvalidatesTags } from '@data-room/cache';
import { Deferred } from '../support/deferred.js';
import { boot, closeAll } from './boot.js';

@Injectable()
class Files {
  names: Record<string, string> = { a: 'old', b: 'old' };
  loads = 0;
  work = new Deferred<string>();
  tags: unknown = ['file:a'];

  @Cached({ tags: (_name, id) => [`file:${id}`] })
  async name(id: string): Promise<string> {
    this.loads++;
    return this.names[id]!;
  }

  @InvalidatesTags((result, id) => [`file:${id}`, `size:${result.size}`])
  async rename(id: string, name: string): Promise<{ size: number }> {
    this.names[id] = name;
    if (name === '') throw new Error('a file needs a name');
    return { size: name.length };
  }

  @InvalidatesTags(['file:a'])
  async slowly(): Promise<string> {
    return this.work.promise;
  }

  @InvalidatesTags(['file:a'])
  later() {
    return this.work.promise;
  }

  @InvalidatesTags(function () {
    if (this.tags instanceof Error) throw this.tags;
    return this.tags as string[];
  })
  async badly(): Promise<void> {
    this.names = { a: 'new', b: 'new' };
  }

  @InvalidatesTags((id) => [`file:${id}`])
  stream(source: Observable<string>) {
    return source;
  }

  @InvalidatesTags(['file:a'])
  fencedStream(source: Observable<string>): Observable<string> {
    return source;
  }

  @InvalidatesTags(['file:a'])
  nothing(): Observable<void> {
    this.names.a = 'new';
    return EMPTY;
  }

  @InvalidatesTags((_void, id) => [`file:${id}`])
  nothingOf(id: string): Observable<void> {
    this.names[id] = 'new';
    return EMPTY;
  }

  @InvalidatesTags((id) => (typeof id === 'string' ? [`file:${id}`] : []))
  async promised(source: Observable<string>): Promise<Observable<string>> {
    return source;
  }
}

let files: Files;
let warnings: string[];

/** The name of file a, and whether it had to be loaded. */
async function read(id = 'a'): Promise<[string, 'hit' | 'load']> {
  const { loads } = files;
  return [await files.name(id), files.loads === loads ? 'hit' : 'load'];
}

beforeEach(async () => {
  const app = await boot({ providers: [Files] });
  files = app.get(Files);
  ({ warnings } = app);
  await files.name('a');
  await files.name('b');
});
afterEach(closeAll);

describe('@InvalidatesTags on a provider', () => {
  it('invalidates what the result and the arguments say, and nothing else', async () => {
    expect(await files.rename('a', 'new')).toEqual({ size: 3 });

    expect(await read('a')).toEqual(['new', 'load']);
    expect(await read('b')).toEqual(['old', 'hit']);
  });

  it('invalidates nothing when the method throws, and passes the error on', async () => {
    await expect(files.rename('a', '')).rejects.toThrow('a file needs a name');

    expect(await read()).toEqual(['old', 'hit']);
  });

  it.each(['slowly', 'later'] as const)(
    '%s: tags known beforehand are answered from the source meanwhile',
    async (name) => {
      const writing = files[name]();
      expect(await read()).toEqual(['old', 'load']);
      files.names.a = 'new';
      expect(await read()).toEqual(['new', 'load']);
      files.work.resolve('done');

      expect(await writing).toBe('done');
      expect(await read()).toEqual(['new', 'load']);
      expect(await read()).toEqual(['new', 'hit']);
    },
  );

  it.each(['slowly', 'later'] as const)('%s: after a failure what was there is answered again', async (name) => {
    const writing = files[name]();
    files.work.reject(new Error('no'));

    await expect(writing).rejects.toThrow('no');
    expect(await read()).toEqual(['old', 'hit']);
  });

  it.each([[new Error('broken')], ['file:a'], [undefined], [[7]]])(
    'tags that are %p invalidate everything, with one warning',
    async (tags) => {
      files.tags = tags;
      await files.badly();
      await files.badly();

      expect(await read('a')).toEqual(['new', 'load']);
      expect(await read('b')).toEqual(['new', 'load']);
      expect(warnings).toEqual([
        expect.stringMatching(/^Files\.badly invalidates everything, because its tags failed\./),
      ]);
    },
  );

  it('works without the module', async () => {
    const bare = new Files();

    expect(await bare.rename('a', 'new')).toEqual({ size: 3 });
    expect(await firstValueFrom(bare.stream(of('a')))).toBe('a');
  });
});

describe('@InvalidatesTags on a method that gives a stream', () => {
  it('is a stream still, and each value is invalidated before it is passed on', async () => {
    const source = new Subject<string>();
    const seen: unknown[] = [];
    const ended = new Promise<void>((resolve) => {
      files.stream(source).subscribe({ next: (id) => seen.push(read(id)), complete: resolve });
    });
    files.names = { a: 'new', b: 'new' };
    await new Promise(setImmediate);
    source.next('a');
    await new Promise(setImmediate);
    expect(await Promise.all(seen)).toEqual([['new', 'load']]);
    expect(await read('b')).toEqual(['old', 'hit']);
    source.next('b');
    source.complete();
    await ended;

    expect(await Promise.all(seen)).toEqual([
      ['new', 'load'],
      ['new', 'load'],
    ]);
  });

  it('whoever takes the first value and leaves has it invalidated', async () => {
    for (const method of ['stream', 'fencedStream'] as const) {
      files.names.a = method;
      expect(await firstValueFrom(files[method](of('a', 'z')))).toBe('a');
      expect(await read()).toEqual([method, 'load']);
      await read();
      expect(await read()).toEqual([method, 'hit']);
    }
  });

  it('a stream of nothing invalidates when it is complete', async () => {
    expect(await lastValueFrom(files.nothing().pipe(toArray()))).toEqual([]);
    expect(await lastValueFrom(files.nothingOf('b').pipe(toArray()))).toEqual([]);

    expect([await read('a'), await read('b')]).toEqual([
      ['new', 'load'],
      ['new', 'load'],
    ]);
  });

  it('a stream that fails invalidates nothing', async () => {
    const failing = () => throwError(() => new Error('no'));

    await expect(lastValueFrom(files.stream(failing()))).rejects.toThrow('no');
    await expect(lastValueFrom(files.fencedStream(failing()))).rejects.toThrow('no');
    expect(await read()).toEqual(['old', 'hit']);
  });

  it('one that nobody subscribes to, and one that is abandoned, leave no fence behind', async () => {
    files.fencedStream(NEVER);
    expect(await read()).toEqual(['old', 'hit']);
    files.fencedStream(NEVER).subscribe().unsubscribe();
    const subscription = files.fencedStream(NEVER).subscribe();
    await new Promise(setImmediate);
    expect(await read()).toEqual(['old', 'load']);
    expect(await read()).toEqual(['old', 'load']);
    subscription.unsubscribe();
    await new Promise(setImmediate);

    await read();
    expect(await read()).toEqual(['old', 'hit']);
  });

  it('each subscription is a call, and a promised stream is one as well', async () => {
    for (const stream of [files.fencedStream(of('a')), files.stream(of('a')), await files.promised(of('a'))])
      for (let time = 0; time < 2; time++) {
        await lastValueFrom(stream);
        expect(await read()).toEqual(['old', 'load']);
        expect(await read()).toEqual(['old', 'hit']);
      }
  });
});
