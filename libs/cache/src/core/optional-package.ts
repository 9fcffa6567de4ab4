// Packages that not everybody has: imported when they are needed, and told of in a sentence when they are missing.
import { CacheError } from './errors.js';

export interface OptionalPackage {
  readonly name: string;
  /** What to install: a name with a version. */
  readonly install: string;
  /** Who cannot do without it. */
  readonly neededBy: string;
}

export async function optionalPackage<T>(wanted: OptionalPackage, load: () => Promise<T>): Promise<T> {
  const { name, install, neededBy } = wanted;
  try {
    return await load();
  } catch (error) {
    if (missingAmong([name], error) === undefined) throw error;
    const sentence = `${neededBy} needs the package ${name}, which is not installed. Run npm install ${install}.`;
    throw new CacheError('CACHE_PACKAGE_MISSING', sentence, { cause: error });
  }
}

/** Which of these packages was not found; undefined: something else went wrong. */
export function missingAmong(names: readonly string[], error: unknown): string | undefined {
  const { code, message } = error as NodeJS.ErrnoException;
  if (!/MODULE_NOT_FOUND/.test(code ?? '')) return undefined;
  // Who wanted it stands behind, and may have a name of the kind itself.
  const [, wanted = ''] = /(?:package|module) '([^']*)'/.exec(message) ?? [];
  return names.find((name) => wanted.includes(name));
}
