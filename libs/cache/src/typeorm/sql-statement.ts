/**
 * What a text of SQL does to transactions and tables, as far as its words tell. It errs on one side only: a read may be taken
 * for a write of every table it names, a write is never taken for a read, but for functions that write when selected.
 */
export interface Statement {
  /** `retreat`: back to a savepoint, in a transaction that goes on. */
  readonly kind: 'read' | 'write' | 'begin' | 'commit' | 'rollback' | 'retreat' | 'other';
  /** The end of a transaction that begins the next one. */
  readonly chains: boolean;
  /** Lower-cased names and words outside literals and comments: any of them may be a table. */
  readonly words: ReadonlySet<string>;
  /** Rows may go: what the database cascades to goes with them. */
  readonly removes: boolean;
  /** TRUNCATE … CASCADE: the rows of every table that refers to this one go, whatever its foreign key says. */
  readonly empties: boolean;
  /** An INSERT that may turn into an UPDATE of rows nobody has announced. */
  readonly upserts: boolean;
  /** It runs code whose tables are not in its text. */
  readonly opaque: boolean;
}

/** A text on its way to the database. */
export interface Passage {
  readonly sql: string;
  /** It was built by TypeORM, which announces what it builds. */
  readonly structured: boolean;
  readonly run: () => Promise<unknown>;
}

const remembered = 1_000;
/** Longer texts carry their data with them and are not repeated: remembering them would be keeping the data. */
const longestRemembered = 4_096;
const known = new Map<string, readonly Statement[]>();

/** The statements of a text; most texts are one. Remembered, because an application has few texts and repeats them. */
export function statementsOf(sql: string): readonly Statement[] {
  let statements = known.get(sql);
  if (statements !== undefined) return statements;
  statements = skeletonOf(sql)
    .split(';')
    .filter((part) => part.trim() !== '')
    .map(statementOf);
  if (sql.length > longestRemembered) return statements;
  if (known.size >= remembered) known.delete(known.keys().next().value!);
  known.set(sql, statements);
  return statements;
}

/** Names and words as they stand in a text: any of them may be a table, or a part of its name. */
export function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}_][\p{L}\p{N}_$-]*/gu));
}

/** Comments to the end of the line and of a block, "names", E'' strings, plain strings, dollar-quoted strings. */
const unspoken =
  /(--[^\n]*|\/\*[^]*?\*\/)|("[^"]*")|\be'[^'\\]*(?:(?:\\[^]|'')[^'\\]*)*'|'[^']*'|\$([\p{L}_][\p{L}\p{N}_]*)?\$[^]*?\$\3\$/giu;

/** The text without what is between quotes and in comments. Quoted names stay: they may be tables. */
function skeletonOf(sql: string): string {
  return sql.replace(unspoken, (_match, comment?: string, name?: string) => {
    if (comment !== undefined) return ' ';
    return name === undefined ? ' ? ' : name.replaceAll(';', ' ');
  });
}

const writing = /^(?:insert|update|delete|merge|truncate|replace|copy|alter|drop|refresh)$/;
/** What neither writes rows nor ends a transaction. A word that is missing here is taken for one that does anything. */
const harmless =
  /^(?:set|show|reset|savepoint|release|listen|unlisten|notify|create|comment|grant|revoke|lock|declare|fetch|move|close|prepare|deallocate|discard|analyze|vacuum|reindex|cluster|checkpoint|load|security|import|pragma|attach|detach)$/;
const reading = /^(?:select|with|values|table|explain)$/;
const removing = /\b(?:delete|truncate|merge|replace|drop)\b/;
/** `for update` only locks. */
const dataModifying = /\b(?:insert|delete|merge)\b|(?<!\bfor\s+(?:no\s+key\s+)?)\bupdate\b/;
const partial = /^rollback\s+(?:(?:work|transaction)\s+)?to\b/;
const chaining = /\band\s+chain\b/;

function statementOf(text: string): Statement {
  const lower = text.trim().toLowerCase();
  const words = wordsOf(lower);
  const kind = kindOf(lower);
  return {
    kind,
    chains: (kind === 'commit' || kind === 'rollback') && chaining.test(lower),
    words,
    removes: removing.test(lower),
    empties: words.has('truncate') && words.has('cascade'),
    upserts: words.has('insert') && (words.has('replace') || (words.has('conflict') && words.has('update'))),
    opaque: kind === 'write' && !writing.test(firstWordOf(lower)) && !reading.test(firstWordOf(lower)),
  };
}

function firstWordOf(lower: string): string {
  return /^[\s(]*([a-z]+)/.exec(lower)?.[1] ?? '';
}

function kindOf(lower: string): Statement['kind'] {
  const first = firstWordOf(lower);
  if (first === 'begin' || /^start\s+transaction\b/.test(lower)) return 'begin';
  // What was prepared may have been prepared by anybody, a long time ago: it may change anything.
  if (/^commit\s+prepared\b/.test(lower)) return 'write';
  if (/^rollback\s+prepared\b/.test(lower)) return 'other';
  if (first === 'end' || first === 'commit' || /^prepare\s+transaction\b/.test(lower)) return 'commit';
  if (partial.test(lower)) return 'retreat';
  if (first === 'abort' || first === 'rollback') return 'rollback';
  if (reading.test(first)) return first !== 'select' && dataModifying.test(lower) ? 'write' : 'read';
  return harmless.test(first) ? 'other' : 'write';
}
