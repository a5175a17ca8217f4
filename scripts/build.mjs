// Bundles the entry points, each into a folder of its own that needs nothing beside it.
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { checkPolicy } from './check-policy.mjs';

const ENTRIES = { sweep: 'functions/sweep.ts', cli: 'functions/cli.ts' };
/** One's own, packed with the function. */
const POLICY = 'policy.yaml';

// First, so that a broken one leaves the last good build as it was.
const isPacked = existsSync(POLICY);
if (isPacked) await checkPolicy(POLICY).catch(fail);

rmSync('dist', { recursive: true, force: true });
for (const [name, entry] of Object.entries(ENTRIES)) {
  mkdirSync(`dist/${name}`, { recursive: true });
  await build({
    entryPoints: [entry],
    outfile: `dist/${name}/index.js`,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    legalComments: 'none',
    banner: name === 'cli' ? { js: '#!/usr/bin/env node' } : {},
    logLevel: 'warning',
  });
  // The project says "type": "module"; the bundle is CommonJS wherever it is put.
  writeFileSync(`dist/${name}/package.json`, '{"type":"commonjs"}\n');
}
if (isPacked) cpSync(POLICY, `dist/sweep/${POLICY}`);

function fail(error) {
  process.stderr.write(`${error.message}\nNothing was built.\n`);
  process.exit(1);
}
