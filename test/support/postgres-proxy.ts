// A stretch of network between an application and PostgreSQL that misbehaves on command.
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** `loses the reply`: the text arrives, its answer does not. `swallows`: it does not arrive. `delays`: it arrives later. */
export type Mischief = 'loses the reply' | 'swallows' | 'delays';

export class PostgresProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** How much later than they came answers are handed on; a stranger who asks the database directly is ahead of them. */
  answersLateByMs = 0;
  #mischief: { kind: Mischief; text: string; ms: number } | undefined;

  private constructor(target: URL) {
    this.#server = createServer((client) => this.#carry(client, target));
  }

  static async start(url: string): Promise<PostgresProxy> {
    const proxy = new PostgresProxy(new URL(url));
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The next message with this text in it; the connection is lost with it, unless it is only delayed. */
  willMisbehave(kind: Mischief, text: string, ms = 0): void {
    this.#mischief = { kind, text, ms };
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #carry(client: Socket, target: URL): void {
    const upstream = connect(Number(target.port), target.hostname);
    let deaf = false;
    let late = Promise.resolve();
    for (const socket of [client, upstream]) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.setNoDelay(true);
    }
    client.on('data', (data) => {
      const mischief = this.#mischief;
      if (mischief === undefined || !data.includes(mischief.text)) return void late.then(() => upstream.write(data));
      this.#mischief = undefined;
      if (mischief.kind === 'delays') {
        late = new Promise((resolve) => setTimeout(resolve, mischief.ms));
        return void late.then(() => upstream.write(data));
      }
      deaf = true;
      if (mischief.kind === 'swallows') return void client.destroy();
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (deaf) return void client.destroy();
      if (this.answersLateByMs === 0) client.write(data);
      else setTimeout(() => client.write(data), this.answersLateByMs);
    });
    client.on('close', () => {
      if (!deaf) upstream.end();
      else setTimeout(() => upstream.destroy(), 200);
    });
    upstream.on('close', () => client.destroy());
  }
}
