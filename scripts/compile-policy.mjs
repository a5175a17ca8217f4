import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * A policy as the JSON text that the function reads without a YAML parser. For a wrong policy it throws the error that
 * the function would throw at each run.
 *
 * @param path a file, relative to the current folder
 */
export async function compilePolicy(path) {
  const policy = await load(
    "export { compilePolicy } from './compile-policy.ts'; export { parseDeclaredPolicy } from './parse-policy.ts';",
  );
  const text = readFileSync(path, 'utf8');
  const json = policy.compilePolicy(text, path);
  assert.deepEqual(policy.parseDeclaredPolicy(json, `${path} as JSON`), policy.parseDeclaredPolicy(text, path));
  return json;
}

/**
 * Throws for a switch of the environment, such as `SWEEP_MODE`, that the deployed function would refuse or not know.
 */
export async function checkSwitches(env) {
  const { refuseUnknownSwitches } = await load("export { refuseUnknownSwitches } from './deploy-switches.ts';");
  refuseUnknownSwitches(env);
}

/** The exports of the product's own policy parser. */
async function load(contents) {
  const folder = mkdtempSync(join(tmpdir(), 'vco-sweeper-'));
  try {
    const outfile = join(folder, 'policy.cjs');
    await build({
      stdin: { contents, resolveDir: 'lib/policy' },
      outfile,
      bundle: true,
      platform: 'node',
      format: 'cjs',
    });
    return createRequire(outfile)(outfile);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
