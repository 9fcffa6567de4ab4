/** In a process without Jest's realms, where every global costs a look-up: a million pairs take a third of the time. */
import { randomInt } from 'node:crypto';
import { encodeArguments, keyBuilder, type KeyPart } from '../../libs/cache/src/core/key.js';
import { Dice } from '../support/data-room-dice.js';
import { same } from './argument-cases.js';
import { argumentsOf } from './argument-lists.js';
import { otherArguments } from './argument-neighbours.js';

const pairs = 1_000_000;
const shelved = 100_000;
const parts = keyBuilder('');
const encodeParts = (list: readonly unknown[]): string => parts(...(list as KeyPart[]));

const seed = randomInt(2 ** 31);
const dice = new Dice(seed);
const shelf = new Map<string, unknown[]>();
const count = { same: 0, apart: 0 };

/** Undefined, or what is wrong with this pair. */
function complaintOf(pair: number): string | undefined {
  const one = argumentsOf(dice);
  const other = otherArguments(one, dice);
  const key = encodeArguments(one);
  const agree = same(one, other);
  count[agree ? 'same' : 'apart']++;
  const told = `pair ${pair} of seed ${seed}, ${agree ? 'the same' : 'not the same'}`;
  if ((key === encodeArguments(other)) !== agree) return `${told}: ${key} and ${encodeArguments(other)}`;
  // A part's object stands without its braces, so that is a grammar of its own.
  if (pair % 4 === 0 && (encodeParts(one) === encodeParts(other)) !== agree)
    return `${told}: ${encodeParts(one)} and ${encodeParts(other)}`;
  const before = shelf.get(key);
  if (before !== undefined && !same(before, one)) return `${told}: ${key} was another list's before`;
  if (shelf.size < shelved) shelf.set(key, one);
  return undefined;
}

let complaint: string | undefined;
for (let pair = 0; pair < pairs && complaint === undefined; pair++) complaint = complaintOf(pair);
process.stdout.write(JSON.stringify({ complaint: complaint ?? 'none', ...count, shelved: shelf.size }));
