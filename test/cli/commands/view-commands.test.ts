import { parse as parseCsv } from 'csv-parse/sync';
import { afterEach, describe, expect, test } from 'vitest';
import type { RunResult } from '../../../lib/core/domain/outcome.ts';
import type { PageData } from '../../../lib/report/page/page-data.ts';
import { dueTags, estate, free, inUse } from '../../support/estates.ts';
import { closeClouds, cloud, fresh } from './run-cases.ts';

afterEach(closeClouds);

const HOSTILE = '=1+1\u001b[2J\u202eevil,"x"';
const SOME = estate(
  ...inUse(8),
  free('ripe1', { ...dueTags(), owner: 'team-a' }),
  free('ripe2', { ...dueTags(), owner: 'team-b' }),
  free('fresh', { ...fresh, owner: 'team-a' }, { Name: HOSTILE }),
  free('new'),
);
const rowsOf = (out: string) => [...out.matchAll(/^[a-z-]+ +(vco-\w+)/gm)].map(([, id]) => id);
const read = (text = ''): Record<string, string>[] => parseCsv(text, { columns: true, record_delimiter: '\r\n' });
const dataOf = (html: string | undefined): PageData =>
  JSON.parse(/<script type="application\/json" id="data">(.*)<\/script>/.exec(html ?? '')?.[1] ?? '');
const csvIds = (text: string | undefined) => read(text).map(({ connectionId }) => connectionId);

describe('filters', () => {
  test('change only the view. The hints, the counts and the exit code still cover the whole run', async () => {
    const { command } = await cloud(SOME);
    const { code, out, err } = await command(['plan', '--owner', 'team-a', '--outcome', 'planned,waiting']);
    expect(rowsOf(out)).toEqual(['vco-ripe1', 'vco-fresh']);
    expect(out).toContain('Shown: 2 of 4 listed connections; 2 hidden by --outcome, --owner\n');
    expect(out).toMatch(/^plan complete: 12 connections in cn-hangzhou.*\n {2}8 kept, 2 waiting, 2 planned\n/);
    expect(out).toContain('Delete 2 connections:  vco-sweeper sweep\n');
    expect({ code, err }).toEqual({ code: 3, err: '' });
  });

  const HIDING = ['--outcome', 'failed', '--rule', 'expired', '--owner', 'nobody', '--sort', 'name'];
  test.each([
    ['without a question', ['--yes'], {}],
    ['after a question', [], { tty: true, answer: { text: '2' } }],
  ])('never change the scope of the sweep, %s', async (_how, args, options) => {
    const whole = await cloud(SOME);
    const hidden = await cloud(SOME);
    const all = await whole.command(['sweep', ...args], options);
    const none = await hidden.command(['sweep', ...args, ...HIDING, '--group-by', 'owner'], options);
    expect(hidden.ids()).toEqual(whole.ids());
    expect(hidden.ids()).not.toContain('vco-ripe1');
    expect(hidden.writes()).toEqual(whole.writes());
    expect(none.asked).toEqual(all.asked);
    expect(none.code).toBe(all.code);
    expect(none.out).toContain('hidden by --outcome, --rule, --owner');
    expect(none.out).toContain('No listed connection has the owner nobody.');
  });

  test('do not narrow --json, and say this', async () => {
    const { command } = await cloud(SOME);
    const { out, err } = await command(['plan', '--json', '--outcome', 'waiting']);
    const { outcomes } = JSON.parse(out) as RunResult;
    expect(outcomes).toHaveLength(4);
    expect(err).toBe('--json has every outcome; --outcome would concern the table and --csv\n');
  });

  test.each([
    ['--outcome', 'kept', /--outcome.*"kept" is not one of protected, unknown, marked, waiting, cleared, planned/],
    ['--outcome', 'planned,gone', /"gone" is not one of/],
    ['--rule', 'idle', /--rule.*"idle" is not one of unassociated, tunnels-down, unrouted, expired, half-done/],
    [
      '--sort',
      'age',
      /--sort.*Allowed choices are outcome, connection, name, owner, region, rule, since, due, created/,
    ],
    ['--group-by', 'name', /--group-by.*Allowed choices are region, owner, rule/],
    ['--csv', '-', /--csv.*"-" is not the name of a file/],
  ])('%s %s is refused before any call, with the allowed values', async (flag, value, message) => {
    const { command, emulator } = await cloud(SOME);
    for (const name of ['plan', 'sweep', 'invoke']) {
      const { code, out, err } = await command([name, flag, value]);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err.replaceAll(/\s+/g, ' ')).toMatch(message);
    }
    expect(emulator.calls).toEqual([]);
  });
});

test('--group-by makes a table of each group, with its counts', async () => {
  const { command } = await cloud(SOME);
  const { out } = await command(['plan', '--group-by', 'owner', '--sort', 'connection']);
  expect(out.match(/^(Owner|No owner).*$/gm)).toEqual([
    'Owner team-a: 2 connections (1 waiting, 1 planned)',
    'Owner team-b: 1 connection (1 planned)',
    'No owner: 1 connection (1 waiting)',
  ]);
  expect(rowsOf(out)).toEqual(['vco-fresh', 'vco-ripe1', 'vco-ripe2', 'vco-new']);
});

test('a pipe gets whole names, a line for each connection, unless COLUMNS sets a width', async () => {
  const name = `branch-${'x'.repeat(110)}`;
  const { command } = await cloud(estate(...inUse(2), free('new', {}, { Name: name })));
  const { out } = await command(['plan']);
  expect(out).toMatch(
    new RegExp(`^waiting +vco-new +${name} +cn-hangzhou +.*would be marked, and deletable from .*\\)$`, 'm'),
  );
  expect((await command(['plan'], { env: { COLUMNS: '40' } })).out).toMatch(/^waiting {2}vco-new$/m);
});

describe('--html', () => {
  test('writes the page of the whole run despite filters, together with table and CSV', async () => {
    const { command } = await cloud(SOME);
    const files: Record<string, string> = {};
    const { err } = await command(['plan', '--html', 'a.html', '--csv', 'a.csv', '--owner', 'team-a'], { files });
    expect(err).toBe('a.csv: 2 connections; 2 hidden by --owner\na.html: the page of this run, 4 connections\n');
    expect(files['a.html']).toMatch(/^<!doctype html>\n<html lang="en">/);
    const { report, rows } = dataOf(files['a.html']);
    expect(rows.id).toEqual(['vco-ripe1', 'vco-ripe2', 'vco-fresh', 'vco-new']);
    expect(report.runs).toMatchObject([{ mode: 'plan', status: 'complete' }]);
    // The date of an orphan without a mark, if the next run marks it.
    expect(rows.expected.filter((seconds) => seconds !== null)).toEqual([Date.parse('2026-11-23T12:00:00Z') / 1000]);
  });

  test('stops before any call if the file cannot be written. A failure at the end does not prevent other files', async () => {
    const { command, emulator } = await cloud(SOME);
    const refused = await command(['sweep', '--yes', '--html', 'a.html'], { fileError: { before: 'EACCES' } });
    expect(refused).toMatchObject({ code: 2, out: '' });
    expect(refused.err).toBe('vco-sweeper: --html "a.html" cannot be written: permission denied (EACCES)\n');
    expect(emulator.calls).toEqual([]);
    const late = await command(['plan', '--html', 'a.html', '--csv', 'a.csv'], { fileError: { after: 'ENOSPC' } });
    expect(late.code).toBe(1);
    expect(late.err).toContain('--csv "a.csv" cannot be written: no space is left (ENOSPC); --html "a.html" cannot be');
  });
});

describe('--csv', () => {
  test('has a line for each visible connection, safe for spreadsheets, and gives the number of omitted connections', async () => {
    const { command } = await cloud(SOME);
    const files: Record<string, string> = {};
    const { err } = await command(['plan', '--csv', 'a.csv'], { files });
    expect(err).toBe('a.csv: 4 connections\n');
    expect(csvIds(files['a.csv'])).toEqual(['vco-ripe1', 'vco-ripe2', 'vco-fresh', 'vco-new']);
    const [, , hostile] = read(files['a.csv']);
    expect(hostile).toMatchObject({ name: `'=1+1\\u001b[2J\\u202eevil,"x"`, owner: 'team-a', outcome: 'waiting' });
    const filtered = await command(['plan', '--csv', 'a.csv', '--json', '--owner', 'team-a', '--sort', 'since'], {
      files,
    });
    expect(filtered.err).toBe('a.csv: 2 connections; 2 hidden by --owner\n');
    expect(csvIds(files['a.csv'])).toEqual(['vco-ripe1', 'vco-fresh']);
    expect((JSON.parse(filtered.out) as RunResult).outcomes).toHaveLength(4);
  });

  test('of a sweep has the outcomes of the sweep, or of the plan after a "no"', async () => {
    const { command } = await cloud(SOME);
    const files: Record<string, string> = {};
    await command(['sweep', '--csv', 'a.csv'], { files, tty: true, answer: { text: 'no' } });
    expect(read(files['a.csv']).map(({ outcome }) => outcome)).toEqual(['planned', 'planned', 'waiting', 'waiting']);
    await command(['sweep', '--csv', 'a.csv'], { files, tty: true, answer: { text: '2' } });
    expect(read(files['a.csv']).map(({ outcome }) => outcome)).toEqual(['deleted', 'deleted', 'marked', 'waiting']);
  });

  test('stops before any call if the file cannot be written', async () => {
    const { command, emulator } = await cloud(SOME);
    const fileError = { before: 'EACCES' };
    for (const args of [['plan'], ['sweep', '--yes'], ['invoke']]) {
      const { code, out, err } = await command([...args, '--csv', 'a.csv'], { fileError });
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toBe('vco-sweeper: --csv "a.csv" cannot be written: permission denied (EACCES)\n');
    }
    expect(emulator.calls).toEqual([]);
  });

  test('exits 1 if the file becomes unwritable at the end. The report is printed, and a line gives the reason', async () => {
    const { command, ids } = await cloud(SOME);
    const fileError = { after: 'ENOSPC' };
    const { code, out, err } = await command(['sweep', '--yes', '--csv', 'a.csv'], { fileError });
    expect(code).toBe(1);
    expect(out).toMatch(/deleted +vco-ripe1/);
    expect(err.split('\n').at(-2)).toBe('vco-sweeper: --csv "a.csv" cannot be written: no space is left (ENOSPC)');
    expect(ids()).not.toContain('vco-ripe1');
  });
});
