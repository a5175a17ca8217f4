import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

/** Imports point one way. Each line: what lives there, and what of ours it may import. The first match counts. */
const DIRECTIONS: readonly (readonly [from: RegExp, to: RegExp])[] = [
  [/^lib\/core\//, /^lib\/core\//],
  [/^lib\/cloud\//, /^lib\/(core|cloud)\//],
  [/^lib\/emulator\//, /^lib\/emulator\//],
  [/^lib\/deps\.ts$/, /^lib\/((core|cloud)\/|(clock|sweep)\.ts$)/],
  [/^lib\/function-deps\.ts$/, /^lib\/((core|cloud)\/|(deps|dispatch)\.ts$)/],
  [/^lib\/dispatch(\.ts$|\/)/, /^lib\/(core\/|dispatch(\.ts$|\/))/],
  [/^lib\/sweep(\.ts$|\/)/, /^lib\/(core|sweep)\//],
  [/^lib\/policy(\.ts$|\/)/, /^lib\/(core|policy)\//],
  // Ids in an event are read by the same rules as ids in a policy.
  [/^lib\/event(\.ts$|\/)/, /^lib\/(core|event|policy)\//],
  [/^lib\/report(\.ts$|\/)/, /^lib\/(core|report)\//],
  [/^lib\/[^/]+\.ts$/, /^lib\/core\//],
  // Entry points use what `lib` offers on its first level, and words of the core; the cloud only through `deps.ts`.
  [
    /^functions\//,
    /^(functions\/(cli\/|platform\.ts$)|lib\/[^/]+\.ts$|lib\/core\/|lib\/sweep\/survey\.ts$|lib\/emulator\/index\.ts$)/,
  ],
];

const sources = ['functions', 'lib'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => path.endsWith('.ts')),
);

const importsOf = (path: string): readonly string[] =>
  [...readFileSync(path, 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, target = '']) =>
    relative('.', join(dirname(path), target)),
  );

test('there is something to look at', () => {
  expect(sources.length).toBeGreaterThan(40);
  expect(sources.flatMap(importsOf).length).toBeGreaterThan(100);
});

test.each(sources)('%s imports only what lies in its direction', (path) => {
  const [, allowed] = DIRECTIONS.find(([from]) => from.test(path)) ?? [];
  const wrong = importsOf(path).filter((target) => !allowed?.test(target));
  expect(wrong).toEqual([]);
});

test('the core reads no clock, environment or file', () => {
  const impure = /\b(Date\.now|new Date\(\)|process\.|Math\.random|setTimeout|node:(?!assert))/;
  const wrong = sources.filter((path) => path.startsWith('lib/core/') && impure.test(readFileSync(path, 'utf8')));
  expect(wrong).toEqual([]);
});
