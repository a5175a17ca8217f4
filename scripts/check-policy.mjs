import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * Read a policy as the function will. Throws what the function would throw at each of its runs.
 *
 * @param path a file; relative to the current folder
 */
export async function checkPolicy(path) {
  const folder = mkdtempSync(join(tmpdir(), 'vco-sweeper-'));
  try {
    const outfile = join(folder, 'policy.cjs');
    await build({ entryPoints: ['lib/policy.ts'], outfile, bundle: true, platform: 'node', format: 'cjs' });
    const { parsePolicy } = createRequire(outfile)(outfile);
    parsePolicy(readFileSync(path, 'utf8'), path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
