/** Codecs for tests, with what they were told. */
import { types } from 'node:util';
import { EnvelopeCodec } from '../../libs/cache/src/codec/codec.js';
import { Classes } from '../../libs/cache/src/core/classes.js';
import type { Dated, Draft } from '../../libs/cache/src/core/store.js';

export interface Complaint {
  readonly key: string;
  readonly what: string;
}

export function codecOf({ classes = new Classes(), keys }: { classes?: Classes; keys?: readonly Buffer[] } = {}) {
  const refused: Complaint[] = [];
  const damaged: Complaint[] = [];
  const codec = new EnvelopeCodec({
    classes,
    keys,
    refused: (key, what) => refused.push({ key, what }),
    damaged: (key, what) => damaged.push({ key, what }),
  });
  return { codec, refused, damaged };
}

export function draftOf(value: unknown): Draft & Dated {
  const stamp = { epoch: 'e1', position: 17 };
  const dated = { writtenAt: 1_763_600_000_000, ttlMs: 60_000, by: 'host:1', tookMs: 3 };
  return { value, stamp, tags: ['folder:7', 'ordner:\ud800ä'], weight: 120, fallbackMs: 5000, ...dated };
}

/** Knows every class that is met in the value, by a name of its own. */
export function classesIn(value: unknown): Classes {
  const classes = new Classes();
  const prototypes = new Set<object>();
  const seen = new Set<unknown>();
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null || seen.has(part)) return;
    seen.add(part);
    const prototype = Object.getPrototypeOf(part) as object | null;
    if (prototype !== null && !prototypes.has(prototype)) {
      prototypes.add(prototype);
      classes.add({ name: `class ${prototypes.size}`, shape: 'a', prototype });
    }
    if (types.isMap(part)) for (const entry of Map.prototype.entries.call(part)) entry.forEach(visit);
    if (types.isSet(part)) Set.prototype.forEach.call(part, visit);
    if (!ArrayBuffer.isView(part)) for (const key of Reflect.ownKeys(part)) visit(Reflect.get(part, key));
  };
  visit(value);
  return classes;
}
