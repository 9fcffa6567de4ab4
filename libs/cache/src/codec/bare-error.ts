import { leaves } from '../core/copy/builtin-recipe.js';

/** A new error has a stack of its own, and the one that was written may have had none. */
export function bareError(): object {
  const error = leaves.error.shell({});
  for (const key of Reflect.ownKeys(error)) Reflect.deleteProperty(error, key);
  return error;
}
