// Whether an answer says what the oracle says, and which of the texts that are not for everybody it has in it.
import type { Answer } from './caller.js';

/** Who may see a text: a name, a content, an id. Whoever is not named may not. */
export type Audiences = ReadonlyMap<string, ReadonlySet<string>>;

/** Differ between two answers that say the same: the time, and where it was taken from. */
const volatileHeaders = new Set(['date', 'x-cache']);
/** The disk fills without telling anybody; all other values are as in the database. */
const freeBytes = /"freeBytes":\d+/;

/** What is wrong about it, undefined if nothing is. */
export function difference(answer: Answer, expected: Answer): string | undefined {
  const [got, wanted] = [canonical(answer), canonical(expected)];
  return got === wanted ? undefined : `says ${got}, and without a cache it is ${wanted}`;
}

export function textsIn(answer: Answer, audiences: Audiences): string[] {
  const said = everythingIn(answer);
  return [...audiences.keys()].filter((text) => said.includes(text));
}

/** Headers and body; cursors once more as what they stand for. */
function everythingIn({ headers, text }: Answer): string {
  const said = [...Object.values(headers), text].join('\n');
  const decoded = (said.match(/[\w-]{24,}/g) ?? []).map((word) => Buffer.from(word, 'base64url').toString());
  return [said, ...decoded].join('\n');
}

function canonical({ status, headers, text }: Answer): string {
  // Its length and its hash follow the disk too.
  if (freeBytes.test(text)) return `${status} ${text.replace(freeBytes, '')}`;
  const named = Object.keys(headers).filter((name) => !volatileHeaders.has(name));
  return `${status} ${text} ${JSON.stringify(named.toSorted().map((name) => [name, headers[name]]))}`;
}
