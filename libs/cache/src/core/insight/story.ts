/** What is known of a key, in sentences for somebody who has been woken by it. */
import type { Tag } from '../../coherence/tag.js';
import { tagOfKey } from '../entry.js';
import type { Condemned, Explanation, Reason, SharedState } from './explain.js';
import type { Told } from './history.js';
import type { Found } from './survey.js';

/** How the world calls what the cache has numbers for. */
export interface Names {
  /** This process. */
  readonly self: string;
  /** The process behind the owner of a fence; empty: nobody knows. */
  readonly processOf: (owner: string) => string;
  /** An instant, in words: `14:03:11 UTC`. */
  readonly when: (instant: number) => string;
}

/** And what the key is called that is told of. */
interface Words extends Names {
  readonly own: Tag;
}

export function storyOf(explained: Explanation, known: Names): string[] {
  const { key, enabled, found, gone, lastMiss, shared } = explained;
  const names: Words = { ...known, own: tagOfKey(key) };
  return [
    enabled ? undefined : 'The cache is off (CACHE_ENABLED is false): every read goes to its source.',
    found && loaded(found, names),
    found === undefined ? absence(gone, names) : standing(explained, found, names),
    lastMiss &&
      `The last read that was not answered from here was at ${names.when(lastMiss.at)}: ${why(lastMiss, names)}`,
    inRedis(shared, explained),
    differing(explained, names),
  ].filter((sentence) => sentence !== undefined);
}

function loaded({ entry }: Found, { self, when }: Names): string {
  const took = entry.tookMs === 0 ? '' : ` in ${durationOf(entry.tookMs)}`;
  const { position } = entry.claim.stamp;
  return `Loaded by ${entry.by ?? self} at ${when(entry.loadedAt)}${took}, under the list's position ${position}.`;
}

function standing({ condemned, recalledUntil }: Explanation, { entry }: Found, names: Words): string {
  if (condemned === undefined)
    return `It stands: it is answered until ${names.when(entry.expiresAt)}, unless something it depends on changes before.`;
  const sentence = against(condemned, entry.expiresAt, names);
  if (recalledUntil === undefined) return sentence;
  const until = names.when(recalledUntil);
  return `${sentence} It is answered all the same until ${until}, because it was true when this process was last in step.`;
}

function against({ how, tag, position, transaction }: Condemned, expiresAt: number, names: Words): string {
  if (how === 'expired') return `Expired at ${names.when(expiresAt)}.`;
  if (how === 'changed')
    return `Dead since position ${position}: ${called(tag, names)} was changed${byWhom(transaction, names)}.`;
  if (how === 'fenced')
    return `Not answered now: ${called(tag, names)} is fenced, because it is about to be changed${byWhom(transaction, names)}.`;
  if (how === 'forgotten')
    return 'Dead: so much has changed since it was loaded that the list has forgotten the older changes.';
  if (how === 'out of step') return 'This process is out of step: it cannot know what others write.';
  return 'Dead: the list that it was loaded under is lost. Redis was restarted, or this process has joined afresh since.';
}

function absence(gone: Reason | undefined, names: Words): string {
  if (gone === undefined) return 'Nothing is kept here, and nothing is remembered of why: it was not read here lately.';
  const at = names.when(gone.at);
  if (gone.reason === 'evicted')
    return `Nothing is kept here: it made room for others at ${at}, because the memory is full.`;
  if (gone.reason === 'expired') return `Nothing is kept here: it had expired and was removed at ${at}.`;
  if (gone.reason === 'too big')
    return `Nothing is kept here: the result of ${at} is larger than all of the memory (CACHE_MAX_MB).`;
  if (gone.reason === 'not cacheable')
    return `Nothing is kept here: the result of ${at} could not be kept. If nothing in the log says why, its ttl was over.`;
  return `Nothing is kept here: the result of ${at} was overtaken while it was loaded. ${why(gone, names)}`;
}

/** In the past tense, because it is over. */
function why({ reason, tag, transaction }: Reason, names: Words): string {
  if (reason === 'cold') return 'nothing was kept under this key.';
  if (reason === 'expired') return 'what was kept had expired.';
  if (reason === 'evicted') return 'what was kept had made room for others, because the memory was full.';
  if (reason === 'invalidated') {
    if (tag === undefined)
      return 'so much had changed since it was loaded that the list had forgotten the older changes.';
    return `${called(tag, names)} had been changed${byWhom(transaction, names)}.`;
  }
  if (reason === 'fenced') return `${called(tag, names)} was about to be changed${byWhom(transaction, names)}.`;
  if (reason === 'in transaction') return 'it was made inside of a transaction, where the database answers.';
  if (reason === 'incoherent') return 'this process was out of step, so it could not know what others write.';
  if (reason === 'disabled') return 'the cache is off.';
  if (reason === 'too big') return 'the result before was larger than all of the memory (CACHE_MAX_MB).';
  if (reason === 'not cacheable') return 'the result before could not be kept.';
  return 'nothing was kept here, and Redis did not answer in time.';
}

function byWhom(transaction: Told | undefined, { processOf, when }: Names): string {
  if (transaction === undefined) return ', by whom is not remembered here';
  const { owner, outcome, settledAt, fencedAt } = transaction;
  const who = processOf(owner);
  const by = ` by a transaction${who === '' ? '' : ` of ${who}`}`;
  if (outcome === 'open' || settledAt === undefined) return `${by} that has had it fenced since ${when(fencedAt)}`;
  return `${by} that was ${outcome} at ${when(settledAt)}`;
}

/** `folder:?` is what an entry watches that depends on every folder, `=key` what deletes it alone. */
function called(tag: Tag | undefined, { own }: Words): string {
  if (tag === undefined) return 'something it depends on';
  if (tag === '*') return 'everything';
  if (tag === own) return 'this key itself';
  if (tag.startsWith('=')) return `the key ${tag.slice(1)}`;
  return tag.endsWith(':?') ? `one of ${tag.slice(0, -1)}*` : tag;
}

function inRedis(shared: SharedState, { found, condemned }: Explanation): string | undefined {
  if (shared === 'no redis') return undefined;
  if (shared === 'unreachable') return 'Redis could not be asked what it has of it.';
  if (shared === 'none') return 'Redis has nothing of it that this process could read.';
  if (shared === 'dead') return 'Redis has something of it, and nothing that may be answered.';
  return found === undefined || condemned !== undefined
    ? 'Redis has an entry that stands: the next read takes it from there.'
    : 'Redis has it for the other processes.';
}

function differing({ differences }: Explanation, { when }: Names): string | undefined {
  const [last] = differences;
  if (last === undefined) return undefined;
  const times = differences.length === 1 ? 'once' : `${differences.length} times`;
  return `It was found ${times} to differ from its source, last at ${when(last.at)}: ${last.what}.`;
}

function durationOf(ms: number): string {
  return ms < 10 ? `${Math.round(ms * 10) / 10} ms` : `${Math.round(ms)} ms`;
}
