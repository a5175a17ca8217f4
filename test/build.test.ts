import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vco-sweeper-'));
  for (const name of ['functions', 'lib']) symlinkSync(resolve(name), join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The build of these sources in a folder of its own, beside this policy. */
function buildWith(policy: string) {
  writeFileSync(join(folder, 'policy.yaml'), policy);
  return spawnSync(process.execPath, [resolve('scripts/build.mjs')], { cwd: folder, encoding: 'utf8' });
}
const packed = () => join(folder, 'dist/sweep/policy.yaml');

test('a policy is packed with the function as it is', () => {
  const policy = 'mode: mark # for now\n';
  expect(buildWith(policy)).toMatchObject({ status: 0, stderr: '' });
  expect(readFileSync(packed(), 'utf8')).toBe(policy);
});

test.each([
  ['with an unknown key', 'mdoe: sweep', /^policy\.yaml: mdoe: unknown key .*\nNothing was built\.\n$/],
  ['that is no YAML', 'mode: [', /^policy\.yaml: .*\nNothing was built\.\n$/],
])('a policy %s fails the build, and the last one stays', (_what, policy, message) => {
  buildWith('mode: mark');
  const { status, stderr } = buildWith(policy);
  expect(stderr).toMatch(message);
  expect(status).toBe(1);
  expect(existsSync(packed()) && readFileSync(packed(), 'utf8')).toBe('mode: mark');
});
