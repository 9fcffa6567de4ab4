/** What the text of the arguments costs, beside the texts that others take. */
import { Cacheable } from 'cacheable';
import { encodeArguments } from '../libs/cache/src/core/key.js';
import { idOf } from './files.js';
import { inTurn, type Work } from './rounds.js';
import { ratioOf, type Spread } from './statistics.js';
import { table, time } from './table.js';

const some = 64;
const hasher = new Cacheable();

/** New texts each time, as a request brings them; `at` is below `some`. */
const lists: Readonly<Record<string, (at: number) => unknown[]>> = {
  'an id': (at) => [idOf(at)],
  'a number': (at) => [1_000_000 + at],
  'two ids and a flag': (at) => [idOf(at), idOf(at + 1), true],
  'an id and a page': (at) => [idOf(at), { limit: 50, cursor: null, order: 'name' }],
  'a filter': (at) => [
    {
      dataRoomId: idOf(at),
      status: ['open', 'done'],
      createdAfter: new Date(1.76e12 + at),
      text: `Annual report ${at}`,
    },
  ],
  'fifty ids': (at) => [Array.from({ length: 50 }, (_, next) => idOf(at + next))],
};

interface Contestant {
  readonly label: string;
  readonly keyOf: (args: readonly unknown[]) => string;
}

const json: Contestant = { label: '`JSON.stringify(args)`', keyOf: (args) => JSON.stringify(args) };
const contestants: readonly Contestant[] = [
  json,
  { label: 'ours', keyOf: encodeArguments },
  { label: "cacheable's `wrap`", keyOf: (args) => hasher.hashSync(args) },
  { label: "`args.join(':')`", keyOf: (args) => args.join(':') },
];

export async function keys(): Promise<string> {
  const heads = ['', ...contestants.map(({ label }) => label), 'ours, times as long as JSON', 'and with a look-up'];
  const rows = Object.entries(lists).map(([name, make]) => {
    const alone = measured(make, (key) => key);
    const places = new Map<string, number>();
    const looked = measured(make, (key) => places.get(`dataroom:FileService.read:${key}`));
    return [name, ...alone.map(time), share(ratio(alone)), share(ratio(looked))];
  });
  return `### The text of the arguments\n\n${table(heads, rows)}\n${remark}\n`;
}

const remark = `\`JSON.stringify\` is the fastest of the keys that hold any arguments, and takes \`undefined\`, \`null\` and \`NaN\` for one,
a Date for its text, and a Map for a Set. cacheable hashes that text to 32 bits that anybody can aim at: \`['ab']\` and \`['bA']\`
have the same key. bentocache, and Nest's own cache, build no key of arguments. A join is no key, but nothing can be
quicker. The last column has a look-up of the whole key in a Map in it, for which a new text is hashed.`;

function measured(make: (at: number) => unknown[], use: (key: string) => unknown): number[][] {
  let args: unknown[][] = [];
  const refresh = (): void => void (args = Array.from({ length: some }, (_, at) => make(at)));
  refresh();
  const works = contestants.map(
    ({ keyOf }): Work =>
      (at) =>
        use(keyOf(args[at % some] as unknown[])),
  );
  return inTurn(works, refresh);
}

function ratio([theirs, ours]: readonly number[][]): Spread {
  return ratioOf(ours as number[], theirs as number[]);
}

function share({ low, median, high }: Spread): string {
  return `**${median.toFixed(2)}** (${low.toFixed(2)} to ${high.toFixed(2)})`;
}
