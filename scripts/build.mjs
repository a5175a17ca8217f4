// Bundles the entry points, each into a self-contained folder.
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { BUNDLING } from './bundling.mjs';
import { checkSwitches, compilePolicy } from './compile-policy.mjs';
import { leftOut, leftOutOfFunctionSdk } from './left-out.mjs';
import { licencesOf } from './licences.mjs';
import { pageConstants } from './page-bundle.mjs';
import { parsedUrls } from './parsed-urls.mjs';
import { quickJson } from './quick-json.mjs';

/** The user's own policy, packed with the function. */
const POLICY = 'policy.yaml';

/** A package for other people must not contain the policy of its builder. */
const withPolicy = !process.argv.includes('--without-policy');

// This check comes first, so that a broken policy leaves the last good build unchanged.
await checkSwitches(process.env).catch(fail);
const packed = withPolicy && existsSync(POLICY) ? await compilePolicy(POLICY).catch(fail) : undefined;

/**
 * YAML is half of the code that a start would load, and only YAML policies need it. So it has a separate file, loaded
 * on demand.
 */
const yamlApart = {
  name: 'yaml-apart',
  setup({ onLoad, onResolve }) {
    onLoad({ filter: /[\\/]lib[\\/]policy[\\/]document[\\/]read-yaml\.ts$/ }, () => ({
      contents: "export const readYaml = (text) => require('./yaml.js').readYaml(text);",
    }));
    onResolve({ filter: /^\.\/yaml\.js$/ }, () => ({ path: './yaml.js', external: true }));
  },
};

/** The command line itself, beside the file that starts it. */
const mainApart = {
  name: 'main-apart',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.\/main\.ts$/ }, () => ({ path: './main.js', external: true }));
  },
};

rmSync('dist', { recursive: true, force: true });
const define = await pageConstants();
for (const name of ['sweep', 'dispatch', 'report']) {
  // Only the report function contains the page.
  const options = { plugins: [yamlApart, leftOut, parsedUrls, quickJson], ...(name === 'report' ? { define } : {}) };
  const metafiles = [
    await bundle(name, 'index.js', `functions/${name}.ts`, options),
    await bundle(name, 'yaml.js', 'lib/policy/document/read-yaml.ts'),
  ];
  writeLicences(name, metafiles);
  if (packed !== undefined) {
    writeFileSync(`dist/${name}/policy.json`, packed);
  }
}
const cli = await bundle('cli', 'main.js', 'lib/cli/main.ts', {
  define,
  plugins: [leftOutOfFunctionSdk, parsedUrls, quickJson],
});
// A separate file in the syntax of an old Node, so that it can report that Node is too old.
const start = await bundle('cli', 'index.js', 'lib/cli/start/start-cli.ts', {
  banner: { js: '#!/usr/bin/env node' },
  target: 'es2015',
  supported: { 'dynamic-import': false },
  plugins: [mainApart],
});
writeLicences('cli', [cli, start]);
// npx makes the file executable only once, when it links the package.
chmodSync('dist/cli/index.js', 0o755);

async function bundle(name, file, entry, options = {}) {
  mkdirSync(`dist/${name}`, { recursive: true });
  const { metafile } = await build({
    entryPoints: [entry],
    outfile: `dist/${name}/${file}`,
    ...BUNDLING,
    sourcemap: true,
    metafile: true,
    sourcesContent: false,
    ...options,
  });
  // The project says "type": "module", but the bundle is CommonJS in every folder.
  writeFileSync(`dist/${name}/package.json`, '{"type":"commonjs"}\n');
  return metafile;
}

/** People who deploy a folder redistribute its contents. */
function writeLicences(name, metafiles) {
  writeFileSync(`dist/${name}/THIRD_PARTY_LICENSES.txt`, licencesOf(metafiles));
}

function fail(error) {
  process.stderr.write(`${error.message}\nNothing was built.\n`);
  process.exit(1);
}
