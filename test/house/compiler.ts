// What the compiler has to say, with the repository's own options, about files on disk or about texts that are on none.
import { join, relative } from 'node:path';
import ts from 'typescript';
import { repository } from './source-tree.js';

/** One sentence for each complaint: `path:line message`. `texts` stand over the disk, by path within the repository. */
export function complaints(paths: readonly string[], texts: Readonly<Record<string, string>> = {}): string[] {
  const options: ts.CompilerOptions = { ...repositoryOptions(), noEmit: true, incremental: false };
  const disk = ts.createCompilerHost(options);
  const textOf = (path: string) => texts[relative(repository, path)];
  const readFile = (path: string) => textOf(path) ?? disk.readFile(path);
  const host: ts.CompilerHost = {
    ...disk,
    readFile,
    fileExists: (path) => textOf(path) !== undefined || disk.fileExists(path),
    getSourceFile(path, languageVersion) {
      const text = readFile(path);
      return text === undefined ? undefined : ts.createSourceFile(path, text, languageVersion, true);
    },
  };
  const roots = [...paths, ...Object.keys(texts)].map((path) => join(repository, path));
  const program = ts.createProgram(roots, options, host);
  // What these files import is checked by the type check of the whole repository.
  return roots.flatMap((root) => ts.getPreEmitDiagnostics(program, program.getSourceFile(root))).map(sentence);
}

function repositoryOptions(): ts.CompilerOptions {
  const path = join(repository, 'tsconfig.json');
  const { config } = ts.readConfigFile(path, (file) => ts.sys.readFile(file));
  return ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, repository, {}, path).options;
}

function sentence({ file, start, messageText }: ts.Diagnostic): string {
  const message = ts.flattenDiagnosticMessageText(messageText, ' ');
  if (!file || start === undefined) return message;
  return `${relative(repository, file.fileName)}:${file.getLineAndCharacterOfPosition(start).line + 1} ${message}`;
}
