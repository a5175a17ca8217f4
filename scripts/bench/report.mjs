// The report function over a large store: its memory and its time when it makes the report, when it sends the report
// again, and when it has no work.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const RESULTS = 1_000;
const OUTCOMES = 100_000;
const MEGABYTES_MAX = 512;
/** The size of the heap that Node chooses under a limit of 512 MB. */
const HEAP_MEGABYTES = 256;
const SCRIPT = `
  const { handler } = require(process.env.BENCH_BUNDLE);
  const started = process.hrtime.bigint();
  const told = (answer) => process.stderr.write('TOLD ' + JSON.stringify({
    answer, seconds: Number(process.hrtime.bigint() - started) / 1e9, megabytes: process.resourceUsage().maxRSS / 1024,
  }) + '\\n');
  handler(Buffer.from('{}'), { function: { timeout: 600 } }).then((answer) => told(answer), (error) => told(error.message));
`;

/** @returns rows for a table, and the limits that must be kept */
export async function benchReport() {
  const folder = mkdtempSync(join(tmpdir(), 'vco-sweeper-bench-'));
  const channel = await startChannel();
  try {
    await fillStore(folder);
    channel.refuse(true);
    const rows = [await measure('made, and refused by the channel', folder, channel.url)];
    channel.refuse(false);
    rows.push(await measure('sent again', folder, channel.url));
    rows.push(await measure('nothing to do', folder, channel.url));
    return { rows, checks: rows.map(toCheck) };
  } finally {
    channel.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function fillStore(folder) {
  const outfile = join(folder, 'samples.cjs');
  const entryPoints = ['test/bench/report-samples.ts'];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', target: 'node20', format: 'cjs' });
  createRequire(outfile)(outfile).fillStore(folder, RESULTS, OUTCOMES / RESULTS);
}

async function startChannel() {
  let refuses = false;
  const server = createServer((request, response) => {
    request.resume();
    response.statusCode = refuses ? 403 : 200;
    response.end(refuses ? 'invalid_token' : 'ok');
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${server.address().port}/services/T0/B0/bench`,
    refuse: (value) => {
      refuses = value;
    },
    close: () => server.close(),
  };
}

async function measure(what, folder, url) {
  const policy = { store: folder, notify: { channels: [{ type: 'slack', urlEnv: 'SLACK_URL' }] } };
  const env = {
    BENCH_BUNDLE: resolve('dist/report/index.js'),
    SWEEP_POLICY: JSON.stringify(policy),
    SLACK_URL: url,
    LOG_LEVEL: 'silent',
  };
  const child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MEGABYTES}`, '-e', SCRIPT], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  await new Promise((done) => child.on('close', done));
  const [, json] = /^TOLD (.*)$/m.exec(text) ?? [];
  if (json === undefined) {
    throw new Error(`the report function told nothing: ${text.slice(0, 500)}`);
  }
  const { answer, seconds, megabytes } = JSON.parse(json);
  return { what, answer, seconds, megabytes };
}

const toCheck = ({ what, megabytes }) => ({
  what: `report of ${RESULTS} results with ${OUTCOMES} outcomes, ${what}, MB resident`,
  value: Math.round(megabytes),
  limit: `at most ${MEGABYTES_MAX}`,
  ok: megabytes <= MEGABYTES_MAX,
});
