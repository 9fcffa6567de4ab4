import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  applyDecorators,
  CanActivate,
  Controller,
  createParamDecorator,
  ExecutionContext,
  Get,
  Header,
  Injectable,
  Param,
  ParseIntPipe,
  Query,
  Req,
  SetMetadata,
  UseGuards,
  type INestApplication,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiOkResponse, ApiOperation, DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import request from 'supertest';
import { Cached, InvalidatesTags } from '@data-room/cache';
import { boot, closeAll } from './boot.js';

const seen: unknown[] = [];

@Injectable()
class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const handler = context.getHandler();
    seen.push([this.reflector.get('above', handler), this.reflector.get('below', handler), handler.name]);
    return true;
  }
}

const User = createParamDecorator((_data: unknown, context: ExecutionContext) => {
  const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string> }>();
  return headers['x-user'];
});

/** A decorator that wraps, as those of tracing and transactions do. */
const Traced = (): MethodDecorator => (_target, _name, descriptor: PropertyDescriptor) => {
  const method = descriptor.value as (...args: unknown[]) => unknown;
  const traced = function (this: unknown, ...args: unknown[]) {
    seen.push('traced');
    return method.apply(this, args);
  };
  for (const key of Reflect.getMetadataKeys(method) as unknown[])
    Reflect.defineMetadata(key, Reflect.getMetadata(key, method), traced);
  descriptor.value = traced;
};

@Controller('things')
@UseGuards(RolesGuard)
class Things {
  loads = 0;

  @Get(':id')
  @SetMetadata('above', 'yes')
  @ApiOperation({ summary: 'A thing' })
  @Cached({ tags: ['things'] })
  @SetMetadata('below', 'too')
  @Header('X-Below', 'kept')
  @ApiOkResponse({ description: 'Here it is' })
  async one(@Param('id', ParseIntPipe) id: number, @User() user: string, @Query('q') q?: string): Promise<object> {
    return { id, user, q, load: ++this.loads };
  }

  @Get(':id/request')
  @Cached()
  async withRequest(@Req() incoming: object): Promise<object> {
    return { url: Reflect.get(incoming, 'url') as string, load: ++this.loads };
  }

  @Get(':id/composed')
  @applyDecorators(Traced(), Cached() as MethodDecorator, Traced(), SetMetadata('below', 'composed'))
  async composed(): Promise<object> {
    return { load: ++this.loads };
  }
}

let app: INestApplication;
let warnings: string[];

beforeEach(async () => {
  const module = await boot({ controllers: [Things] });
  ({ warnings } = module);
  app = module.createNestApplication();
  await app.init();
  seen.length = 0;
});
afterEach(async () => {
  await app.close();
  await closeAll();
});

const get = async (path: string, user = 'ann') =>
  request(app.getHttpServer() as Parameters<typeof request>[0])
    .get(path)
    .set('x-user', user);

describe('@Cached among other decorators', () => {
  it('a handler is cached by its resolved parameters; pipes, guards and headers do what they did', async () => {
    const first = await get('/things/1');

    expect(first.body).toEqual({ id: 1, user: 'ann', load: 1 });
    expect(first.headers['x-below']).toBe('kept');
    expect((await get('/things/01')).body).toEqual(first.body);
    expect((await get('/things/1', 'bob')).body).toEqual({ id: 1, user: 'bob', load: 2 });
    expect((await get('/things/1?q=a')).body).toEqual({ id: 1, user: 'ann', q: 'a', load: 3 });
    expect((await get('/things/one')).status).toBe(400);
    expect(seen).toContainEqual(['yes', 'too', 'one']);
  });

  it('a handler that takes the request is answered uncached, and asked for a key', async () => {
    expect((await get('/things/1/request')).body).toEqual({ url: '/things/1/request', load: 1 });
    expect((await get('/things/1/request')).body).toEqual({ url: '/things/1/request', load: 2 });
    expect(warnings).toEqual([
      expect.stringContaining('Things.withRequest is answered from the source: its key failed.'),
    ]);
  });

  it('decorators that wrap go on wrapping, above for each call and below for each load', async () => {
    expect((await get('/things/1/composed')).body).toEqual({ load: 1 });
    expect((await get('/things/1/composed')).body).toEqual({ load: 1 });
    expect(seen.filter((each) => each === 'traced')).toHaveLength(3);
    expect(seen).toContainEqual([undefined, 'composed', expect.any(String)]);
  });

  it('OpenAPI descriptions from above and below stand in the document', () => {
    const document = SwaggerModule.createDocument(app, new DocumentBuilder().build());

    expect(document.paths['/things/{id}']?.get).toMatchObject({
      summary: 'A thing',
      responses: { 200: { description: 'Here it is' } },
      parameters: [
        { name: 'id', in: 'path' },
        { name: 'q', in: 'query' },
      ],
    });
  });

  it('name, length and metadata of the method stay', () => {
    class Plain {
      @SetMetadata('own', 1)
      async method(_a: number, _b: number, _c?: number): Promise<void> {}
      @Cached()
      @InvalidatesTags(['a'])
      @SetMetadata('own', 1)
      async both(_a: number, _b: number, _c?: number): Promise<void> {}
    }
    type Method = () => void;
    const methodOf = (name: keyof Plain) => Reflect.get(Plain.prototype, name) as unknown as Method;
    const [plain, both] = [methodOf('method'), methodOf('both')];

    expect([both.name, both.length]).toEqual(['both', plain.length]);
    expect(Reflect.getMetadata('own', both)).toBe(1);
    expect(Reflect.getMetadata('design:paramtypes', Plain.prototype, 'both')).toHaveLength(3);
  });
});
