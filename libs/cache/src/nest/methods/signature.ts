/**
 * What the decorators read from the method that they stand on. The method is inferred whole, from its descriptor: inferring
 * parameters and result one by one fails for optional parameters and for callbacks that take only some of them.
 */
export type AsyncMethod = (...args: never[]) => Promise<unknown>;

export type ArgumentsOf<F> = F extends (...args: infer A) => unknown ? A : never;

export type ResultOf<F> = F extends (...args: never[]) => Promise<infer R> ? R : never;
