// A stretch of network before Redis that can be cut, refused, slowed, or swallow everything until it is mended.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** How much later than it came each piece is handed on, at least and at most. */
export interface Delay {
  readonly leastMs: number;
  readonly mostMs: number;
}

export class Link {
  readonly #target: URL;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #port = 0;
  #delay: Delay | undefined;
  /** Nothing gets through, and nobody is told: what was sent arrives when it is over. */
  #silent = false;

  private constructor(target: URL) {
    this.#target = target;
    this.#server = createServer((client) => this.#carry(client));
  }

  static async to(target: string): Promise<Link> {
    const link = new Link(new URL(target));
    await link.#listen();
    link.#port = (link.#server.address() as AddressInfo).port;
    return link;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.#port}`;
  }

  /** What is connected is lost; what tries again gets through. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async refuse(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    this.cut();
    await once(this.#server, 'close');
  }

  silence(): void {
    this.#silent = true;
    for (const socket of this.#sockets) socket.pause();
  }

  slow(delay: Delay): void {
    this.#delay = delay;
  }

  async mend(): Promise<void> {
    this.#silent = false;
    this.#delay = undefined;
    for (const socket of this.#sockets) socket.resume();
    if (!this.#server.listening) await this.#listen();
  }

  stop(): Promise<void> {
    return this.refuse();
  }

  async #listen(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  #carry(client: Socket): void {
    const upstream = connect(Number(this.#target.port), this.#target.hostname);
    this.#pass(client, upstream);
    this.#pass(upstream, client);
  }

  #pass(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.setNoDelay(true);
    let late = Promise.resolve();
    let waiting = 0;
    from.on('data', (piece) => {
      // Pieces stay in order, also those that came just after the delay was lifted.
      if (this.#delay === undefined && waiting === 0) return void to.write(piece);
      const { leastMs, mostMs } = this.#delay ?? { leastMs: 0, mostMs: 0 };
      const ripe = new Promise((resolve) => setTimeout(resolve, leastMs + Math.random() * (mostMs - leastMs)));
      waiting++;
      late = Promise.all([late, ripe]).then(() => {
        waiting--;
        to.write(piece);
      });
    });
    from.on('error', () => {}); // it is cut on purpose
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
    if (this.#silent) from.pause();
  }
}
