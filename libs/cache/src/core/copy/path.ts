/** The way from a value to a place inside it, as text: `result.items[3].owner`. */

/** Steps of a path that are not property names. */
export const KEYS = Symbol('.keys()');
export const VALUES = Symbol('.values()');
export const CRAFTED = Symbol('.toCache()');
export type Step = string | number | symbol;

const PLAIN_NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
const LONGEST_NAME = 40;
const MOST_STEPS = 20;

/** Long paths lose their middle: a list of a thousand links is no help in a log. */
export function pathOf(root: string, steps: readonly Step[]): string {
  if (steps.length <= MOST_STEPS) return root + steps.map(written).join('');
  const half = MOST_STEPS / 2;
  return `${root}${steps.slice(0, half).map(written).join('')}…${steps.slice(-half).map(written).join('')}`;
}

function written(step: Step): string {
  if (step === KEYS || step === VALUES || step === CRAFTED) return step.description as string;
  if (typeof step !== 'string') return `[${String(step)}]`;
  const name = step.length > LONGEST_NAME ? `${step.slice(0, LONGEST_NAME)}…` : step;
  return PLAIN_NAME.test(step) ? `.${name}` : `[${JSON.stringify(name)}]`;
}
