// The function's cold start: size of its bundle, time that `require` takes, and time until its first request is sent.
// For comparison, the SDK that it uses and the official client of its service VPC are bundled in the same way.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { BUNDLING } from '../bundling.mjs';

const LIMITS = { kilobytes: 450, slowerThanSdk: 2, fasterThanOfficial: 4 };
const LOADS = 21;

const OURS = 'vco-sweeper (dist/sweep/index.js)';
const SDK = '@alicloud/pop-core alone';
const OFFICIAL = '@alicloud/vpc20160428';

// Nothing is sent. The first request ends the process.
const KEYS = "accessKeyId: 'id-for-the-bench', accessKeySecret: 'secret-for-the-bench'";
const FIRST_REQUEST = {
  [OURS]: `subject.handler(Buffer.from('{}'), { region: 'cn-hangzhou', credentials: { ${KEYS} } })`,
  [SDK]: `new subject({ endpoint: 'https://vpc.aliyuncs.com', apiVersion: '2016-04-28', ${KEYS} }).request('DescribeVpnConnections', { RegionId: 'cn-hangzhou' }, { method: 'POST' })`,
  [OFFICIAL]: `new subject.client.default({ endpoint: 'vpc.aliyuncs.com', ${KEYS} }).describeVpnConnections(new subject.client.DescribeVpnConnectionsRequest({ regionId: 'cn-hangzhou' }))`,
};

/**
 * Measure `dist/sweep` as it was last built: fresh processes, rounds that alternate between the subjects, medians.
 *
 * @returns rows for a table, ratios, and the limits that must be kept
 */
export async function benchBundle({ loads = LOADS } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'vco-sweeper-bench-'));
  try {
    const subjects = [
      { name: OURS, path: resolve('dist/sweep/index.js') },
      { name: SDK, path: await bundle(folder, 'sdk.js', "module.exports = require('@alicloud/pop-core');") },
      {
        name: OFFICIAL,
        path: await bundle(folder, 'official.js', "exports.client = require('@alicloud/vpc20160428');"),
      },
    ];
    for (const subject of subjects) {
      measure(subject);
    }
    const rounds = Array.from({ length: loads }, (_, round) => measureAll(subjects, round));
    const rows = subjects.map(({ name, path }, index) => ({
      name,
      kilobytes: Math.round(statSync(path).size / 1000),
      loadMs: rounded(median(rounds.map((round) => round[index].loadMs))),
      firstRequestMs: rounded(median(rounds.map((round) => round[index].firstRequestMs))),
    }));
    const ratios = toRatios(rows, rounds);
    return { node: process.version, loads, rows, ratios, checks: toChecks(rows, ratios) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function bundle(folder, name, contents) {
  const outfile = join(folder, name);
  await build({ ...BUNDLING, stdin: { contents, resolveDir: process.cwd() }, outfile });
  return outfile;
}

/** Each round begins with another subject, so that no subject always follows the slowest subject. */
function measureAll(subjects, round) {
  const order = subjects.map((_, index) => (index + round) % subjects.length);
  const figures = [];
  for (const index of order) {
    figures[index] = measure(subjects[index]);
  }
  return figures;
}

/** Milliseconds in a separate process. */
function measure({ name, path }) {
  const script = `
    const start = process.hrtime.bigint();
    const sinceStart = () => Number(process.hrtime.bigint() - start) / 1e6;
    const subject = require(${JSON.stringify(path)});
    const loadMs = sinceStart();
    const end = () => {
      process.stdout.write(JSON.stringify({ loadMs, firstRequestMs: sinceStart() }));
      process.exit();
    };
    require('http').request = end;
    require('https').request = end;
    ${FIRST_REQUEST[name]};
  `;
  // Only the search path of the environment, because a policy or an endpoint would change the measurement.
  const output = execFileSync(process.execPath, ['-e', script], { encoding: 'utf8', env: { PATH: process.env.PATH } });
  return JSON.parse(output.slice(output.lastIndexOf('{')));
}

/** Times are compared within a round, because the machine was then equally busy for both programs. */
function toRatios([ours, sdk], rounds) {
  const ratio = (toRatio) => rounded(median(rounds.map(toRatio)));
  return {
    loadToSdk: ratio(([own, alone]) => own.loadMs / alone.loadMs),
    officialToLoad: ratio(([own, , official]) => official.loadMs / own.loadMs),
    firstRequestToSdk: ratio(([own, alone]) => own.firstRequestMs / alone.firstRequestMs),
    officialToFirstRequest: ratio(([own, , official]) => official.firstRequestMs / own.firstRequestMs),
    kilobytesToSdk: rounded(ours.kilobytes / sdk.kilobytes),
  };
}

function toChecks([ours], { loadToSdk, officialToLoad }) {
  const { kilobytes, slowerThanSdk, fasterThanOfficial } = LIMITS;
  return [
    {
      what: 'size of the bundle, kB',
      value: ours.kilobytes,
      limit: `at most ${kilobytes}`,
      ok: ours.kilobytes <= kilobytes,
    },
    {
      what: `load, beside ${SDK}`,
      value: loadToSdk,
      limit: `at most ${slowerThanSdk}x`,
      ok: loadToSdk <= slowerThanSdk,
    },
    {
      what: `load, times faster than ${OFFICIAL}`,
      value: officialToLoad,
      limit: `at least ${fasterThanOfficial}x`,
      ok: officialToLoad >= fasterThanOfficial,
    },
  ];
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

const rounded = (value) => Number(value.toFixed(2));
