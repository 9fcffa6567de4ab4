import type { DataSource } from 'typeorm';
import type { Tell } from '../core/events.js';
import { PostgresWitness } from './postgres-witness.js';
import { ProcessWitness } from './process-witness.js';
import type { TransactionWitness } from './witnesses.js';

/** The witness that fits the data source. */
export async function witnessOf(dataSource: DataSource, tell: Tell): Promise<TransactionWitness> {
  if (dataSource.options.type !== 'postgres') return ProcessWitness.create();
  const witness = new PostgresWitness(dataSource, tell);
  await witness.introduce();
  return witness;
}
