// The sources against the rules of the house, and each rule against a tree that breaks it.
import {
  adaptersHaveFewPackages,
  filesAreShort,
  filesSayWhatTheyAre,
  importsGoDownwards,
  noImportCycles,
  noWayAroundTheCompiler,
  nothingBelowNestLogs,
  relativeImportsEndInJs,
  timeAndChanceComeThroughPorts,
  type Rule,
} from './rules.js';
import { plant, sourcesOf } from './source-tree.js';

/** Files that may be longer than 250 lines: path → reason. */
const longFiles: Record<string, string> = {};

const library = sourcesOf('libs/cache/src');
const products = [...library, ...sourcesOf('apps')];

describe('the sources', () => {
  it.each<[string, Rule, typeof library]>([
    ['import downwards only', importsGoDownwards, products],
    ['import no more external packages than their layer may', adaptersHaveFewPackages, library],
    ['of the library import in no circle', noImportCycles, library],
    ['name relative imports with their ending', relativeImportsEndInJs, products],
    ['get time, chance and ids through ports in coherence and core', timeAndChanceComeThroughPorts, library],
    ['log nothing and ask no wall clock below nest', nothingBelowNestLogs, library],
    ['of the library say what they are', filesSayWhatTheyAre, library],
    ['leave no way around the compiler', noWayAroundTheCompiler, products],
    ['stay below 250 lines, or are listed with a reason', filesAreShort(250, longFiles), products],
  ])('%s', (_, rule, tree) => {
    expect(tree.length).toBeGreaterThan(0);
    expect(rule(tree)).toEqual([]);
  });
});

describe('the rule about layers', () => {
  it.each([
    ['coherence/a.ts', "import { x } from '../core/x.js'"],
    ['coherence/a.ts', "import type { X } from '../core/x.js'"],
    ['coherence/a.ts', "let x: import('../core/x.js').X"],
    ['coherence/a.ts', "import { join } from 'node:path'"],
    ['core/a.ts', "export * from '../typeorm/x.js'"],
    ['core/a.ts', "import { DataSource } from 'typeorm'"],
    ['core/a.ts', "await import('../nest/x.js')"],
    ['core/a.ts', "await import('lru-' + 'cache')"],
    ['redis/a.ts', "import { x } from '../typeorm/x.js'"],
    ['typeorm/a.ts', "import pg from 'pg'"],
    ['typeorm/a.ts', "import { Injectable } from '@nestjs/common'"],
    ['observability/a.ts', "import x = require('@nestjs/common')"],
    ['observability/one/a.ts', "import { x } from '../other/x.js'"],
    ['observability/a.ts', "import { x } from './one/x.js'"],
    ['prometheus.ts', "export { Counter } from 'prom-client'"],
    ['exporter.ts', "export { a } from './nest/a.js'"],
    ['nest/a.ts', "import { x } from '../index.js'"],
    ['nest/a.ts', "import { x } from '../../../../apps/data-room/src/x.js'"],
    ['nest/a.ts', "import { x } from '../../../../test/support/x.js'"],
    ['nest/a.ts', "import { x } from '@data-room/cache'"],
    ['index.ts', "export { Redis } from 'ioredis'"],
    ['helpers/a.ts', ''],
  ])('refuses in %s: %s', (path, text) => {
    expect(importsGoDownwards(plant({ [`libs/cache/src/${path}`]: text }))).toHaveLength(1);
  });

  it.each([
    ["import { x } from '@data-room/cache/core/x.js'"],
    ["import { x } from '@data-room/cache/nest'"],
    ["import { x } from '../../../libs/cache/src/index.js'"],
    ["import { x } from '../../../bench/x.js'"],
  ])('refuses in an application: %s', (text) => {
    expect(importsGoDownwards(plant({ 'apps/data-room/src/a.ts': text }))).toHaveLength(1);
  });

  it('lets pass what DESIGN allows', () => {
    const tree = plant({
      'libs/cache/src/coherence/a.ts': "import { b } from './b.js'",
      'libs/cache/src/core/a.ts':
        "import 'node:util'; import { LRUCache } from 'lru-cache'; import '../coherence/a.js'",
      'libs/cache/src/typeorm/a.ts': "import { DataSource } from 'typeorm'; import '../core/a.js'",
      'libs/cache/src/nest/a.ts': "import { Module } from '@nestjs/common'; import '../typeorm/a.js'; import 'rxjs'",
      'libs/cache/src/index.ts': "export { a } from './nest/a.js'",
      'libs/cache/src/observability/one/a.ts': "import 'one'; import '../readings.js'; import '../../core/a.js'",
      'libs/cache/src/prometheus.ts': "export { a } from './observability/one/a.js'",
      'apps/data-room/src/a.ts': "import { Cached } from '@data-room/cache'; import './users/user.js'",
      'apps/data-room/src/b.ts': "import { a } from '@data-room/cache/prometheus'",
    });

    expect(importsGoDownwards(tree)).toEqual([]);
  });
});

describe('each other rule can fail:', () => {
  it.each<[string, Rule, Record<string, string>, string]>([
    [
      'a second package',
      adaptersHaveFewPackages,
      { 'typeorm/a.ts': "import 'typeorm'; import 'node:net'", 'typeorm/b.ts': "import 'typeorm/x'; import '@a/b/c'" },
      'typeorm imports typeorm and @a/b',
    ],
    [
      'a third package',
      adaptersHaveFewPackages,
      { 'redis/a.ts': "import 'ioredis'; import '@a/b/c'; import 'd/e'" },
      'redis imports ioredis and @a/b and d',
    ],
    [
      'a second package of an exporter',
      adaptersHaveFewPackages,
      {
        'observability/one/a.ts': "import 'one'",
        'observability/one/b.ts': "import 'two'",
        'observability/c/a.ts': "import 'three'",
      },
      'observability/one imports one and two',
    ],
    [
      'a circle',
      noImportCycles,
      {
        'core/a.ts': "import './b.js'",
        'core/b.ts': "import './c.js'",
        'core/c.ts': "import type { X } from './b.js'",
      },
      'libs/cache/src/core/b.ts → libs/cache/src/core/c.ts → libs/cache/src/core/b.ts',
    ],
    ['no ending', relativeImportsEndInJs, { 'core/a.ts': "export * from './b'" }, '… imports ./b without its ending'],
    ['a wall clock', timeAndChanceComeThroughPorts, { 'core/a.ts': 'const at = Date.now()' }, '… uses Date.now'],
    ['a date', timeAndChanceComeThroughPorts, { 'core/a.ts': 'const at = new Date()' }, '… uses new Date()'],
    [
      'a clock',
      timeAndChanceComeThroughPorts,
      { 'core/a.ts': 'const { now } = { now: performance.now }' },
      '… uses performance.now',
    ],
    ['dice', timeAndChanceComeThroughPorts, { 'core/a.ts': 'globalThis.Math.random()' }, '… uses Math.random'],
    ['a timer', timeAndChanceComeThroughPorts, { 'core/a.ts': 'setTimeout(f, 1)' }, '… uses setTimeout'],
    [
      'an imported timer',
      timeAndChanceComeThroughPorts,
      { 'core/a.ts': "import 'node:timers/promises'" },
      '… imports node:timers/promises',
    ],
    ['an id', timeAndChanceComeThroughPorts, { 'core/a.ts': 'crypto.randomUUID()' }, '… uses crypto.randomUUID'],
    ['a logger', nothingBelowNestLogs, { 'core/a.ts': 'new Logger()' }, '… uses Logger'],
    ['a console', nothingBelowNestLogs, { 'core/a.ts': 'const { log } = console' }, '… uses console'],
    ['an any', noWayAroundTheCompiler, { 'core/a.ts': 'let x: any[]' }, '… says any'],
    ['a gag', noWayAroundTheCompiler, { 'core/a.ts': 'f(\n  // @ts-ignore\n  1)' }, '… says @ts-ignore'],
    ['a lint gag', noWayAroundTheCompiler, { 'core/a.ts': 'f() // oxlint-disable-line' }, '… says oxlint-disable'],
    [
      'silence',
      filesSayWhatTheyAre,
      { 'core/a.ts': 'import "x";\n/** Not exported. */\nconst a = 1;\nexport const b = a;' },
      '… neither opens with a comment nor documents an export',
    ],
    ['length', filesAreShort(2, {}), { 'core/a.ts': '1\n2\n3\n' }, '… is longer than 2 lines'],
    [
      'a permission without use',
      filesAreShort(3, { 'libs/cache/src/core/a.ts': 'was long once' }),
      { 'core/a.ts': '1\n2\n3\n' },
      '… is allowed to be long and is not',
    ],
  ])('%s', (_, rule, texts, sentence) => {
    const paths = Object.entries(texts).map(([path, text]) => [`libs/cache/src/${path}`, text]);

    const complaints = rule(plant(Object.fromEntries(paths)));

    expect(new Set(complaints)).toEqual(new Set([sentence.replace('…', 'libs/cache/src/core/a.ts')]));
  });

  it('but none is against the real clock, a name that only looks like a timer, or a documented export', () => {
    const tree = plant({
      'libs/cache/src/core/system-clock.ts': '/** Time. */\nexport const now = () => performance.now();',
      'libs/cache/src/core/a.ts':
        '// An a.\nclass A { setTimeout() { return this.clock.now() } }\nnew A().setTimeout(); new Date(0)',
    });

    for (const rule of [timeAndChanceComeThroughPorts, nothingBelowNestLogs, filesSayWhatTheyAre])
      expect(rule(tree)).toEqual([]);
  });
});
