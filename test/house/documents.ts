// What the documents of the repository say, and what the sources say that the documents must know about.
import ts from 'typescript';
import { commentsOf, nodesOf, type Source } from './source-tree.js';

/** The text inside each fence of exactly this language, with the line on which the fence stands. */
export function codeBlocks(markdown: string, language: string): { line: number; text: string }[] {
  return [...markdown.matchAll(/^```(\S*)[^\n]*\n([^]*?)^```/gm)]
    .filter(([, named]) => named === language)
    .map((match) => ({ line: markdown.slice(0, match.index).split('\n').length, text: match[2] ?? '' }));
}

/** The variables of an `.env.example`, set or commented out, each with the comment above it. */
export function exampleVariables(text: string): Map<string, string> {
  const variables = new Map<string, string>();
  let comment: string[] = [];
  for (const line of text.split('\n')) {
    const name = /^#?\s*([A-Z][A-Z0-9_]*)=/.exec(line)?.[1];
    if (name) variables.set(name, comment.join(' '));
    if (name || line.trim() === '') comment = [];
    else if (line.startsWith('#')) comment.push(line.replace(/^#+\s*/, ''));
  }
  return variables;
}

const variableNames =
  /^(CACHE_[A-Z0-9_]+|REDIS_[A-Z0-9_]+|DATABASE_URL|STORAGE_DIR|JWT_SECRET|THROTTLE_LIMIT|ADMINISTRATORS|METRICS_TOKEN|PORT|HOST)$/;

/**
 * The environment variables that sources read: whatever is taken from `process.env`, and every name of the known shapes
 * that is a property or a string, because an environment is also passed on as an object and read by a table of names.
 */
export function variablesReadBy(sources: readonly Source[]): Set<string> {
  const names = sources.flatMap(({ file }) =>
    nodesOf(file).flatMap((node) => {
      const fromEnvironment = ts.isIdentifier(node) && isTakenFromProcessEnv(node);
      const isCandidate = ts.isStringLiteralLike(node) || (ts.isIdentifier(node) && isProperty(node));
      return fromEnvironment || (isCandidate && variableNames.test(node.text)) ? [node.text] : [];
    }),
  );
  return new Set(names);
}

/** `process.env.NAME` and `const { NAME } = process.env`. */
function isTakenFromProcessEnv(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent))
    return parent.name === node && parent.expression.getText() === 'process.env';
  if (!ts.isBindingElement(parent) || (parent.propertyName ?? parent.name) !== node) return false;
  const declaration = parent.parent.parent;
  return ts.isVariableDeclaration(declaration) && declaration.initializer?.getText() === 'process.env';
}

/** What sources know a variable by: `CACHE_TTL_` for `CACHE_TTL_FOLDER`, of which they read the whole family. */
export function knownBy(name: string, variables: ReadonlySet<string>): string {
  const isFamily = (known: string) => known.endsWith('_') && known !== name && name.startsWith(known);
  return variables.has(name) ? name : ([...variables].find(isFamily) ?? name);
}

function isProperty(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  return (
    ts.isPropertyAssignment(parent) ||
    ts.isPropertySignature(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isBindingElement(parent)
  );
}

/** The codes that a source of errors knows: its string literals that look like one. */
export function errorCodesOf(sources: readonly Source[]): Set<string> {
  const literals = sources.flatMap(({ file }) => nodesOf(file).filter(ts.isStringLiteralLike));
  return new Set(literals.map(({ text }) => text).filter((text) => /^CACHE_[A-Z0-9_]+$/.test(text)));
}

/** Every word of that shape in a text. */
export function words(text: string, shape: RegExp): Set<string> {
  return new Set(text.match(shape) ?? []);
}

/** The titles of tests and of the groups around them, `.each` and `.failing` included. */
export function testTitles(sources: readonly Source[]): string[] {
  return sources.flatMap(({ file }) =>
    nodesOf(file)
      .filter(ts.isCallExpression)
      .filter(({ expression }) => /^(it|test|describe)\b/.test(expression.getText()))
      .flatMap(({ arguments: [title] }) =>
        title && ts.isStringLiteralLike(title) ? [title.text] : textOfTemplate(title),
      ),
  );
}

function textOfTemplate(title: ts.Node | undefined): string[] {
  return title && ts.isTemplateExpression(title) ? [title.getText()] : [];
}

/** All that the comments of sources say. */
export function allComments(sources: readonly Source[]): string {
  return sources.flatMap(commentsOf).join('\n');
}

export function missingFrom(known: ReadonlySet<string>, wanted: Iterable<string>): string[] {
  return [...wanted].filter((name) => !known.has(name)).sort();
}
