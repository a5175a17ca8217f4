// Size and load time of the function's bundle, beside a bundle of pop-core alone made the same way: fresh processes,
// medians, one table. `--json` prints the figures for machines.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Table from 'cli-table3';
import { build } from 'esbuild';

const LOADS = 21;

const folder = mkdtempSync(join(tmpdir(), 'vco-sweeper-bench-'));
const popCore = join(folder, 'pop-core.js');
await build({
  stdin: { contents: "module.exports = require('@alicloud/pop-core');", resolveDir: process.cwd() },
  outfile: popCore,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  minify: true,
  logLevel: 'warning',
});

const empty = join(folder, 'empty.js');
writeFileSync(empty, '');
const subjects = [
  { name: 'vco-sweeper (dist/sweep/index.js)', path: resolve('dist/sweep/index.js') },
  { name: 'pop-core alone', path: popCore },
];

/** Milliseconds that `require` takes in a process of its own. */
function loadMs(path) {
  const script = `const t=process.hrtime.bigint();require(${JSON.stringify(path)});console.log(Number(process.hrtime.bigint()-t)/1e6)`;
  return Number(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }));
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

// Rounds alternate between the subjects, so that a busy machine is busy for both.
const times = new Map(subjects.map(({ name }) => [name, []]));
for (const { path } of [...subjects, { path: empty }]) loadMs(path);
for (let round = 0; round < LOADS; round += 1) {
  for (const { name, path } of subjects) times.get(name).push(loadMs(path));
}

const figures = subjects.map(({ name, path }) => ({
  name,
  kilobytes: Math.round(statSync(path).size / 1000),
  loadMs: Number(median(times.get(name)).toFixed(1)),
}));
const [ours, alone] = figures;
const ratio = { kilobytes: ours.kilobytes / alone.kilobytes, loadMs: ours.loadMs / alone.loadMs };

if (process.argv.includes('--json')) {
  process.stdout.write(`${JSON.stringify({ node: process.version, loads: LOADS, figures, ratio })}\n`);
} else {
  const table = new Table({ head: ['bundle', 'kB', `load ms (median of ${LOADS})`], style: { head: [], border: [] } });
  for (const { name, kilobytes, loadMs: ms } of figures) table.push([name, kilobytes, ms]);
  table.push(['ratio', ratio.kilobytes.toFixed(2), ratio.loadMs.toFixed(2)]);
  process.stdout.write(`${table.toString()}\n`);
}
