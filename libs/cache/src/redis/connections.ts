import { redisInsStore, type RedisStore } from 'cache-manager-ioredis-yet';
import { Cluster, type Redis } from 'ioredis';
import { addressOf } from './address.js';
import { CircuitBreaker, type Outcome } from './circuit-breaker.js';
import { Endpoint } from './endpoint.js';

/** How long something may take. */
export interface Patience {
  /** A call that a request or a commit may wait for. */
  readonly budgetMs: number;
  /** A call that nobody waits for, the making of a connection, and subscribing. */
  readonly patienceMs: number;
}

export const usualPatience: Patience = Object.freeze({ budgetMs: 100, patienceMs: 1_000 });

export interface ConnectionsOptions extends Patience {
  /** PEM of whoever has signed the servers' certificates, where Node does not know him. */
  readonly ca?: string | undefined;
  /** From now on calls that somebody waits for are not made any more, or are again. */
  readonly leftAlone?: (now: boolean) => void;
}

/** For goodbyes. */
const closingMs = 100;

/**
 * The connections of one instance to its Redis: one for calls, which is made again whenever it is lost, and one for each life
 * of its member, which is not.
 *
 * No call outlasts its budget, and none is sent later than it was made: what waits for a connection is given up, not queued.
 * A call that was given up may have been carried out. When several in a row were given up, those that somebody waits for are
 * not made any more until one of the others has been answered.
 */
export class Connections {
  readonly calls: Redis | Cluster;
  /**
   * That of cache-manager-ioredis-yet, on the connection for calls, which is its `client`: whoever asks it goes through `within`, as
   * every call does. Its `get` and `set` change values on the way, and its `reset` empties the database.
   */
  readonly store: RedisStore;
  readonly #endpoint: Endpoint;
  readonly #patience: Patience;
  readonly #breaker: CircuitBreaker;
  readonly #channels = new Set<Redis>();
  #closed = false;
  #hangsUp = false;
  #lastError: unknown;
  #lastAnswerAt = performance.now();

  constructor(url: string, { budgetMs, patienceMs, ca, leftAlone }: ConnectionsOptions) {
    const address = addressOf(url);
    if (address === undefined) throw new TypeError('This is not the address of a Redis.');
    this.#patience = { budgetMs, patienceMs };
    this.#breaker = new CircuitBreaker(() => performance.now(), leftAlone);
    this.#endpoint = new Endpoint({ address, ca, patienceMs, longestMs: Math.max(budgetMs, patienceMs) });
    this.calls = this.#endpoint.caller();
    this.store = redisInsStore(this.calls);
    // One for each call that waits for a connection.
    this.calls.setMaxListeners(0);
    this.#tolerate(this.calls);
    this.calls.on('ready', () => this.#breaker.connected());
  }

  /** Begins to connect; that this fails is found out by whoever calls. */
  start(): void {
    this.calls.connect().catch(() => {
      // Said by the error event, and tried again by itself.
    });
  }

  /** A connection that is lost when it is lost; in a cluster, with the node that has the key. The caller connects it and disconnects it. */
  readonly channel = async (key: string): Promise<Redis> => {
    const make = () => this.#endpoint.listener(this.calls, key);
    const redis = await (this.calls instanceof Cluster ? this.#inTime(make, this.#patience.patienceMs) : make());
    if (this.#closed) throw new Error('The connections are closed.');
    this.#tolerate(redis);
    this.#channels.add(redis);
    redis.on('end', () => this.#channels.delete(redis));
    return redis;
  };

  /**
   * The one way to a call: gives its answer on the connection for calls, or rejects when it has taken too long, or at once while
   * Redis is left alone. `patient`: nobody waits for it.
   */
  readonly within = <T>(call: () => Promise<T>, patient: boolean): Promise<T> => {
    const ended = this.#breaker.begin(!patient);
    if (ended === undefined) return Promise.reject(this.#leftAlone());
    return this.#inTime(call, patient ? this.#patience.patienceMs : this.#patience.budgetMs, ended);
  };

  /** Lets calls that are under way finish, for a moment. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const channel of this.#channels) channel.disconnect();
    if (this.calls.status === 'ready' && !this.#breaker.open) {
      const ended = new Promise((resolve) => this.calls.once('end', resolve));
      await this.#inTime(() => this.calls.quit().then(() => ended), closingMs).catch(() => {
        // It does not answer; then it is hung up.
      });
    }
    if (this.calls.status !== 'end') this.calls.disconnect();
  }

  /** One promise and one timer, because a hit in the shared store is little more than this. */
  #inTime<T>(call: () => Promise<T>, ms: number, ended: Outcome = () => {}): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let over = false;
      /** The first of answer, failure and expiry is how it ended; what comes later is nobody's any more. */
      const end = (isAnswered: boolean, give: () => void) => {
        if (over) return;
        over = true;
        clearTimeout(timer);
        ended(isAnswered);
        give();
      };
      const answered = (answer: T) => {
        this.#lastAnswerAt = performance.now();
        end(true, () => resolve(answer));
      };
      const failed = (error: unknown) => end(isRefusal(error), () => reject(error as Error));
      const begin = () => void call().then(answered, failed);
      const expire = () => {
        this.calls.off('ready', begin);
        end(false, () => reject(this.#tooLate(ms)));
        this.#renewSilent();
      };
      // An answer that came while this process was busy is read before it is called late.
      const timer = setTimeout(() => setImmediate(expire), ms).unref();
      if (this.#writable) begin();
      else this.calls.once('ready', begin);
    });
  }

  /** ioredis calls a connection ready for a moment after the other end has hung up. */
  get #writable(): boolean {
    return this.calls.status === 'ready' && (this.calls instanceof Cluster || this.calls.stream.writable);
  }

  /** A connection whose other end has vanished without a word is given up and made again. */
  #renewSilent(): void {
    const silentMs = performance.now() - this.#lastAnswerAt;
    if (this.#hangsUp || this.calls.status !== 'ready' || silentMs <= this.#patience.patienceMs) return;
    // A closing connection counts as ready until its end is seen.
    this.#hangsUp = true;
    this.calls.once('close', () => (this.#hangsUp = false));
    this.calls.disconnect(true);
  }

  /** Without a listener ioredis prints each failure. */
  #tolerate(redis: Redis | Cluster): void {
    const remember = (error: Error) => {
      // Among the arguments of AUTH is the password.
      Reflect.deleteProperty(error, 'command');
      this.#lastError = error;
    };
    redis.on('error', (error: Error & { lastNodeError?: Error }) => remember(error.lastNodeError ?? error));
    redis.on('node error', remember);
    redis.on('ready', () => (this.#lastError = undefined));
  }

  #leftAlone(): Error {
    return new Error('Redis has not answered for some time, and is left alone until it does.');
  }

  #tooLate(ms: number): Error {
    if (this.calls.status === 'ready') return new Error(`Redis did not answer within ${ms} ms.`);
    const cause = this.#lastError;
    // A name that stands for several addresses gives an error that has only a code.
    const { message, code } = (cause ?? {}) as NodeJS.ErrnoException;
    const reason = message || code ? ` (${message || code})` : '';
    return new Error(`Redis cannot be reached${reason}.`, { cause });
  }
}

/** An error that Redis itself has answered with. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}
