import { MigrationExecutor, type DataSource } from 'typeorm';

const lockNumber = 7_214_480;

/** Brings the schema up to date, in one transaction and one process at a time: the others wait and find it done. */
export async function migrate(dataSource: DataSource): Promise<void> {
  const queryRunner = dataSource.createQueryRunner();
  try {
    // On the embedded database the transaction itself is the lock.
    await queryRunner.startTransaction();
    if (dataSource.options.type === 'postgres') {
      await queryRunner.query('SELECT pg_advisory_xact_lock($1)', [lockNumber]);
    }
    await new MigrationExecutor(dataSource, queryRunner).executePendingMigrations();
    await queryRunner.commitTransaction();
  } catch (error) {
    if (queryRunner.isTransactionActive) await queryRunner.rollbackTransaction();
    throw error;
  } finally {
    await queryRunner.release();
  }
}
