import type { Stamp } from '../coherence/replica.js';
import type { Clock } from '../coherence/clock.js';

/** How a flight ended. */
export type Landing<T> = { readonly kind: 'landed'; readonly cargo: T } | Crash;

/** Of a failed flight nothing is known but the stamp it set out with, and who may hear of its error. */
export interface Crash {
  readonly kind: 'crashed';
  readonly error: unknown;
  readonly stamp: Stamp;
  /** Not everybody. */
  readonly confined: boolean;
  /** But whoever has asked for all of these: they were loaded by one call, and it may have failed for any of them. */
  readonly together?: ReadonlySet<string> | undefined;
}

/** It has not ended, and whoever waits for it should stop waiting. */
export interface Late {
  readonly kind: 'late';
}

interface Flight<T> {
  /** The ordinal of its departure: whoever arrived before may take the cargo without asking how old it is. (I9) */
  readonly departed: number;
  readonly lateAt: number;
  readonly landing: Promise<Landing<T> | Late>;
  land(landing: Landing<T> | Late): void;
  timed: boolean;
}

/**
 * At most one load of a key at a time, and the order of arrivals and departures.
 * It says which flight there is; whether its cargo may be shared is the read path's to judge.
 */
export class SingleFlight<T> {
  readonly #clock: Clock;
  readonly #shareMs: number;
  readonly #flights = new Map<string, Flight<T>>();
  #ordinal = 0;

  constructor(clock: Clock, shareMs: number) {
    this.#clock = clock;
    this.#shareMs = shareMs;
  }

  /** The ordinal of a caller that arrives now. */
  arrive(): number {
    return ++this.#ordinal;
  }

  /** The flight under way for this key, unless it is late already. */
  underway(key: string): Pick<Flight<T>, 'departed' | 'landing'> | undefined {
    const flight = this.#flights.get(key);
    if (flight === undefined) return undefined;
    if (flight.lateAt <= this.#clock.now()) return undefined;
    this.#watch(key, flight);
    return flight;
  }

  /** Starts the flight of this key. `fly` never rejects. */
  async depart(key: string, fly: () => Promise<Landing<T>>): Promise<Landing<T>> {
    let land!: Flight<T>['land'];
    const landing = new Promise<Landing<T> | Late>((resolve) => (land = resolve));
    const lateAt = this.#clock.now() + this.#shareMs;
    const flight: Flight<T> = { departed: ++this.#ordinal, lateAt, landing, land, timed: false };
    this.#flights.set(key, flight);
    const landed = await fly();
    this.#forget(key, flight);
    land(landed);
    return landed;
  }

  /** One timer a flight, and only if somebody waits for it. */
  #watch(key: string, flight: Flight<T>): void {
    if (flight.timed) return;
    flight.timed = true;
    const cancel = this.#clock.after(flight.lateAt - this.#clock.now(), () => {
      this.#forget(key, flight);
      flight.land({ kind: 'late' });
    });
    void flight.landing.then(cancel);
  }

  #forget(key: string, flight: Flight<T>): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
  }
}
