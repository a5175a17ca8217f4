// Puts each hand-made defect into the product, in memory, and lets the simulator look for it:
//   npm run mutants                          all defects. Exits with 1 if a defect is not noticed
//   npm run mutants -- --only gap-ignored    a single defect
//   npm run mutants -- --write-docs          and writes the table into docs/safety.md
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { build } from 'esbuild';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '4000' },
    sanity: { type: 'string', default: '200' },
    only: { type: 'string', multiple: true },
    'write-docs': { type: 'boolean', default: false },
  },
});

const WORKERS = 2;
// A defect may cause an endless loop.
const TIME_LIMIT_MS = 15 * 60_000;
const DOCUMENT = 'docs/safety.md';
const HEADING = '## Defects that the simulator catches';

const run = promisify(execFile);
const say = (text) => process.stdout.write(`${text}\n`);
const folder = mkdtempSync(join(tmpdir(), 'vco-sweeper-mutants-'));
const options = { bundle: true, platform: 'node', target: 'node20', logLevel: 'warning' };

/** A defect whose place does not exist any more, or exists twice, tests nothing. */
function mutate({ id, file, from, to }) {
  const parts = readFileSync(file, 'utf8').split(from);
  if (parts.length !== 2) {
    throw new Error(`${id}: its place occurs ${parts.length - 1} times in ${file}, not once`);
  }
  return parts.join(to);
}

const mutation = (defect) => ({
  name: 'mutation',
  setup({ onLoad }) {
    const path = resolve(defect.file);
    onLoad({ filter: /\.ts$/ }, (args) =>
      args.path === path ? { contents: mutate(defect), loader: 'ts' } : undefined,
    );
  },
});

async function bundle(name, defect) {
  const outfile = join(folder, `${name}.cjs`);
  const plugins = defect ? [mutation(defect)] : [];
  await build({
    ...options,
    entryPoints: ['test/simulation/defects/defects-main.ts'],
    outfile,
    format: 'cjs',
    plugins,
  });
  return outfile;
}

async function search(outfile, args) {
  const startedMs = Date.now();
  const { stdout } = await run(process.execPath, [outfile, ...args], { timeout: TIME_LIMIT_MS, maxBuffer: 1e7 });
  return { ...JSON.parse(stdout), seconds: (Date.now() - startedMs) / 1000 };
}

async function tryDefect(defect) {
  const outfile = join(folder, `${defect.id}.cjs`);
  try {
    await bundle(defect.id, defect);
    return { defect, ...(await search(outfile, ['--promise', defect.promise, '--seeds', values.seeds])) };
  } catch (error) {
    return { defect, seed: null, others: {}, seconds: 0, problem: error.killed ? 'ran in circles' : error.message };
  } finally {
    rmSync(outfile, { force: true });
  }
}

async function loadDefects() {
  const outfile = join(folder, 'defects.mjs');
  await build({ ...options, entryPoints: ['test/simulation/defects/defects.ts'], outfile, format: 'esm' });
  const { DEFECTS } = await import(pathToFileURL(outfile).href);
  for (const defect of DEFECTS) {
    mutate(defect);
  }
  return values.only ? DEFECTS.filter(({ id }) => values.only.includes(id)) : DEFECTS;
}

function tell({ defect, seed, text, others, seconds, problem }) {
  const also = Object.entries(others).map(([promise, count]) => `${promise} ${count} times`);
  const instead = also.length > 0 ? `broken instead: ${also.join(', ')}` : 'nothing else was broken either';
  const what = seed === null ? `NOT CAUGHT (${problem ?? instead})` : `seed ${seed}`;
  say(
    `${defect.id.padEnd(34)} ${defect.promise.padEnd(9)} ${what.padEnd(11)} ${seconds.toFixed(1).padStart(7)} s  ${text ?? ''}`,
  );
}

function writeDocs(results) {
  const document = readFileSync(DOCUMENT, 'utf8');
  const start = document.indexOf(`${HEADING}\n`);
  const next = start === -1 ? -1 : document.indexOf('\n## ', start + 1);
  const before = start === -1 ? document : document.slice(0, start);
  const after = next === -1 ? '' : document.slice(next);
  const rows = results.map(({ defect, seed }) => `| ${defect.happened} | ${defect.promise} | ${seed} |`);
  const text = [
    HEADING,
    '',
    'Other tools for cleaning up have made these mistakes. For each row, the mistake was put into a copy of the product in',
    'memory, and the simulator ran weeks with it until a promise was broken. "liveness" means that orphans are deleted once the',
    'faults and the changes by other people have stopped. "deadline" means that a run ends in time. `npm run mutants --',
    '--write-docs` writes this table.',
    '',
    '| mistake | promise | caught at seed |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
  writeFileSync(DOCUMENT, `${before.trimEnd()}\n\n${text}${after}`);
}

try {
  const defects = await loadDefects();
  const results = [];
  const queue = [...defects];
  const worker = async () => {
    for (let defect = queue.shift(); defect; defect = queue.shift()) {
      const result = await tryDefect(defect);
      results.push(result);
      tell(result);
    }
  };
  const sound = await search(await bundle('sound'), ['--seeds', values.sanity]);
  if (sound.seed !== null) {
    say(`without any defect, seed ${sound.seed} breaks ${sound.promise}: ${sound.text}`);
  }
  await Promise.all(Array.from({ length: WORKERS }, worker));
  const missed = results.filter(({ seed }) => seed === null);
  say(
    `${results.length - missed.length} of ${results.length} defects caught; none in ${values.sanity} seeds without one: ${sound.seed === null}`,
  );
  const good = missed.length === 0 && sound.seed === null;
  if (good && values['write-docs'] && !values.only) {
    writeDocs(results.sort((a, b) => defects.indexOf(a.defect) - defects.indexOf(b.defect)));
  }
  process.exitCode = good ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
