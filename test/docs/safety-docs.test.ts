import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const document = readFileSync('docs/safety.md', 'utf8');
const sources = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts') && name !== 'safety.test.ts')
  .map((name) => readFileSync(join('test', name), 'utf8').replaceAll("\\'", "'"))
  .join('\n');

const ROWS = [...document.matchAll(/^\| (S\d+) \|.*$/gm)].map(([row, promise]) => ({
  promise,
  names: [...row.matchAll(/«([^»]+)»/g)].map(([, name]) => name ?? ''),
}));

test('every promise has a row, in order', () => {
  expect(ROWS.map(({ promise }) => promise)).toEqual(Array.from({ length: 18 }, (_, index) => `S${index + 1}`));
});

test.each(ROWS)('the tests that docs/safety.md names for $promise exist', ({ names }) => {
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => !sources.includes(name))).toEqual([]);
});
