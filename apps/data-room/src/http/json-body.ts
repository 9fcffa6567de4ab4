import { z } from 'zod';

/** A JSON object with these properties and no others. */
export const jsonBody = <S extends z.ZodRawShape>(shape: S) =>
  z.strictObject(shape, {
    error: ({ code }) =>
      code === 'invalid_type' ? 'The body must be a JSON object, sent with Content-Type: application/json.' : undefined,
  });

/** One in which every property may be left out, but not all of them. */
export const jsonChange = <S extends z.ZodRawShape>(shape: S) =>
  jsonBody(shape).refine((change) => Object.keys(change).length > 0, {
    error: `The body must have at least one of: ${Object.keys(shape).join(', ')}.`,
  });
