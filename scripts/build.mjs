// Bundles the entry points, each into a folder of its own that needs nothing beside it.
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const ENTRIES = { sweep: 'functions/sweep.ts', cli: 'functions/cli.ts' };

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
// A policy of one's own, packed with the function.
if (existsSync('policy.yaml')) cpSync('policy.yaml', 'dist/sweep/policy.yaml');
