import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Injectable,
  Param,
  ParseIntPipe,
  Patch,
  Post,
  Res,
  Sse,
  StreamableFile,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type INestApplication,
  type MessageEvent,
  type NestInterceptor,
} from '@nestjs/common';
import type { Response } from 'express';
import { catchError, concatMap, defer, map, of, tap, timeout, type Observable } from 'rxjs';
import request from 'supertest';
import { Cached, InvalidatesTags } from '@data-room/cache';
import { Deferred } from '../support/deferred.js';
import { boot, closeAll } from './boot.js';

const rows = new Map<number, string>();
let told: unknown[][] = [];
let slow: Deferred<string>;

@Injectable()
class Wraps implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler) {
    return next.handle().pipe(map((data: unknown) => ({ data })));
  }
}

@Injectable()
class FailsAfterwards implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler) {
    return next.handle().pipe(
      tap(() => {
        throw new Error('after the handler');
      }),
    );
  }
}

@Injectable()
class Forgives implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler) {
    return next.handle().pipe(catchError(() => of('forgiven')));
  }
}

@Injectable()
class AnswersByItself implements NestInterceptor {
  intercept() {
    return of('by itself');
  }
}

@Injectable()
class GivesUp implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler) {
    return next.handle().pipe(timeout(20));
  }
}

/** As a transaction of one's own would: what the handler wrote is there when it has returned, and not before. */
@Injectable()
class CommitsAfterwards implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler) {
    return next.handle().pipe(
      concatMap(async (value: unknown) => {
        await read();
        rows.set(1, 'committed');
        return value;
      }),
    );
  }
}

@Controller('rows')
class RowsController {
  loads = 0;

  @Get(':id')
  @Cached({ tags: (_row, id) => [`row:${id}`] })
  async read(@Param('id', ParseIntPipe) id: number): Promise<{ row: string | undefined; load: number }> {
    return { row: rows.get(id), load: ++this.loads };
  }

  @Patch(':id')
  @InvalidatesTags((row, id, body) => {
    told.push([row, id, body]);
    return [`row:${id}`];
  })
  @UseInterceptors(Wraps)
  async write(@Param('id', ParseIntPipe) id: number, @Body() body: { row: string }): Promise<{ row: string }> {
    rows.set(id, body.row);
    if (body.row === '') throw new Error('empty');
    return body;
  }

  @Post(':id/observable')
  @InvalidatesTags((_row, id) => [`row:${id}`])
  observable(@Param('id', ParseIntPipe) id: number, @Body() body: { row: string }): Observable<{ row: string }> {
    return defer(() => {
      rows.set(id, body.row);
      return of(body);
    });
  }

  @Post(':id/file')
  @InvalidatesTags((_file, id) => [`row:${id}`])
  async file(@Param('id', ParseIntPipe) id: number): Promise<StreamableFile> {
    rows.set(id, 'streamed');
    return new StreamableFile(Buffer.from('streamed'));
  }

  @Post(':id/response')
  @InvalidatesTags((_nothing, id) => [`row:${id}`])
  async response(@Param('id', ParseIntPipe) id: number, @Res({ passthrough: true }) response: Response): Promise<void> {
    rows.set(id, 'by response');
    response.status(202);
  }

  @Sse(':id/events')
  @InvalidatesTags((_event, id) => [`row:${id}`])
  events(@Param('id', ParseIntPipe) id: number): Observable<MessageEvent> {
    return of('one', 'two').pipe(
      tap((row) => rows.set(id, row)),
      map((data) => ({ data })),
    );
  }

  @Delete(':id')
  @HttpCode(204)
  @InvalidatesTags(['row:*'])
  async remove(@Param('id', ParseIntPipe) id: number): Promise<void> {
    rows.delete(id);
  }

  @Post(':id/fails-afterwards')
  @UseInterceptors(FailsAfterwards)
  @InvalidatesTags((_row, id) => [`row:${id}`])
  async failsAfterwards(@Param('id', ParseIntPipe) id: number): Promise<void> {
    rows.set(id, 'written');
  }

  @Post(':id/forgiven')
  @UseInterceptors(Forgives)
  @InvalidatesTags((_row, id) => [`row:${id}`])
  async forgiven(@Param('id', ParseIntPipe) _id: number): Promise<void> {
    throw new Error('forgiven');
  }

  @Post(':id/committed-afterwards')
  @UseInterceptors(CommitsAfterwards)
  @InvalidatesTags((_nothing, id) => [`row:${id}`])
  async committedAfterwards(@Param('id', ParseIntPipe) _id: number): Promise<void> {}

  @Post(':id/committed-behind-a-fence')
  @UseInterceptors(CommitsAfterwards)
  @InvalidatesTags(['row:1'])
  async committedBehindFence(): Promise<void> {}

  @Post(':id/skipped')
  @UseInterceptors(AnswersByItself)
  @InvalidatesTags(['row:1'])
  async skipped(): Promise<void> {}

  @Post(':id/given-up')
  @UseInterceptors(GivesUp)
  @InvalidatesTags(['row:1'])
  async givenUp(): Promise<string> {
    return slow.promise;
  }
}

let app: INestApplication;

const http = () => request(app.getHttpServer() as Parameters<typeof request>[0]);
const read = async () => (await http().get('/rows/1')).body as { row?: string; load: number };

beforeEach(async () => {
  rows.set(1, 'old');
  told = [];
  slow = new Deferred();
  const module = await boot({ controllers: [RowsController] });
  app = module.createNestApplication();
  await app.init();
  await read();
});
afterEach(async () => {
  await app.close();
  await closeAll();
});

describe('@InvalidatesTags on a handler', () => {
  it('tells its tags what the handler got and gave, whatever interceptors make of it, before the response is sent', async () => {
    const response = await http().patch('/rows/1').send({ row: 'new' });

    expect(response.body).toEqual({ data: { row: 'new' } });
    expect(told).toEqual([[{ row: 'new' }, 1, { row: 'new' }]]);
    expect(await read()).toEqual({ row: 'new', load: 2 });
  });

  it.each([
    ['observable', 'new', 201],
    ['file', 'streamed', 201],
    ['response', 'by response', 202],
  ])('works for a handler that answers with %s', async (route, row, status) => {
    await http().post(`/rows/1/${route}`).send({ row }).expect(status);

    expect(await read()).toEqual({ row, load: 2 });
  });

  it('works for server-sent events and for tags that are always the same', async () => {
    await http().get('/rows/1/events').expect(200);
    expect(await read()).toEqual({ row: 'two', load: 2 });

    await http().delete('/rows/1').expect(204);
    expect(await read()).toEqual({ load: 3 });
  });

  it('invalidates nothing when the handler, a pipe or a guard refuses', async () => {
    await http().patch('/rows/1').send({ row: '' }).expect(500);
    await http().patch('/rows/one').send({ row: 'new' }).expect(400);

    expect(await read()).toEqual({ row: 'old', load: 1 });
    expect(told).toEqual([]);
  });

  it('judges by the handler and not by what interceptors do with its end', async () => {
    await http().post('/rows/1/forgiven').expect(201);
    await http().post('/rows/1/skipped').expect(201);
    expect(await read()).toEqual({ row: 'old', load: 1 });

    await http().post('/rows/1/fails-afterwards').expect(500);
    expect(await read()).toEqual({ row: 'written', load: 2 });
  });

  it.each(['committed-afterwards', 'committed-behind-a-fence'])(
    'takes effect after the interceptors within it, one that commits for instance: %s',
    async (route) => {
      await http().post(`/rows/1/${route}`).expect(201);

      expect((await read()).row).toBe('committed');
    },
  );

  it('follows a handler that nobody waits for any more', async () => {
    await http().post('/rows/1/given-up').expect(500);
    rows.set(1, 'late');
    expect(await read()).toEqual({ row: 'late', load: 2 });
    slow.resolve('done');
    await slow.promise;

    expect(await read()).toEqual({ row: 'late', load: 3 });
    expect(await read()).toEqual({ row: 'late', load: 3 });
  });

  it('an aborted request leaves no fence behind', async () => {
    const aborted = http().post('/rows/1/given-up');
    aborted.end(() => {});
    while ((await read()).load < 3) await new Promise(setImmediate);
    aborted.abort();
    slow.resolve('done');
    await slow.promise;
    await new Promise(setImmediate);

    const { load } = await read();
    expect(await read()).toEqual({ row: 'old', load });
  });
});
