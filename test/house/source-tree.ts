// A tree of TypeScript sources, parsed: from the disk, or planted by a test that shows that a rule can fail.
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';

export interface Import {
  /** As written; undefined when it is computed, so that nobody can tell where it leads. */
  readonly specifier: string | undefined;
  /** The path within the tree that a relative specifier leads to. */
  readonly target: string | undefined;
}

export interface Source {
  readonly path: string;
  readonly text: string;
  readonly file: ts.SourceFile;
  readonly imports: readonly Import[];
}

export const repository = join(import.meta.dirname, '../..');

/** The sources under these folders of the repository. */
export function sourcesOf(...folders: string[]): Source[] {
  const paths = folders.flatMap((folder) =>
    readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !path.includes('node_modules'))
      .map((path) => posix.join(folder, path)),
  );
  return plant(Object.fromEntries(paths.sort().map((path) => [path, readFileSync(join(repository, path), 'utf8')])));
}

/** A tree from paths and texts. */
export function plant(texts: Record<string, string>): Source[] {
  return Object.entries(texts).map(([path, text]) => {
    const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    return { path, text, file, imports: nodesOf(file).flatMap((node) => importsBy(node, path)) };
  });
}

/** Every node of a file, the file itself included. */
export function nodesOf(node: ts.Node): ts.Node[] {
  const nodes = [node];
  for (const child of node.getChildren()) nodes.push(...nodesOf(child));
  return nodes;
}

/** Every comment of a file, with its delimiters. */
export function commentsOf({ file, text }: Source): string[] {
  const found = new Map<number, string>();
  for (const node of nodesOf(file)) {
    const ranges = [
      ...(ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []),
      ...(ts.getTrailingCommentRanges(text, node.getEnd()) ?? []),
    ];
    for (const { pos, end } of ranges) found.set(pos, text.slice(pos, end));
  }
  return [...found.values()];
}

// Static, re-exporting, dynamic, type-only, `import('x').T` and require: all of them tie two files together.
function importsBy(node: ts.Node, from: string): Import[] {
  if (ts.isImportDeclaration(node)) return [leadingTo(node.moduleSpecifier, from)];
  if (ts.isExportDeclaration(node)) return node.moduleSpecifier ? [leadingTo(node.moduleSpecifier, from)] : [];
  if (ts.isImportTypeNode(node))
    return [leadingTo(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : node, from)];
  if (ts.isExternalModuleReference(node)) return [leadingTo(node.expression, from)];
  if (!ts.isCallExpression(node)) return [];
  const calls = node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText() === 'require';
  return calls ? [leadingTo(node.arguments[0], from)] : [];
}

function leadingTo(expression: ts.Node | undefined, from: string): Import {
  if (!expression || !ts.isStringLiteralLike(expression)) return { specifier: undefined, target: undefined };
  const specifier = expression.text;
  if (!specifier.startsWith('.')) return { specifier, target: undefined };
  return { specifier, target: posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts') };
}
