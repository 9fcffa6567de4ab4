import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Injectable,
  Sse,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
  type INestApplication,
  type MessageEvent,
} from '@nestjs/common';
import {
  AbstractGraphQLDriver,
  GqlExecutionContext,
  GraphQLModule,
  GraphQLSchemaHost,
  Query,
  Resolver,
} from '@nestjs/graphql';
import { ClientProxyFactory, MessagePattern, Transport } from '@nestjs/microservices';
import { graphql } from 'graphql';
import { defer, firstValueFrom, map, type Observable } from 'rxjs';
import request from 'supertest';
import { Cached, CacheModule, type CacheModuleOptions } from '@data-room/cache';
import { boot, bootWith, closeAll, withEnvironment } from './boot.js';

interface Asking {
  user?: { readonly id: string };
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** Where each transport has what the guard has set. */
function askingIn(context: ExecutionContext): Asking {
  if (context.getType<string>() === 'graphql') return GqlExecutionContext.create(context).getContext();
  return context.getType() === 'rpc' ? context.switchToRpc().getData() : context.switchToHttp().getRequest();
}

@Injectable()
class Identifies implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const asking = askingIn(context);
    const id = asking.headers?.['x-user'];
    if (id !== undefined) asking.user = { id };
    return true;
  }
}

const scopeOf = (context: ExecutionContext) => ({ user: askingIn(context).user?.id });

/** Is told nothing of who asks, and whoever loads is slow enough to be overtaken. */
@Injectable()
class Inbox {
  loads = 0;

  @Cached({ scope: 'user' })
  async messages(): Promise<number> {
    const load = ++this.loads;
    await new Promise((resolve) => setTimeout(resolve, 5));
    return load;
  }
}

@Controller()
@UseGuards(Identifies)
class InboxController {
  constructor(private readonly inbox: Inbox) {}

  @Get('messages')
  async messages(): Promise<{ load: number }> {
    return { load: await this.inbox.messages() };
  }

  @Get('own')
  @Cached({ scope: 'user' })
  own(): Promise<{ load: number }> {
    return this.messages();
  }

  @Sse('stream')
  stream(): Observable<MessageEvent> {
    return defer(() => this.inbox.messages()).pipe(map((load) => ({ data: { load } })));
  }

  @MessagePattern('messages')
  byMessage(): Promise<number> {
    return this.inbox.messages();
  }
}

@Resolver()
@UseGuards(Identifies)
class InboxResolver {
  constructor(private readonly inbox: Inbox) {}

  @Query(() => Number)
  messages(): Promise<number> {
    return this.inbox.messages();
  }
}

/** Builds the schema and serves nobody. */
@Injectable()
class SchemaOnly extends AbstractGraphQLDriver {
  async start(): Promise<void> {}
  async stop(): Promise<void> {}
}

const open: INestApplication[] = [];

async function serve(options: CacheModuleOptions = { scopeOf }) {
  const metadata = { controllers: [InboxController], providers: [Inbox] };
  const module = await boot(metadata, { requireScope: true, ...options });
  return { ...(await listening(module)), module };
}

async function listening(module: Awaited<ReturnType<typeof boot>>) {
  const app = module.createNestApplication();
  await app.init();
  open.push(app);
  const ask = async (user?: string, path = '/messages') => {
    const asked = request(app.getHttpServer() as never).get(path);
    const { status, body, text } = await (user === undefined ? asked : asked.set('x-user', user));
    return status === 200 ? ((body as { load?: number }).load ?? text) : status;
  };
  return { ask, inbox: module.get(Inbox) };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

afterEach(async () => {
  for (const app of open.splice(0)) await app.close();
  await closeAll();
});

describe('the scope of a request', () => {
  it('is what guards have found out: no two users share, and one does with himself', async () => {
    const { ask } = await serve();

    expect([await ask('ann'), await ask('bob'), await ask('ann'), await ask('bob')]).toEqual([1, 2, 1, 2]);
  });

  it('is its own among a hundred at a time', async () => {
    const { ask, inbox } = await serve();
    const users = Array.from({ length: 100 }, (_, at) => `user ${at % 10}`);

    const answers = await Promise.all(users.map((user) => ask(user)));

    expect(inbox.loads).toBe(10);
    for (const [at, user] of users.entries())
      expect({ user, load: answers[at] }).toEqual({ user, load: answers[at % 10] });
    expect(new Set(answers).size).toBe(10);
  });

  it('reaches handlers that are cached themselves, and streams', async () => {
    const { ask } = await serve();

    expect([await ask('ann', '/own'), await ask('bob', '/own'), await ask('ann', '/own')]).toEqual([1, 2, 1]);
    expect([await ask('ann', '/stream'), await ask('bob', '/stream')]).toEqual([
      expect.stringContaining('{"load":1}'),
      expect.stringContaining('{"load":2}'),
    ]);
  });

  it('is asked for once, and not before a read needs it', async () => {
    let asked = 0;
    const { ask, module } = await serve({
      scopeOf: (context) => {
        asked++;
        return scopeOf(context);
      },
    });
    await ask('ann');
    await ask('ann', '/own');

    expect(asked).toBe(2);
    expect(module.warnings).toEqual([]);
  });

  it('is nobody’s where nobody asks: an error, and in production a load', async () => {
    const { ask, inbox } = await serve();
    expect([await ask(), await ask(undefined, '/own')]).toEqual([500, 500]);
    expect(inbox.loads).toBe(0);

    await withEnvironment({ NODE_ENV: 'production' }, async () => {
      const failing = () => {
        throw new Error('ann');
      };
      for (const options of [{ scopeOf }, { scopeOf: failing }, { scopeOf: () => undefined }, {}]) {
        const production = await serve(options);
        expect([await production.ask(), await production.ask(), await production.ask()]).toEqual([1, 2, 3]);
        expect(production.module.warnings).toEqual([expect.stringMatching(/^Inbox.messages .*CACHE_SCOPE_UNKNOWN/)]);
        expect(production.module.warnings.join()).not.toContain('ann');
      }
    });
  });

  it('is known where the options come from a factory', async () => {
    const module = await bootWith({
      imports: [CacheModule.forRootAsync({ useFactory: () => ({ scopeOf }) })],
      controllers: [InboxController],
      providers: [Inbox],
    });
    const { ask } = await listening(module);

    expect([await ask('ann'), await ask('bob'), await ask('ann')]).toEqual([1, 2, 1]);
  });

  it('is that of the message in a microservice', async () => {
    const { module } = await serve();
    const options = { host: '127.0.0.1', port: await freePort() };
    const service = module.createNestMicroservice({ transport: Transport.TCP, options });
    await service.listen();
    const client = ClientProxyFactory.create({ transport: Transport.TCP, options });
    const send = (user: string) => firstValueFrom(client.send<number>('messages', { headers: { 'x-user': user } }));

    expect(await Promise.all(['ann', 'bob', 'ann'].map(send))).toEqual([1, 2, 1]);
    expect([await send('bob'), await send('ann')]).toEqual([2, 1]);

    client.close();
    await service.close();
  });

  it('is that of the operation in GraphQL', async () => {
    const imports = [GraphQLModule.forRoot({ driver: SchemaOnly, autoSchemaFile: true })];
    const module = await boot({ imports, providers: [Inbox, InboxResolver] }, { scopeOf });
    const app = module.createNestApplication({ logger: false });
    await app.init();
    open.push(app);
    const { schema } = app.get(GraphQLSchemaHost);
    const ask = async (user: string) => {
      const contextValue = { headers: { 'x-user': user } };
      const { data, errors } = await graphql({ schema, source: '{ messages }', contextValue });
      return errors?.[0]?.message ?? data?.messages;
    };

    expect(await Promise.all(['ann', 'bob', 'ann'].map(ask))).toEqual([1, 2, 1]);
    expect([await ask('bob'), await ask('ann')]).toEqual([2, 1]);
  });
});
