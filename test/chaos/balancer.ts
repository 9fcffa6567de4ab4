/**
 * In front of the instances: a request goes to the one with the fewest unanswered, and to the next one if its connection is
 * refused. Whatever had been accepted is never sent again. A connection serves one request, so that none is lost to an
 * instance that was just about to close it.
 */
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Instance } from './instance.js';

export interface Order {
  readonly method: string;
  readonly path: string;
  readonly token?: string;
  readonly body?: unknown;
  readonly file?: { readonly name: string; readonly content: string };
  /** Nobody else may answer. */
  readonly at?: Instance;
  /** Is asked first, however busy it is. */
  readonly first?: Instance;
}

export interface Reply {
  readonly instance: Instance;
  /** 0: there was none. */
  readonly status: number;
  readonly trouble: string;
  readonly cache: string | undefined;
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

const patienceMs = 10_000;
const restMs = 200;

export class Balancer {
  readonly #instances: readonly Instance[];
  readonly #restingUntil = new Map<Instance, number>();

  constructor(instances: readonly Instance[]) {
    this.#instances = instances;
  }

  async send(order: Order): Promise<Reply> {
    const deadline = performance.now() + patienceMs;
    let instance = order.at ?? order.first ?? this.#idlest();
    for (;;) {
      const reply = await attempt(instance, order);
      if (reply.trouble !== 'ECONNREFUSED' || performance.now() > deadline) return reply;
      this.#restingUntil.set(instance, performance.now() + restMs);
      if (order.at !== undefined || this.#awake().length === 0) await pause(20);
      instance = order.at ?? this.#idlest();
    }
  }

  /** Any but this one. */
  anotherThan(instance: Instance): Instance | undefined {
    return anyOf(this.#awake().filter((one) => one !== instance));
  }

  #idlest(): Instance {
    const awake = this.#awake();
    const candidates = awake.length > 0 ? awake : this.#instances;
    const least = Math.min(...candidates.map(({ busy }) => busy));
    return anyOf(candidates.filter(({ busy }) => busy === least))!;
  }

  #awake(): Instance[] {
    const now = performance.now();
    return this.#instances.filter((instance) => instance.inRotation && (this.#restingUntil.get(instance) ?? 0) < now);
  }
}

const anyOf = <T>(things: readonly T[]): T | undefined => things[Math.floor(Math.random() * things.length)];

async function attempt(instance: Instance, order: Order): Promise<Reply> {
  const from = performance.now();
  instance.busy++;
  try {
    const answer = await exchange(instance.address, order);
    return { instance, trouble: '', from, to: performance.now(), ...answer };
  } catch (error) {
    const code: unknown = Reflect.get(Object(error), 'code');
    const trouble = typeof code === 'string' ? code : String(error);
    return { instance, status: 0, trouble, cache: undefined, text: '', from, to: performance.now() };
  } finally {
    instance.busy--;
  }
}

function exchange(address: URL, order: Order): Promise<Pick<Reply, 'status' | 'cache' | 'text'>> {
  const { type, body } = bodyOf(order);
  const headers = {
    connection: 'close',
    ...(order.token && { authorization: `Bearer ${order.token}` }),
    ...(body !== undefined && { 'content-type': type, 'content-length': Buffer.byteLength(body) }),
  };
  return new Promise((resolve, reject) => {
    const { hostname, port } = address;
    const sent = request({ hostname, port, path: order.path, method: order.method, headers, agent: false });
    const late = setTimeout(
      () => sent.destroy(Object.assign(new Error('no answer'), { code: 'time-out' })),
      patienceMs,
    );
    sent.on('error', reject).on('close', () => clearTimeout(late));
    sent.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      response.on('error', reject);
      response.on('end', () => {
        const cache = response.headers['x-cache'];
        resolve({ status: response.statusCode ?? 0, cache: Array.isArray(cache) ? cache[0] : cache, text });
      });
    });
    sent.end(body);
  });
}

const boundary = 'chaos-chaos-chaos';

function bodyOf({ body, file }: Order): { readonly type: string; readonly body: string | undefined } {
  if (file === undefined) {
    return { type: 'application/json', body: body === undefined ? undefined : JSON.stringify(body) };
  }
  const head = `content-disposition: form-data; name="file"; filename="${file.name}"\r\ncontent-type: text/plain`;
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    body: `--${boundary}\r\n${head}\r\n\r\n${file.content}\r\n--${boundary}--\r\n`,
  };
}
