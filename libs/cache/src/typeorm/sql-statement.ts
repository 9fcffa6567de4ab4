/**
 * What a text of SQL does to transactions and tables, as far as its words tell. It errs on one side only: a read may be taken
 * for a write of every table it names, a write is never taken for a read, but for functions that write when selected.
 */
export interface Statement {
  readonly kind: 'read' | 'write' | 'begin' | 'commit' | 'rollback' | 'other';
  /** Lower-cased names and words outside literals and comments: any of them may be a table. */
  readonly words: ReadonlySet<string>;
  /** Rows may go: what the database cascades to goes with them. */
  readonly removes: boolean;
  /** An INSERT that may turn into an UPDATE of rows nobody has announced. */
  readonly upserts: boolean;
  /** It runs code whose tables are not in its text. */
  readonly opaque: boolean;
}

const remembered = 1_000;
const known = new Map<string, readonly Statement[]>();

/** The statements of a text; most texts are one. Remembered, because an application has few texts and repeats them. */
export function statementsOf(sql: string): readonly Statement[] {
  let statements = known.get(sql);
  if (statements !== undefined) return statements;
  statements = skeletonOf(sql)
    .split(';')
    .filter((part) => part.trim() !== '')
    .map(statementOf);
  if (known.size >= remembered) known.delete(known.keys().next().value!);
  known.set(sql, statements);
  return statements;
}

/** E'' strings, plain strings, dollar-quoted strings, comments to the end of the line, block comments. */
const literals = /\be'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|\$([a-z_]\w*)?\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\//gi;

/** The text without what is between quotes and in comments. Quoted identifiers stay: they may be tables. */
function skeletonOf(sql: string): string {
  return sql.replace(literals, ' ? ');
}

const writing = ['insert', 'update', 'delete', 'merge', 'truncate', 'replace', 'copy', 'alter', 'drop', 'refresh'];
const running = ['call', 'do', 'execute'];
const removing = /\b(?:delete|truncate|merge|replace|drop)\b/;
const dataModifying =
  /\b(?:insert\s+into|update\s+(?:only\s+)?\S+\s+(?:as\s+\S+\s+|\S+\s+)?set|delete\s+from|merge\s+into)\b/;

const partial = /^rollback\s+(?:(?:work|transaction)\s+)?(?:to|prepared)\b/;

function statementOf(text: string): Statement {
  const lower = text.trim().toLowerCase();
  const words = new Set(lower.match(/[\p{L}_][\p{L}\p{N}_$-]*/gu) ?? []);
  return {
    kind: kindOf(lower),
    words,
    removes: removing.test(lower),
    upserts: words.has('insert') && (words.has('replace') || (words.has('conflict') && words.has('update'))),
    opaque: running.includes(firstWordOf(lower)),
  };
}

function firstWordOf(lower: string): string {
  return /^\(*\s*([a-z]+)/.exec(lower)?.[1] ?? '';
}

function kindOf(lower: string): Statement['kind'] {
  const first = firstWordOf(lower);
  if (writing.includes(first) || running.includes(first)) return 'write';
  if (first === 'begin' || /^start\s+transaction\b/.test(lower)) return 'begin';
  if (first === 'end' || (first === 'commit' && !/^commit\s+prepared\b/.test(lower))) return 'commit';
  if (/^prepare\s+transaction\b/.test(lower)) return 'commit';
  if (first === 'abort' || (first === 'rollback' && !partial.test(lower))) return 'rollback';
  if ((first === 'with' || first === 'explain') && dataModifying.test(lower)) return 'write';
  return ['select', 'with', 'values', 'table'].includes(first) ? 'read' : 'other';
}
