import { QueryFailedError } from 'typeorm';

const unique = { postgres: '23505', sqlite: 'UNIQUE constraint failed' };
const foreignKey = { postgres: '23503', sqlite: 'FOREIGN KEY constraint failed' };

export const isUniqueViolation = (error: unknown): boolean => violates(unique, error);

/** The row referred to is gone, or something still refers to the row that was to go. */
export const isForeignKeyViolation = (error: unknown): boolean => violates(foreignKey, error);

function violates(constraint: typeof unique, error: unknown): boolean {
  if (!(error instanceof QueryFailedError)) return false;
  return Reflect.get(error.driverError, 'code') === constraint.postgres || error.message.includes(constraint.sqlite);
}
