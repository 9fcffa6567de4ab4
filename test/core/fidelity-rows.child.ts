/** What becomes of each row in memory, and of what memory admits in Redis. */
import { changeOf } from '../codec/fidelity.js';
import { core, Source } from '../support/core.js';
import { difference } from './fidelity.js';
import { rows } from './fidelity-rows.js';

const outcomes: Record<string, { memory: string; redis: string }> = {};
for (const [name, make] of Object.entries(rows)) {
  const { reader, events } = core();
  const result = { held: make() };
  const source = new Source(() => result);
  await reader.read(source);
  const again = await reader.read(source);
  const refusal = events.find(({ kind }) => kind === 'refused');
  const refused = refusal === undefined ? undefined : String(Reflect.get(refusal, 'error'));
  const memory = source.loads === 1 ? (difference(result, again) ?? 'exact') : `refused: ${refused}`;
  outcomes[name] = { memory, redis: source.loads === 1 ? (changeOf(result) ?? 'exact') : memory };
}
process.stdout.write(JSON.stringify(outcomes));
