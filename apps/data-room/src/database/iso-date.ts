import type { ColumnOptions } from 'typeorm';

/** A moment, kept as ISO text: both databases hold it to the millisecond, in one time zone, and sort it by time. */
export const isoDate: ColumnOptions = {
  type: 'varchar',
  length: 24,
  transformer: {
    to: (moment: unknown) => (moment instanceof Date ? moment.toISOString() : moment),
    from: (text: string) => new Date(text),
  },
};
