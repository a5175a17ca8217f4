import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DEFECTS } from './defects.ts';

const safety = readFileSync('docs/safety.md', 'utf8');

test.each(DEFECTS)('the place of $id is in the product exactly once', ({ file, from, to }) => {
  expect(readFileSync(file, 'utf8').split(from)).toHaveLength(2);
  expect(to).not.toBe(from);
});

test('the document lists every defect, in order, each with the seed that showed it', () => {
  const rows = [...safety.matchAll(/^\| (.+) \| \S+ \| \d+ \|$/gm)].map(([, happened]) => happened);
  expect(rows).toEqual(DEFECTS.map(({ happened }) => happened));
  expect(new Set(DEFECTS.map(({ id }) => id)).size).toBe(DEFECTS.length);
});
