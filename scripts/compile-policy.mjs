import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * A policy as the JSON text that the function reads without a YAML parser. Throws for a wrong policy what the function
 * would throw at each of its runs.
 *
 * @param path a file; relative to the current folder
 */
export async function compilePolicy(path) {
  const folder = mkdtempSync(join(tmpdir(), 'vco-sweeper-'));
  try {
    const outfile = join(folder, 'policy.cjs');
    const contents = [
      "export { compilePolicy } from './compile-policy.ts';",
      "export { parseDeclaredPolicy } from './parse-policy.ts';",
    ].join('\n');
    const stdin = { contents, resolveDir: 'lib/policy' };
    await build({ stdin, outfile, bundle: true, platform: 'node', format: 'cjs' });
    const policy = createRequire(outfile)(outfile);
    const text = readFileSync(path, 'utf8');
    const json = policy.compilePolicy(text, path);
    assert.deepEqual(policy.parseDeclaredPolicy(json, `${path} as JSON`), policy.parseDeclaredPolicy(text, path));
    return json;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
