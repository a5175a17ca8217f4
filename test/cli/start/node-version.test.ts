import { expect, test } from 'vitest';
import { ENGINES, isInRange, refusalOf } from '../../../lib/cli/start/node-version.ts';
import packageFile from '../../../package.json' with { type: 'json' };

test('the range is the range in package.json', () => {
  expect(packageFile.engines.node).toBe(ENGINES);
});

test.each<[string, boolean]>([
  ['v0.12.18', false],
  ['v6.17.1', false],
  ['v18.20.8', false],
  ['v20.0.0', false],
  ['v20.11.1', false],
  ['v20.12.0', true],
  ['v20.20.2', true],
  ['v21.0.0', false],
  ['v21.6.2', false],
  ['v21.7.0', true],
  ['v22.0.0', true],
  ['v23.1.0', true],
  ['v24.21.0', true],
  ['v100.0.0', true],
  ['v25.0.0-nightly20251010abcdef', true],
])('Node %s is in the range: %s', (version, expected) => {
  expect(isInRange(version, ENGINES)).toBe(expected);
  expect(refusalOf(version, ENGINES) === undefined).toBe(expected);
});

test('the refusal of an old Node names the required version in a single sentence', () => {
  expect(refusalOf('v18.20.8', ENGINES)).toBe(
    'vco-sweeper: Node 18.20.8 is too old: it needs Node 20.12 or a later 20, or 21.7 or a later 21, or 22 or newer.',
  );
});
