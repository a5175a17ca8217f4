// What the function costs. `--json` prints the figures for machines.
import Table from 'cli-table3';
import { benchBundle } from './bench/bundle.mjs';

const bundle = await benchBundle();
if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ bundle })}\n`);
else printBundle(bundle);

function printBundle({ loads, rows, checks }) {
  print(
    ['bundle', 'kB', `load ms (median of ${loads})`, 'first request ms'],
    rows.map(({ name, kilobytes, loadMs, firstRequestMs }) => [
      name,
      kilobytes,
      loadMs.toFixed(1),
      firstRequestMs.toFixed(1),
    ]),
  );
  print(
    ['must', 'is', 'limit', ''],
    checks.map(({ what, value, limit, ok }) => [what, value, limit, ok ? 'ok' : 'NOT']),
  );
}

function print(head, rows) {
  const table = new Table({ head, style: { head: [], border: [] } });
  table.push(...rows);
  process.stdout.write(`${table.toString()}\n`);
}
