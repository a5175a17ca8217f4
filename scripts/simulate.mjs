// Simulates many bad weeks, or tells the story of a single week:
//   npm run simulate -- --runs 100000      seeds 1 to 100,000, on all cores
//   npm run simulate -- --seed 448         a seed. A broken promise is shrunk to the shortest story that breaks it
import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '2000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
  },
});

const bundle = join(mkdtempSync(join(tmpdir(), 'vco-sweeper-simulate-')), 'main.cjs');
await build({
  entryPoints: ['test/simulation/main.ts'],
  outfile: bundle,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  logLevel: 'warning',
});

if (values.seed !== undefined) {
  process.exit(spawnSync(process.execPath, [bundle, '--seed', values.seed], { stdio: 'inherit' }).status ?? 1);
}

// Small slices, and smaller ones near the end, so that all cores are busy to the end and a long run shows how far it is.
const SLICE_MAX = 100;
const cores = availableParallelism();
const total = Number(values.runs);
const startedMs = Date.now();
const sums = {};
const violations = [];
let next = Number(values.from);
const end = next + total;

/**
 * The usual budget compiles too many functions before their types settle, and compiling took a quarter of the time. Only
 * the engine of Node 20 has the second flag.
 */
const ENGINE_FLAGS = process.versions.node.startsWith('20.') ? ['--always-sparkplug', '--interrupt-budget=400000'] : [];

const toLine = ({ seed, promise, text }) =>
  `  seed ${seed}, ${promise}: ${text}   (npm run simulate -- --seed ${seed})`;

/** A process lives through many slices, because each new process is slow until the engine has compiled the code. */
async function worker() {
  const child = fork(bundle, ['--slices'], { execArgv: ENGINE_FLAGS });
  const broken = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`a simulating process ended early: ${signal ?? `exit code ${code}`}`);
  });
  broken.catch(() => undefined);
  while (next < end) {
    const from = next;
    const runs = Math.min(SLICE_MAX, Math.ceil((end - from) / (4 * cores)));
    next += runs;
    child.send({ from, runs });
    const [{ violations: found, ...counts }] = await Promise.race([once(child, 'message'), broken]);
    for (const [name, count] of Object.entries(counts)) {
      sums[name] = (sums[name] ?? 0) + count;
    }
    violations.push(...found);
    if (process.stderr.isTTY) {
      process.stderr.write(found.map((violation) => `\r${toLine(violation)}\n`).join(''));
      process.stderr.write(`\r${sums.scenarios} of ${total}, ${violations.length} violations`);
    }
  }
  child.kill();
}
await Promise.all(Array.from({ length: cores }, worker));
if (process.stderr.isTTY) {
  process.stderr.write('\n');
}

const say = (text) => process.stdout.write(`${text}\n`);
const seconds = (Date.now() - startedMs) / 1000;
const share = (name) => `${Math.round((100 * sums[name]) / sums.scenarios)} %`;
say(`${sums.scenarios} scenarios in ${seconds.toFixed(1)} s, ${(sums.scenarios / seconds).toFixed(0)} a second`);
say(
  `with a fault ${share('withFault')}, a crash ${share('withCrash')}, an overlap ${share('withOverlap')}, other people ${share('withPeople')}`,
);
say(`runs ${sums.runs}, calls ${sums.calls}, deletions ${sums.deletions}`);
say(`claims that could be neither removed nor overwritten: ${sums.unclearable}`);
say(`violations: ${violations.length}`);
for (const violation of violations.sort((a, b) => a.seed - b.seed).slice(0, 20)) {
  say(toLine(violation));
}
process.exitCode = violations.length > 0 ? 1 : 0;
