import { describe, expect, it } from '@jest/globals';
import { statementsOf, type Statement } from '../../libs/cache/src/typeorm/sql-statement.js';

const kindsOf = (sql: string) => statementsOf(sql).map(({ kind }) => kind);

describe('what a text of SQL is', () => {
  it.each<[string, readonly Statement['kind'][]]>([
    ['SELECT * FROM note', ['read']],
    ['(SELECT 1) UNION (SELECT 2)', ['read']],
    ['WITH a AS (SELECT 1) SELECT * FROM a FOR UPDATE', ['read']],
    ['WITH a AS (SELECT 1) SELECT * FROM a FOR NO KEY UPDATE', ['read']],
    ['EXPLAIN SELECT 1', ['read']],
    ['EXPLAIN ANALYZE UPDATE note SET text = 1', ['write']],
    ['WITH a AS (UPDATE ONLY "my notes" AS n SET text = 1 RETURNING *) SELECT * FROM a', ['write']],
    ['WITH a AS (SELECT 1) INSERT INTO note SELECT * FROM a', ['write']],
    ['update note set text = $1', ['write']],
    ['/* from the audit */ UPDATE note SET text = $1', ['write']],
    ['-- from the audit\nDELETE FROM note', ['write']],
    ['/* a /* b */ c */ UPDATE note SET text = $1', ['write']],
    ['\n\t TRUNCATE note', ['write']],
    ['MERGE INTO note USING other ON true WHEN MATCHED THEN DELETE', ['write']],
    ['REFRESH MATERIALIZED VIEW note', ['write']],
    ['DO $$ BEGIN COMMIT; END $$', ['write']],
    ['CALL archive(1)', ['write']],
    ['EXECUTE prepared(1)', ['write']],
    ['GARBAGE', ['write']],
    ['BEGIN', ['begin']],
    ['/* a */ start transaction isolation level serializable', ['begin']],
    ['START REPLICA', ['write']],
    ['COMMIT', ['commit']],
    ['/* a */ COMMIT WORK;', ['commit']],
    ['END TRANSACTION', ['commit']],
    [`PREPARE TRANSACTION 'a'`, ['commit']],
    [`COMMIT PREPARED 'a'`, ['write']],
    [`ROLLBACK PREPARED 'a'`, ['other']],
    ['ROLLBACK', ['rollback']],
    ['ABORT', ['rollback']],
    ['ROLLBACK TO SAVEPOINT a', ['retreat']],
    ['rollback work to a', ['retreat']],
    ['SAVEPOINT a', ['other']],
    ['SET LOCAL statement_timeout = 1', ['other']],
    ['BEGIN; UPDATE note SET text = 1; COMMIT;', ['begin', 'write', 'commit']],
    [`SELECT ';'; SELECT $$;$$; SELECT ";"`, ['read', 'read', 'read']],
    [`SELECT E'\\';' ; UPDATE note SET text = ''`, ['read', 'write']],
    [`SELECT E'a''b\\';' ; UPDATE note SET text = ''`, ['read', 'write']],
    [`SELECT 1 AS "it's"; UPDATE note SET text = 'a'`, ['read', 'write']],
    [`SELECT '--'; UPDATE note SET text = '/*'; SELECT '*/'`, ['read', 'write', 'read']],
    [`SELECT 1 -- ' ; COMMIT\n; COMMIT`, ['read', 'commit']],
    [';;', []],
  ])('%s', (sql, kinds) => {
    expect(kindsOf(sql)).toEqual(kinds);
  });

  it.each(['COMMIT AND CHAIN', 'rollback work and chain'])('%s begins the next transaction', (sql) => {
    expect(statementsOf(sql)[0]?.chains).toBe(true);
  });

  it('has the names of tables among its words, and not what stands in literals and comments', () => {
    const [statement] = statementsOf(`UPDATE "App"."Note" SET text = 'folder' WHERE id = 1 /* room */ -- file`);

    expect([...statement!.words]).toEqual(expect.arrayContaining(['app', 'note', 'text']));
    for (const word of ['folder', 'room', 'file']) expect(statement!.words.has(word)).toBe(false);
  });

  it('may carry twenty megabytes in a literal', () => {
    const text = 'a'.repeat(20_000_000);

    expect(kindsOf(`UPDATE note SET text = '${text}'`)).toEqual(['write']);
    expect(kindsOf(`UPDATE note SET text = E'${text}'`)).toEqual(['write']);
    expect(kindsOf(`UPDATE note SET text = $$${text}$$`)).toEqual(['write']);
  });

  it('is taken apart in a time that does not explode with its length', () => {
    const began = performance.now();

    for (const part of [`'`, '$$', '/*', `E'`, '"', `''`, '\\'])
      statementsOf(`SELECT ${part.repeat(20_000)} FROM note`);

    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('is known by its words and flags when it empties tables or turns inserts into updates', () => {
    expect(statementsOf('TRUNCATE note CASCADE')[0]).toMatchObject({ removes: true, empties: true });
    expect(statementsOf('DELETE FROM note')[0]).toMatchObject({ removes: true, empties: false });
    expect(statementsOf('INSERT INTO note VALUES (1) ON CONFLICT DO UPDATE SET text = 1')[0]?.upserts).toBe(true);
    expect(statementsOf('INSERT INTO note VALUES (1) ON CONFLICT DO NOTHING')[0]?.upserts).toBe(false);
  });
});
