import { z } from 'zod';

/** A JSON object with these properties and no others. */
export const jsonBody = <S extends z.ZodRawShape>(shape: S) =>
  z.strictObject(shape, {
    error: ({ code }) =>
      code === 'invalid_type' ? 'The body must be a JSON object, sent with Content-Type: application/json.' : undefined,
  });
