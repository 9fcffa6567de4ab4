/** One write of a data room, and how it is told whether it went well. Each thing has one writer, who waits for each answer. */
import type { Order, Reply } from './balancer.js';
import type { State } from './history.js';
import type { Reading } from './readings.js';

export interface Writing {
  readonly what: string;
  readonly order: Order;
  /** Of success, and others that are right as well: who is no member any more cannot be removed. */
  readonly wants: readonly [number, ...number[]];
  /** What is so once it is confirmed. */
  readonly makes?: (reply: Reply) => { readonly register: string; readonly state: State };
  readonly done?: (reply: Reply) => void;
  /** Where it shows. */
  readonly shows: readonly Reading[];
}

export const gone: State = { place: null, label: null };
export const idIn = ({ text }: Reply): string => (JSON.parse(text) as { id: string }).id;
