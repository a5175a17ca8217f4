import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

/** Imports point in a single direction. Each line has a folder and the folders that it may import. The first match counts. */
const DIRECTIONS: readonly (readonly [from: RegExp, to: RegExp])[] = [
  [/^lib\/core\//, /^lib\/core\//],
  [/^lib\/cloud\//, /^lib\/(core|cloud)\//],
  [/^lib\/emulator\//, /^lib\/emulator\//],
  [/^lib\/dispatch\//, /^lib\/(core|dispatch)\//],
  [/^lib\/undo\//, /^lib\/(core|undo)\//],
  // A table decides which fields a backup keeps. A sweep restores nothing.
  [
    /^lib\/sweep\//,
    /^lib\/(core|sweep|undo\/(field-table|pick-settings|backup-document|read-backup|renew-backup))(\/|\.ts$)/,
  ],
  [/^lib\/policy\//, /^lib\/(core|policy)\//],
  // Ids in an event are read by the same rules as ids in a policy.
  [/^lib\/event\//, /^lib\/(core|event|policy)\//],
  [/^lib\/report\//, /^lib\/(core|report)\//],
  [/^lib\/store\//, /^lib\/(core|store)\//],
  // A rehearsal is the whole product on the emulated cloud.
  [/^lib\/rehearse\//, /^lib\/(cloud|core|emulator|policy|rehearse|report|store|sweep|undo)\//],
  [/^lib\/wiring\//, /^lib\/(core|cloud|sweep|dispatch|report|store|wiring)\//],
  [/^lib\/cli\//, /^lib\/(cli|core|dispatch|emulator|policy|rehearse|report|store|sweep|undo|wiring)\//],
  [/^functions\//, /^(functions\/fc|lib\/(core|dispatch|event|policy|report|sweep|wiring))\//],
];

/** A person cannot survey a folder with more files at a glance. */
const FILES_MAX = 15;
/** Each page answers a question under a name that other pages and people link to, so pages stay at their place. */
const MAY_BE_FULL = new Set(['docs', 'docs/decisions']);

const SOURCES = ['functions', 'lib'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => path.endsWith('.ts')),
);

const importsOf = (path: string): readonly string[] =>
  [...readFileSync(path, 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, target = '']) =>
    relative('.', join(dirname(path), target)),
  );

const IMPORTS = new Map(SOURCES.map((path) => [path, importsOf(path)]));

/** The first cycle on a walk along the imports. Lists each file of the cycle, and the first file again at the end. */
function findCycle(graph: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]): readonly string[] => {
    const start = trail.indexOf(path);
    if (start !== -1) {
      return [...trail.slice(start), path];
    }
    if (done.has(path)) {
      return [];
    }
    for (const target of graph.get(path) ?? []) {
      const cycle = walk(target, [...trail, path]);
      if (cycle.length > 0) {
        return cycle;
      }
    }
    done.add(path);
    return [];
  };
  for (const path of graph.keys()) {
    const cycle = walk(path, []);
    if (cycle.length > 0) {
      return cycle;
    }
  }
  return [];
}

test('the checks below have sources', () => {
  expect(SOURCES.length).toBeGreaterThan(40);
  expect([...IMPORTS.values()].flat().length).toBeGreaterThan(100);
});

test.each(SOURCES)('%s imports only in the permitted direction', (path) => {
  const [, allowed] = DIRECTIONS.find(([from]) => from.test(path)) ?? [];
  const wrong = importsOf(path).filter((target) => !allowed?.test(target));
  expect(wrong).toEqual([]);
});

test('no file imports itself, directly or through other files, types included', () => {
  expect(findCycle(IMPORTS)).toEqual([]);
});

test('a cycle is found from any start', () => {
  const graph = new Map([
    ['a', ['b', 'c']],
    ['b', []],
    ['c', ['d']],
    ['d', ['b', 'c']],
  ]);
  expect(findCycle(graph)).toEqual(['c', 'd', 'c']);
});

test('the core reads no clock, environment or file', () => {
  const impure = /\b(Date\.now|new Date\(\)|process\.|Math\.random|setTimeout|node:(?!assert))/;
  const wrong = SOURCES.filter((path) => path.startsWith('lib/core/') && impure.test(readFileSync(path, 'utf8')));
  expect(wrong).toEqual([]);
});

test(`no folder has more than ${FILES_MAX} files`, () => {
  const folders = ['functions', 'lib', 'test', 'scripts', 'docs'].flatMap((top) => [
    top,
    ...readdirSync(top, { recursive: true, encoding: 'utf8' })
      .map((name) => join(top, name))
      .filter((path) => statSync(path).isDirectory()),
  ]);
  const full = folders.filter(
    (folder) =>
      !MAY_BE_FULL.has(folder) &&
      readdirSync(folder).filter((name) => statSync(join(folder, name)).isFile()).length > FILES_MAX,
  );
  expect(full).toEqual([]);
});

test('no two files of the product have the same name', () => {
  const names = SOURCES.map((path) => basename(path));
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test('only lib/cli/output.ts chooses the stream of a command and the format of its result', () => {
  const choice = /\b(stdin|stdout|stderr|toJsonLine)\b|\boptions\.json\b|\{[^}]*\bjson\b[^}]*\}: \w*Options\b/;
  // The start of the command line writes before and after any command.
  const chooser = /^lib\/cli\/((io|process-io|output|formats)\.ts$|start\/)/;
  const wrong = SOURCES.filter(
    (path) => path.startsWith('lib/cli/') && !chooser.test(path) && choice.test(readFileSync(path, 'utf8')),
  );
  expect(wrong).toEqual([]);
});
