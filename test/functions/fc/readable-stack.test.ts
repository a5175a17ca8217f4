import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withReadableStack } from '../../../functions/fc/readable-stack.ts';

let bundle = '';
beforeEach(() => {
  bundle = join(mkdtempSync(join(tmpdir(), 'vco-sweeper-')), 'index.js');
  // Maps line 1, column 1 to line 2, column 3 of the source.
  writeMap({ version: 3, sources: ['../../lib/plan.ts'], names: [], mappings: 'AACE' });
});
afterEach(() => rmSync(join(bundle, '..'), { recursive: true }));

const writeMap = (map: unknown) => writeFileSync(`${bundle}.map`, JSON.stringify(map));
const withStack = (stack: string, options: ErrorOptions = {}) => Object.assign(new Error('no', options), { stack });
const bundled = () => `Error: no\n    at plan (${bundle}:1:1)\n    at ${bundle}:1:1\n    at node:fs:1:1`;
const READABLE = 'Error: no\n    at plan (lib/plan.ts:2:3)\n    at lib/plan.ts:2:3\n    at node:fs:1:1';

test('a stack points into the sources, and the error is the same object', () => {
  const error = withStack(bundled());
  expect(withReadableStack(error, bundle)).toBe(error);
  expect(error.stack).toBe(READABLE);
});

test('the stacks of its causes point into the sources as well', () => {
  const cause = withStack(bundled());
  withReadableStack(withStack(bundled(), { cause }), bundle);
  expect(cause.stack).toBe(READABLE);
});

test('an error that is its own cause does not loop for ever', () => {
  const error = withStack(bundled());
  error.cause = error;
  withReadableStack(error, bundle);
  expect(error.stack).toBe(READABLE);
});

test.each<[string, () => void]>([
  ['there is no map', () => rmSync(`${bundle}.map`)],
  ['the map is no JSON', () => writeFileSync(`${bundle}.map`, 'broken')],
  ['the map is none', () => writeMap(null)],
  ['the map knows no such place', () => writeMap({ version: 3, sources: [], names: [], mappings: '' })],
])('a stack stays as it is when %s', (_when, arrange) => {
  arrange();
  const error = withStack(bundled());
  withReadableStack(error, bundle);
  expect(error.stack).toBe(bundled());
});

test.each([['text'], [undefined], [null], [withStack('Error: no\n    at other (/other/index.js:1:1)')]])(
  'a thrown value without a place in the bundle stays as it is: %s',
  (thrown) => {
    const before = thrown instanceof Error ? thrown.stack : undefined;
    expect(withReadableStack(thrown, bundle)).toBe(thrown);
    expect(thrown instanceof Error ? thrown.stack : undefined).toBe(before);
  },
);

test('a message that names the bundle without a place in it stays as it is', () => {
  const error = withStack(`Error: cannot read ${bundle}:\n    at plan (${bundle}:1:1)`);
  withReadableStack(error, bundle);
  expect(error.stack).toBe(`Error: cannot read ${bundle}:\n    at plan (lib/plan.ts:2:3)`);
});
