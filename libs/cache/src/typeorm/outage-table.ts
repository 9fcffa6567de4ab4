import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The rights to make the table are needed once, and to select, insert, update and delete from then on. */
export const createOutageTable = `CREATE TABLE IF NOT EXISTS cache_outage (
  fence text PRIMARY KEY,
  tags text NOT NULL,
  ref text NOT NULL,
  state text NOT NULL,
  changed text NOT NULL,
  entered_at timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP
)`;

/** The table of the outage record, for the migrations of a data source. */
export class CacheOutage1763600000001 implements MigrationInterface {
  readonly name = 'CacheOutage1763600000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(createOutageTable);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS cache_outage');
  }
}
