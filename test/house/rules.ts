// The rules of the house about sources. Each takes a tree and gives the sentences it has against it; none is none.
import ts from 'typescript';
import { commentsOf, nodesOf, type Source } from './source-tree.js';

export type Rule = (tree: readonly Source[]) => string[];

const library = 'libs/cache/src/';

/** What a layer may import: layers of the library, and packages (`node:` builtins and `*` are kinds of packages). */
interface Layer {
  readonly layers: readonly string[];
  readonly packages: readonly string[];
  /** How many packages the folder may import in all, Node's own not counted. */
  readonly atMost: number;
  /** Each folder within is an adapter of its own, which imports no other and is counted by itself. */
  readonly apart?: boolean;
}
const adapter = { layers: ['coherence', 'core'], packages: ['node:', '*'], atMost: 1 };
const layers: Record<string, Layer> = {
  coherence: { layers: [], packages: [], atMost: 0 },
  core: { layers: ['coherence'], packages: ['node:', 'lru-cache'], atMost: 1 },
  // cache-manager-ioredis-yet has no connection of its own: the store wraps the client that ioredis makes
  redis: { ...adapter, atMost: 2 },
  typeorm: { ...adapter, packages: ['node:', 'typeorm'] },
  codec: { ...adapter, packages: ['node:'], atMost: 0 },
  observability: { ...adapter, apart: true },
  nest: {
    layers: ['coherence', 'core', 'redis', 'typeorm', 'codec', 'observability'],
    packages: ['node:', '*', '@nestjs/'],
    atMost: Infinity,
  },
};

/** The public face: what `@data-room/cache` and `@data-room/cache/…` lead to. */
export const entrances = ['index.ts', 'opentelemetry.ts', 'prometheus.ts', 'terminus.ts'];
for (const name of entrances) {
  const below = ['coherence', 'core', 'redis', 'typeorm', 'codec', 'observability', 'nest'];
  layers[name] = { layers: below, packages: [], atMost: 0 };
}

export const importsGoDownwards: Rule = (tree) =>
  tree.flatMap((source) => (isOfLibrary(source) ? againstLayers(source) : againstApplication(source)));

function againstLayers({ path, imports }: Source): string[] {
  const layer = layers[layerOf(path)];
  if (!layer) return [`${path} belongs to no layer`];
  return imports.flatMap(({ specifier, target }) => {
    if (specifier === undefined) return [`${path} imports something computed`];
    if (target === undefined) return mayImport(layer, specifier) ? [] : [`${path} imports ${specifier}`];
    if (!target.startsWith(library)) return [`${path} imports ${target}, outside the library`];
    const other = layerOf(target);
    const isWithin = other === layerOf(path) && !(layer.apart && areApart(path, target));
    return isWithin || layer.layers.includes(other) ? [] : [`${path} imports ${target}, not below it`];
  });
}

function mayImport(layer: Layer, specifier: string): boolean {
  if (specifier.startsWith('node:')) return layer.packages.includes('node:');
  if (specifier.startsWith('@nestjs/')) return layer.packages.includes('@nestjs/');
  if (specifier.startsWith('@data-room/')) return false;
  return layer.packages.includes('*') || layer.packages.includes(packageOf(specifier));
}

function againstApplication({ path, imports }: Source): string[] {
  const root = path.split('/').slice(0, 2).join('/');
  return imports.flatMap(({ specifier, target }) => {
    if (specifier === undefined) return [`${path} imports something computed`];
    if (target !== undefined)
      return target.startsWith(`${root}/`) ? [] : [`${path} imports ${target}, outside ${root}`];
    const [, inside] = /^(?:@data-room\/cache|libs)\/(.*)/.exec(specifier) ?? [];
    const around = inside !== undefined && !entrances.includes(`${inside}.ts`);
    return around ? [`${path} imports ${specifier}, none of the library's entrances`] : [];
  });
}

export const adaptersHaveFewPackages: Rule = (tree) => {
  const packages = new Map<string, Set<string>>();
  for (const { path, imports } of tree.filter(isOfLibrary))
    for (const { specifier, target } of imports)
      if (specifier !== undefined && target === undefined && !specifier.startsWith('node:'))
        packages.set(adapterOf(path), (packages.get(adapterOf(path)) ?? new Set()).add(packageOf(specifier)));
  return [...packages]
    .filter(([adapter, names]) => names.size > (layers[adapter.split('/')[0] ?? '']?.atMost ?? Infinity))
    .map(([adapter, names]) => `${adapter} imports ${[...names].join(' and ')}`);
};

export const noImportCycles: Rule = (tree) => {
  const targets = new Map(tree.map(({ path, imports }) => [path, imports.flatMap(({ target }) => target ?? [])]));
  const done = new Set<string>();
  const cycles: string[] = [];
  const follow = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
    if (trail.includes(path) || done.has(path)) return;
    for (const target of targets.get(path) ?? []) follow(target, [...trail, path]);
    done.add(path);
  };
  for (const path of targets.keys()) follow(path, []);
  return cycles;
};

export const relativeImportsEndInJs: Rule = (tree) =>
  tree.flatMap(({ path, imports }) =>
    imports
      .filter(({ specifier }) => specifier?.startsWith('.') && !/\.(js|json)$/.test(specifier))
      .map(({ specifier }) => `${path} imports ${specifier} without its ending`),
  );

/** The files that are the real clock and the real dice; everything else gets them through a port. */
const realPorts = [`${library}core/system-clock.ts`];
const timeAndChance = ['Date.now', 'performance.now', 'Math.random', 'setTimeout', 'setInterval', 'setImmediate'];
const ids = ['randomUUID', 'randomBytes', 'randomInt', 'getRandomValues'];

export const timeAndChanceComeThroughPorts: Rule = (tree) =>
  tree
    .filter(({ path }) => ['coherence', 'core'].includes(layerOf(path)) && !realPorts.includes(path))
    .flatMap((source) => [
      ...uses(source, (name) => timeAndChance.includes(name) || ids.includes(name.split('.').at(-1) ?? '')),
      ...nodesOf(source.file)
        .filter((node) => ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length)
        .map(() => `${source.path} uses new Date()`),
      ...source.imports
        .filter(({ specifier }) => /^(node:)?(timers|perf_hooks)/.test(specifier ?? ''))
        .map(({ specifier }) => `${source.path} imports ${specifier}`),
    ]);

export const nothingBelowNestLogs: Rule = (tree) =>
  tree
    .filter((source) => isOfLibrary(source) && layerOf(source.path) !== 'nest')
    .flatMap((source) =>
      uses(
        source,
        (name) =>
          name === 'Date.now' ||
          /^console\b/.test(name) ||
          /(^|\.)Logger$/.test(name) ||
          name.startsWith('process.std'),
      ),
    );

export const filesSayWhatTheyAre: Rule = (tree) =>
  tree.filter(isOfLibrary).flatMap(({ path, text, file }) => {
    const opens = (ts.getLeadingCommentRanges(text, 0) ?? []).length > 0;
    const documented = file.statements.some(
      (statement) => isExported(statement) && ts.getJSDocCommentsAndTags(statement).length > 0,
    );
    return opens || documented ? [] : [`${path} neither opens with a comment nor documents an export`];
  });

export const noWayAroundTheCompiler: Rule = (tree) =>
  tree.flatMap((source) => [
    ...nodesOf(source.file)
      .filter((node) => node.kind === ts.SyntaxKind.AnyKeyword)
      .map(() => `${source.path} says any`),
    ...commentsOf(source)
      .flatMap((comment) => comment.match(/@ts-(ignore|nocheck|expect-error)|(eslint|oxlint)-disable/)?.[0] ?? [])
      .map((word) => `${source.path} says ${word}`),
  ]);

/** `allowed` names the files that may be longer, each with its reason. */
export const filesAreShort =
  (limit: number, allowed: Readonly<Record<string, string>>): Rule =>
  (tree) => {
    const long = tree.filter(({ text }) => text.trimEnd().split('\n').length > limit).map(({ path }) => path);
    return [
      ...long.filter((path) => !(path in allowed)).map((path) => `${path} is longer than ${limit} lines`),
      ...Object.keys(allowed)
        .filter((path) => !long.includes(path))
        .map((path) => `${path} is allowed to be long and is not`),
    ];
  };

function uses({ path, file }: Source, isForbidden: (name: string) => boolean): string[] {
  return nodesOf(file)
    .filter((node) => ts.isPropertyAccessExpression(node) || (ts.isIdentifier(node) && !isPropertyName(node)))
    .map((node) => node.getText().replace(/^globalThis\./, ''))
    .filter(isForbidden)
    .map((name) => `${path} uses ${name}`);
}

/** The `now` of `clock.now`, of `{ now: … }` and of `now() { … }` is a name, not a use. */
function isPropertyName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return true;
  return (
    (ts.isPropertyAssignment(parent) || ts.isClassElement(parent) || ts.isTypeElement(parent)) && parent.name === node
  );
}

function isExported(statement: ts.Statement): boolean {
  if (ts.isExportDeclaration(statement) || ts.isExportAssignment(statement)) return true;
  return (
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  );
}

function isOfLibrary({ path }: Source): boolean {
  return path.startsWith(library);
}

/** `libs/cache/src/core/key.ts` → `core`; the index is a layer of its own. */
function layerOf(path: string): string {
  return path.startsWith(library) ? (path.slice(library.length).split('/')[0] ?? '') : '';
}

/** The folder within a layer whose folders stand apart, else the layer. */
function adapterOf(path: string): string {
  const layer = layerOf(path);
  return layers[layer]?.apart ? path.slice(library.length).split('/').slice(0, -1).join('/') : layer;
}

/** What stands beside the adapters is for all of them. */
function areApart(path: string, target: string): boolean {
  return adapterOf(path) !== adapterOf(target) && adapterOf(target) !== layerOf(target);
}

/** `@scope/name/deep` → `@scope/name`. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
