import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The folder of this file. The same source becomes an ES module, which has no `__dirname`, and a CommonJS one, which has no
 * `import.meta`; where it is called from is known to both.
 */
export function ownFolder(): string {
  const { stackTraceLimit } = Error;
  const prepare: unknown = Reflect.get(Error, 'prepareStackTrace');
  Error.prepareStackTrace = (_error, sites) => sites;
  Error.stackTraceLimit = 1;
  const [site] = new Error('where?').stack as unknown as readonly NodeJS.CallSite[];
  Reflect.set(Error, 'prepareStackTrace', prepare);
  Error.stackTraceLimit = stackTraceLimit;
  const file = site?.getFileName() ?? '';
  return dirname(file.startsWith('file:') ? fileURLToPath(file) : file);
}
