// The costs of the sweeper: requests and time of whole runs, its cold start, its memory. Prints a table for each
// part, and the limits. Exits with 1 when a limit is exceeded.
//   npm run bench                 all parts
//   npm run bench -- --only runs  a single part: runs, http, bundle, estate, page, store, rehearse, report
//   npm run bench -- --json       figures for machines
//   npm run bench -- --write-docs also draws docs/pictures/performance.svg
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { benchBundle } from './bench/bundle.mjs';
import { writeChart } from './bench/chart.mjs';
import { benchEstate } from './bench/estate.mjs';
import { benchHttp } from './bench/http.mjs';
import { benchPage } from './bench/page.mjs';
import { benchRehearse } from './bench/rehearse.mjs';
import { benchReport } from './bench/report.mjs';
import { benchRuns, nameOf } from './bench/runs.mjs';
import { benchStore, pairsOf } from './bench/store.mjs';

const PARTS = {
  runs: { bench: benchRuns, print: printRuns },
  http: { bench: benchHttp, print: printHttp },
  bundle: { bench: benchBundle, print: printBundle },
  estate: { bench: benchEstate, print: printEstate },
  page: { bench: benchPage, print: printPage },
  store: { bench: benchStore, print: printStore },
  rehearse: { bench: benchRehearse, print: printRehearse },
  report: { bench: benchReport, print: printReport },
};

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: Object.keys(PARTS) },
    json: { type: 'boolean', default: false },
    'write-docs': { type: 'boolean', default: false },
  },
});
const unknown = values.only.find((name) => !(name in PARTS));
if (unknown !== undefined) {
  throw new Error(`no part "${unknown}"; there are: ${Object.keys(PARTS).join(', ')}`);
}

const results = {};
for (const name of values.only) {
  results[name] = await PARTS[name].bench();
  if (!values.json) {
    PARTS[name].print(results[name]);
  }
}
const checks = Object.values(results).flatMap((result) => result.checks);
if (values.json) {
  process.stdout.write(`${JSON.stringify(results)}\n`);
} else {
  printChecks(checks);
}
if (values['write-docs'] && results.runs) {
  writeChart(results.runs.rows);
}
if (checks.some(({ ok }) => !ok)) {
  process.exitCode = 1;
}

function printRuns({ rows }) {
  print(
    ['run', '', 'calls', 'a deletion', 'throttled', 'seconds', 'left'],
    rows.map(({ task, contender, calls, perDeletion, throttled, seconds, left }) => [
      nameOf(task),
      contender,
      calls,
      perDeletion.toFixed(2),
      throttled,
      seconds.toFixed(2),
      left,
    ]),
  );
}

function printHttp({ rows }) {
  print(
    ['over HTTP, real clock', 'orphans', 'calls', 'a deletion', 'CPU ms a deletion', 'seconds', 'left'],
    rows.map(({ contender, orphans, calls, callsPerDeletion, cpuMsPerDeletion, seconds, left }) => [
      contender,
      orphans,
      calls,
      callsPerDeletion.toFixed(2),
      cpuMsPerDeletion.toFixed(2),
      seconds.toFixed(2),
      left,
    ]),
  );
}

function printBundle({ loads, rows }) {
  print(
    ['bundle', 'kB', `load ms (median of ${loads})`, 'first request ms'],
    rows.map(({ name, kilobytes, loadMs, firstRequestMs }) => [
      name,
      kilobytes,
      loadMs.toFixed(1),
      firstRequestMs.toFixed(1),
    ]),
  );
}

function printEstate({ rows }) {
  print(
    ['connections listed and judged', 'seconds', 'MB resident'],
    rows.map(({ connections, seconds, megabytes }) => [connections, seconds.toFixed(1), megabytes.toFixed(0)]),
  );
}

function printPage({ rows }) {
  print(
    ['page', 'rows', 'kB', 'ms until usable', 'ms of a search'],
    rows.map(({ contender, length, kilobytes, usableMs, searchMs }) => [
      contender,
      length,
      kilobytes,
      usableMs.toFixed(0),
      searchMs?.toFixed(0) ?? '',
    ]),
  );
}

function printRehearse({ rows }) {
  print(
    ['30 nights rehearsed', 'deleted', 'seconds', 'seconds of CPU', 'MB resident', 'seconds of export'],
    rows.map(({ connections, deleted, seconds, cpuSeconds, megabytes, exportSeconds }) => [
      connections,
      deleted,
      seconds.toFixed(1),
      cpuSeconds.toFixed(1),
      megabytes.toFixed(0),
      exportSeconds.toFixed(1),
    ]),
  );
}

function printStore({ rows, plan, restoreSeconds }) {
  print(
    ['with a store', 'calls a deletion, without', 'with', 'seconds, without', 'with', '% more'],
    pairsOf(rows).map(({ name, plain, stored, moreTime }) => [
      name,
      (plain.calls / plain.task.orphans).toFixed(2),
      (stored.calls / stored.task.orphans).toFixed(2),
      plain.seconds.toFixed(2),
      stored.seconds.toFixed(2),
      moreTime.toFixed(1),
    ]),
  );
  print(
    ['with a store', 'connections', 'seconds', 'MB resident'],
    [
      ['plan', plan.connections, plan.seconds.toFixed(1), plan.megabytes.toFixed(0)],
      ['restore, as a process', 1, restoreSeconds.toFixed(2), ''],
    ],
  );
}

function printReport({ rows }) {
  print(
    ['report function', 'seconds', 'MB resident'],
    rows.map(({ what, seconds, megabytes }) => [what, seconds.toFixed(1), megabytes.toFixed(0)]),
  );
}

function printChecks(rows) {
  print(
    ['must', 'is', 'limit', ''],
    rows.map(({ what, value, limit, ok }) => [what, value, limit, ok ? 'ok' : 'NOT']),
  );
}

function print(head, rows) {
  const table = new Table({ head, style: { head: [], border: [] } });
  table.push(...rows);
  process.stdout.write(`${table.toString()}\n`);
}
