import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Injectable } from '@nestjs/common';
import {
  AbstractGraphQLDriver,
  Args,
  GraphQLModule,
  GraphQLSchemaHost,
  Int,
  Mutation,
  Query,
  Resolver,
} from '@nestjs/graphql';
import { ClientProxyFactory, EventPattern, MessagePattern, Payload, Transport } from '@nestjs/microservices';
import { graphql } from 'graphql';
import { firstValueFrom, lastValueFrom, of, toArray, type Observable } from 'rxjs';
import { Cached, InvalidatesTags } from '@data-room/cache';
import { Deferred } from '../support/deferred.js';
import { boot, closeAll } from './boot.js';

interface Row {
  readonly id: number;
  readonly name: string;
}

let heard: Deferred<void>;

@Controller()
class RowsController {
  names = new Map([[1, 'old']]);
  loads = 0;

  @MessagePattern('read')
  @Cached({ tags: (_row, id) => [`row:${id}`] })
  async read(@Payload() id: number): Promise<object> {
    return { name: this.names.get(id), load: ++this.loads };
  }

  @MessagePattern('write')
  @InvalidatesTags((_row, row) => [`row:${row.id}`])
  async write(@Payload() row: Row): Promise<Row> {
    this.names.set(row.id, row.name);
    if (row.name === '') throw new Error('empty');
    return row;
  }

  @MessagePattern('stream')
  @InvalidatesTags((name, id) => [`row:${id}`, `name:${name}`])
  stream(@Payload() id: number): Observable<string> {
    this.names.set(id, 'streamed');
    return of('one', 'two');
  }

  @EventPattern('written')
  @InvalidatesTags(['row:1'])
  async written(@Payload() row: Row): Promise<void> {
    this.names.set(row.id, row.name);
    heard.resolve();
  }
}

@Resolver()
class RowsResolver {
  name = 'old';
  loads = 0;

  @Query(() => String)
  @Cached({ tags: (_row, id) => [`row:${id}`] })
  async row(@Args('id', { type: () => Int }) id: number): Promise<string> {
    return `${id} ${this.name} ${++this.loads}`;
  }

  @Mutation(() => String)
  @InvalidatesTags((_row, id) => [`row:${id}`])
  async rename(@Args('id', { type: () => Int }) id: number, @Args('name') name: string): Promise<string> {
    this.name = name;
    if (name === '') throw new Error('empty');
    return `${id} ${name}`;
  }
}

/** Builds the schema and serves nobody. */
@Injectable()
class SchemaOnly extends AbstractGraphQLDriver {
  async start(): Promise<void> {}
  async stop(): Promise<void> {}
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

afterEach(closeAll);

describe('the decorators on other transports', () => {
  it('a microservice: messages, streams and events', async () => {
    const module = await boot({ controllers: [RowsController] });
    const options = { host: '127.0.0.1', port: await freePort() };
    const service = module.createNestMicroservice({ transport: Transport.TCP, options });
    await service.listen();
    const client = ClientProxyFactory.create({ transport: Transport.TCP, options });
    const send = (pattern: string, data: unknown) => firstValueFrom(client.send<unknown>(pattern, data));

    expect(await send('read', 1)).toEqual({ name: 'old', load: 1 });
    expect(await send('read', 1)).toEqual({ name: 'old', load: 1 });
    await send('write', { id: 1, name: 'new' });
    expect(await send('read', 1)).toEqual({ name: 'new', load: 2 });
    await expect(send('write', { id: 1, name: '' })).rejects.toBeDefined();
    expect(await send('read', 1)).toEqual({ name: 'new', load: 2 });
    expect(await lastValueFrom(client.send('stream', 1).pipe(toArray()))).toEqual(['one', 'two']);
    expect(await send('read', 1)).toEqual({ name: 'streamed', load: 3 });
    heard = new Deferred();
    client.emit('written', { id: 1, name: 'by event' });
    await heard.promise;
    expect(await send('read', 1)).toEqual({ name: 'by event', load: 4 });

    client.close();
    await service.close();
  });

  it('GraphQL: queries and mutations', async () => {
    const imports = [GraphQLModule.forRoot({ driver: SchemaOnly, autoSchemaFile: true })];
    const app = (await boot({ imports, providers: [RowsResolver] })).createNestApplication();
    await app.init();
    const { schema } = app.get(GraphQLSchemaHost);
    const ask = async (source: string) => {
      const { data, errors } = await graphql({ schema, source, contextValue: {} });
      return errors?.[0]?.message ?? Object.values(data!)[0];
    };

    expect(await ask('{ row(id: 1) }')).toBe('1 old 1');
    expect(await ask('{ row(id: 1) }')).toBe('1 old 1');
    expect(await ask('mutation { rename(id: 1, name: "new") }')).toBe('1 new');
    expect(await ask('{ row(id: 1) }')).toBe('1 new 2');
    expect(await ask('mutation { rename(id: 1, name: "") }')).toBe('empty');
    expect(await ask('{ row(id: 1) }')).toBe('1 new 2');
    await app.close();
  });
});
