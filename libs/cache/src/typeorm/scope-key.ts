import { Column, Entity, PrimaryColumn, type EntityManager, type MigrationInterface, type QueryRunner } from 'typeorm';
import { scopePart, type Scope } from '../core/scope.js';
import { CacheTags } from './entity-tags.js';

/**
 * The secret of a scope. Who removes the row destroys every copy in Redis, in its snapshots and in its backups of what holds for
 * the scope, because nothing opens them any more; and since the row is an entity, what is in memory is dead with its commit.
 */
@CacheTags('scope')
@Entity('cache_scope_key')
export class CacheScopeKey {
  /** `dataroom=7`. */
  @PrimaryColumn({ type: 'text' })
  scope: string;

  /** In base64. */
  @Column({ type: 'text' })
  secret: string;
}

/** The table of the secrets, for the migrations of a data source. */
export class CacheScopeKeys1763600000002 implements MigrationInterface {
  readonly name = 'CacheScopeKeys1763600000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'CREATE TABLE IF NOT EXISTS cache_scope_key (scope text PRIMARY KEY NOT NULL, secret text NOT NULL)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS cache_scope_key');
  }
}

/** To be called in the transaction that removes what the scope is about: `removeScopeKey(manager, { dataroom: id })`. */
export async function removeScopeKey(manager: EntityManager, scope: Scope): Promise<void> {
  for (const [name, value] of Object.entries(scope)) {
    const key = await manager.findOneBy(CacheScopeKey, { scope: scopePart(name, value) });
    if (key !== null) await manager.remove(key);
  }
}
