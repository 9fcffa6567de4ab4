import type { Redis } from 'ioredis';
import type { Message, Position } from '../coherence/change-list.js';
import type { Channel, Listener } from '../coherence/coordinator.js';
import { channelOf, ownChannelOf } from './redis-coordinator.js';

/** What the scripts publish for everybody, and for one member. */
interface Told {
  readonly epoch: string;
  readonly messages: readonly Message[];
}
interface Applied {
  readonly member: string;
  readonly position: Position;
}

/**
 * Hears what the scripts publish, on connections of its own: one a life, so that a connection that was lost and silently made
 * again cannot be mistaken for one that was there all along.
 */
export class RedisChannel implements Channel {
  readonly #connect: (key: string) => Promise<Redis>;
  readonly #prefix: string;

  /** `connect`: makes a connection, to where the key is, that neither reconnects nor subscribes again by itself. */
  constructor(connect: (key: string) => Promise<Redis>, prefix: string) {
    this.#connect = connect;
    this.#prefix = prefix;
  }

  async listen(member: string, listener: Listener): Promise<() => void> {
    const everybody = channelOf(this.#prefix);
    // Its hash tag is that of the list, and who publishes is the list's own node.
    const redis = await this.#connect(everybody);
    let state: 'subscribing' | 'listening' | 'over' = 'subscribing';
    const hangUp = () => {
      state = 'over';
      // Of a connection that is closed ioredis would wait for the end.
      if (redis.status !== 'close' && redis.status !== 'end') redis.disconnect();
    };
    const lose = () => {
      if (state !== 'listening') return;
      hangUp();
      listener.lost();
    };
    let reason: unknown;
    redis.on('error', (error) => (reason = error));
    redis.on('close', lose);
    redis.on('message', (channel: string, text: string) => {
      if (state === 'over') return;
      try {
        if (channel !== everybody) return listener.heard({ kind: 'applied', ...(JSON.parse(text) as Applied) });
        const { epoch, messages } = JSON.parse(text) as Told;
        for (const message of messages) listener.heard({ ...message, epoch });
      } catch {
        // Somebody else talks on this channel, and what the scripts have said meanwhile may have been this.
        lose();
      }
    });
    try {
      await redis.connect();
      await redis.subscribe(everybody, ownChannelOf(this.#prefix, member));
      if (redis.status !== 'ready') throw new Error('The connection was lost as soon as it was made.');
      state = 'listening';
      return hangUp;
    } catch (error) {
      hangUp();
      // The call only knows that there is no connection.
      throw reason ?? error;
    }
  }
}
