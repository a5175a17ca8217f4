// Whole runs, in requests and in time: the sweeper, the scripts that people write today, and the theoretical minimum.
// The clock advances only while every part waits, so that the figures are the same on every machine.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const OURS = 'vco-sweeper';
const BARE = 'bare floor';
const KEPT = 'promise floor';
const TIME_LIMIT = 1.3;
const CALLS_LIMIT = 2.6;

/** @returns rows for a table, and the limits that must be kept */
export async function benchRuns() {
  const lines = await runBundled('test/bench/main.ts');
  const rows = lines.map((row) => ({ ...row, perDeletion: row.calls / row.task.orphans }));
  return { rows, checks: toChecks(rows) };
}

/**
 * Runs a program of the bench.
 *
 * @returns the JSON objects that it prints, each on its own line
 */
export async function runBundled(entry) {
  const folder = mkdtempSync(join(tmpdir(), 'vco-sweeper-bench-'));
  try {
    const outfile = join(folder, 'main.cjs');
    await build({
      entryPoints: [entry],
      outfile,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      logLevel: 'warning',
    });
    const { stdout } = await promisify(execFile)(process.execPath, [outfile], { maxBuffer: 1e8 });
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const nameOf = ({ orphans, attached, regions, limits, transitRouters, isCompressed }) =>
  [
    `${orphans} orphans`,
    `${attached === 0 ? 'none' : attached < 0.5 ? 'a third' : 'half'} attached`,
    transitRouters === undefined
      ? `${regions} region${regions > 1 ? 's' : ''}`
      : `${transitRouters} transit routers in one region`,
    limits ? 'limits' : 'no limits',
    ...(isCompressed ? ['compressed'] : []),
  ].join(', ');

function toChecks(rows) {
  const find = (task, contender) => rows.find((row) => row.task === task && row.contender === contender);
  const tasks = rows.filter(({ contender }) => contender === OURS).map(({ task }) => task);
  // Tasks are compared by value, because each line has its own copy.
  for (const row of rows) {
    row.task = tasks.find((task) => nameOf(task) === nameOf(row.task));
  }
  return tasks.flatMap((task) => {
    const name = nameOf(task);
    const ours = find(task, OURS);
    if (task.transitRouters !== undefined) {
      return toRouterChecks(name, ours);
    }
    if (task.isCompressed) {
      return toCompressedChecks(name, ours);
    }
    const sequential = find(task, 'sequential');
    const floor = find(task, task.limits ? BARE : KEPT);
    const check = (what, value, limit, ok) => ({ what: `${name}: ${what}`, value: value.toFixed(2), limit, ok });
    const atMost = (what, value, most) => check(what, value, `at most ${most}`, value <= most);
    const faster = sequential.seconds / ours.seconds;
    const slower = ours.seconds / floor.seconds;
    return [
      check('left', ours.left, '0', ours.left === 0),
      ...(task.orphans === 200 && task.attached === 0 ? [atMost('calls a deletion', ours.perDeletion, 1.4)] : []),
      // With limits, so many reads become too old that their number is measured in compressed time.
      ...(task.orphans === 1_000 && !task.limits ? [atMost('calls a deletion', ours.perDeletion, CALLS_LIMIT)] : []),
      ...(task.orphans >= 1_000
        ? [
            atMost(`time, beside the ${task.limits ? BARE : KEPT}`, slower, TIME_LIMIT),
            check('times faster than sequential', faster, 'at least 20', faster >= 20),
          ]
        : []),
      ...(task.limits ? [atMost('throttled, % of calls', (100 * ours.throttled) / ours.calls, 1)] : []),
    ];
  });
}

const toCompressedChecks = (name, { left, perDeletion }) => [
  { what: `${name}: left`, value: left, limit: '0', ok: left === 0 },
  {
    what: `${name}: calls a deletion`,
    value: perDeletion.toFixed(2),
    limit: `at most ${CALLS_LIMIT}`,
    ok: perDeletion <= CALLS_LIMIT,
  },
];

/**
 * The ways in which reading many lists can spoil a run: the run does not end, it leaves orphans, or every read is too
 * old.
 */
function toRouterChecks(name, { status, left, codes, calls, throttled }) {
  const share = (100 * throttled) / calls;
  const stale = codes.StaleEvidence ?? 0;
  return [
    { what: `${name}: ends`, value: status, limit: 'complete', ok: status === 'complete' },
    { what: `${name}: left`, value: left, limit: '0', ok: left === 0 },
    { what: `${name}: outcomes StaleEvidence`, value: stale, limit: '0', ok: stale === 0 },
    { what: `${name}: throttled, % of calls`, value: share.toFixed(2), limit: 'at most 1', ok: share <= 1 },
  ];
}
