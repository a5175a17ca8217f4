// Writes the files that are generated, in full or in part. HELP says which.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { leftOutOfFunctionSdk } from './left-out.mjs';
import { pageConstants } from './page-bundle.mjs';

const HELP = `npm run docs
  Writes the files that are made from the sources: those of test/docs/generated-docs.ts. npm test fails when one is stale.
npm run docs -- --all
  Also writes what has to be measured first, which takes long:
    npm run mutants -- --write-docs    the table of defects in docs/safety.md
    npm run bench -- --write-docs      docs/pictures/performance.svg
`;
const MEASURED = ['mutants', 'bench'];

const { values } = parseArgs({ options: { all: { type: 'boolean' }, help: { type: 'boolean' } } });
if (values.help) {
  process.stdout.write(HELP);
  process.exit();
}

for (const { file, generate } of await loadGeneratedDocs()) {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const generated = generate(text);
  if (generated !== text) {
    writeFileSync(file, generated);
  }
  process.stdout.write(`${file}: ${generated === text ? 'as it was' : 'written'}\n`);
}
if (values.all) {
  for (const name of MEASURED) {
    const { status } = spawnSync('npm', ['run', '--silent', name, '--', '--write-docs'], { stdio: 'inherit' });
    if (status !== 0) {
      process.exit(status ?? 1);
    }
  }
}

async function loadGeneratedDocs() {
  const folder = mkdtempSync(join(tmpdir(), 'vco-sweeper-docs-'));
  try {
    const outfile = join(folder, 'generated-docs.cjs');
    const entryPoints = ['test/docs/generated-docs.ts'];
    await build({
      entryPoints,
      outfile,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      // The reference of commands bundles the command line.
      define: await pageConstants(),
      plugins: [leftOutOfFunctionSdk],
    });
    return createRequire(outfile)(outfile).GENERATED_DOCS;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
