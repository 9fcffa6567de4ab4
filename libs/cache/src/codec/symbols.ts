/** The symbols that mean the same in every process. */
import { Sign } from './signs.js';

type Mark = readonly [sign: number, name: string];

const wellKnown = new Map<symbol, Mark>(
  Object.getOwnPropertyNames(Symbol).flatMap((name) => {
    const symbol: unknown = Reflect.get(Symbol, name);
    return typeof symbol === 'symbol' ? [[symbol, [Sign.wellKnownSymbol, name]] as const] : [];
  }),
);
const byName = new Map([...wellKnown].map(([symbol, [, name]]) => [name, symbol]));

/** Undefined for one that only this process has. */
export function markOf(symbol: symbol): Mark | undefined {
  const name = Symbol.keyFor(symbol);
  return name === undefined ? wellKnown.get(symbol) : [Sign.registeredSymbol, name];
}

export function symbolOf(sign: number, name: string): symbol | undefined {
  return sign === Sign.registeredSymbol ? Symbol.for(name) : byName.get(name);
}
