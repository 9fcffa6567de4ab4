// What options say of the times of single types of tags and of single methods.
import type { Ttls } from '../../core/ttls.js';
import { duration } from './setting-kinds.js';
import { understood, type Environment, type Kind } from './setting.js';

/** Of each variable that begins with it the rest is a type. */
const family = 'CACHE_TTL_';

const nameless: Kind<never> = {
  parse: () => undefined,
  wanted: 'followed by a type of tags, as in CACHE_TTL_FOLDER',
};

const timesByName: Kind<readonly [string, unknown][]> = {
  parse(value) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const times = Object.entries(value);
    // A whole tag, or the tag of a key, would be the type of none.
    return times.every(([name]) => /^[^\s:*=]+$/.test(name)) ? times : undefined;
  },
  wanted: "types of tags or names of methods with their times, such as { folder: '1m', 'FolderService.contents': 30 }",
};

/** What the options say of a type comes before what the environment says of it. */
export function ttlsFrom(options: unknown, environment: Environment): Ttls {
  const variables = Object.entries(environment).filter(([variable]) => variable.startsWith(family));
  const ofVariables = variables.map(([by, value]) => {
    const type = by.slice(family.length);
    return [type, understood({ by, isOption: false, value }, type === '' ? nameless : duration)] as const;
  });
  const times = understood({ by: 'ttls', isOption: true, value: options }, timesByName) ?? [];
  const ofOptions = times.map(
    ([name, value]) => [name, understood({ by: `ttls.${name}`, isOption: true, value }, duration)] as const,
  );
  return new Map([...shortest(ofVariables), ...shortest(ofOptions)]);
}

/** Of names that differ in nothing but case the shortest time counts, as it does of several types. */
function shortest(told: readonly (readonly [string, number | undefined])[]): Map<string, number> {
  const ttls = new Map<string, number>();
  for (const [name, ms] of told) {
    const type = name.toLowerCase();
    if (ms !== undefined) ttls.set(type, Math.min(ms, ttls.get(type) ?? Infinity));
  }
  return ttls;
}
