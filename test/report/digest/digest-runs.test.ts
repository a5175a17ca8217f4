import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../../lib/core/domain/outcome.ts';
import { type DigestInput, digestRuns } from '../../../lib/report/digest/digest-runs.ts';
import { ACCOUNT, ago, anOutcome, aPolicy, DAY, HOUR, NOW, REGION } from '../../support/builders.ts';
import { aResult } from '../../support/digests.ts';

const MADE_AT = new Date(NOW).toISOString();
const inReport = { reportId: 'report-1', madeAt: MADE_AT };
const of = (connectionId: string, change: Partial<Outcome> = {}) => anOutcome({ connectionId, ...change });
const first = (outcomes: readonly Outcome[], change = {}) => ({
  result: aResult(outcomes, { runId: 'run-1', startedAt: ago(DAY), ...change }),
  path: 'results/1.json',
});
const second = (outcomes: readonly Outcome[], change = {}) => ({
  result: aResult(outcomes, { runId: 'run-2', startedAt: ago(HOUR), ...change }),
  path: 'results/2.json',
});
const place = (change = {}) => ({
  accountId: ACCOUNT,
  regionId: REGION,
  listing: 'complete' as const,
  connections: 2,
  halted: false,
  ...change,
});
const endings = (runs: Parameters<typeof digestRuns>[0]['runs']) =>
  Object.fromEntries(
    digestRuns({ ...inReport, runs }).outcomes.map(({ connectionId, outcome, runId }) => [
      connectionId,
      `${outcome} by ${runId}`,
    ]),
  );

describe('a digest of a run', () => {
  test('has the facts of the run', () => {
    const result = aResult([of('vco-1'), of('vco-2', { outcome: 'failed' })], {
      outcomesOmitted: 3,
      notStored: 'full',
    });
    const digest = digestRuns({ ...inReport, runs: [{ result }] });
    expect(digest).toMatchObject({ status: 'incomplete', results: [], outcomesOmitted: 3, problems: ['full'] });
    expect(digest.counts).toEqual(result.counts);
    expect(digest.outcomes.map(({ connectionId, runId }) => [connectionId, runId])).toEqual([
      ['vco-1', 'run-1'],
      ['vco-2', 'run-1'],
    ]);
  });

  test('expects the deletion of an unmarked orphan at the end of its grace after the next mark', () => {
    const { rules } = aPolicy({ rules: { unassociated: 2 * DAY } });
    const waiting = { outcome: 'waiting' as const };
    const outcomes = [
      of('vco-1', waiting),
      of('vco-2', { ...waiting, since: ago(DAY), dueAt: ago(-DAY) }),
      of('vco-3'),
    ];
    const result = aResult(outcomes, { startedAt: ago(0) });
    const expected = digestRuns({ ...inReport, runs: [{ result, rules }] }).outcomes.map(
      ({ expectedAt }) => expectedAt,
    );
    expect(expected).toEqual([ago(-2 * DAY), null, null]);
  });

  test('names the backup of a deletion', () => {
    const backup = 'backups/1/cn-hangzhou/2026-11-22/vco-1-120000Z-run-1.json';
    const result = aResult([of('vco-1', { outcome: 'deleted', backup }), of('vco-2')]);
    const { outcomes } = digestRuns({ ...inReport, runs: [{ result }] });
    expect(outcomes.map((outcome) => outcome.backup)).toEqual([backup, null]);
  });
});

describe('a digest of several runs', () => {
  test('takes the newest outcome of a connection, in any order of the results', () => {
    const runs = [second([of('vco-1', { outcome: 'deleted' })]), first([of('vco-1', { outcome: 'waiting' })])];
    expect(endings(runs)).toEqual({ 'vco-1': 'deleted by run-2' });
    expect(digestRuns({ ...inReport, runs }).results).toEqual(['results/1.json', 'results/2.json']);
  });

  test('keeps a deletion, even if another run finds the connection gone', () => {
    const deleted = first([of('vco-1', { outcome: 'deleted' }), of('vco-2', { outcome: 'deleted' })]);
    expect(endings([deleted, second([of('vco-2', { outcome: 'already-gone' })])])).toEqual({
      'vco-1': 'deleted by run-1',
      'vco-2': 'deleted by run-1',
    });
  });

  test('counts a connection as kept if a whole later run of its place does not list it', () => {
    const before = first([of('vco-1', { outcome: 'waiting' }), of('vco-2', { outcome: 'waiting' })]);
    expect(endings([before, second([of('vco-2', { outcome: 'waiting' })])])).toEqual({ 'vco-2': 'waiting by run-2' });
  });

  test.each([
    ['read only one connection', { counts: aResult([]).counts, regions: [place()] }],
    ['could not read the place', { status: 'incomplete', regions: [place({ listing: 'unread', connections: 0 })] }],
    ['read another place', { regions: [place({ regionId: 'cn-beijing' })] }],
  ])('keeps all outcomes if a later run %s', (_what, change) => {
    const before = first([of('vco-1', { outcome: 'waiting' })]);
    expect(endings([before, second([], change)])).toEqual({ 'vco-1': 'waiting by run-1' });
  });

  test('treats the same id in two accounts as two connections', () => {
    const other = of('vco-1', { accountId: '2', outcome: 'protected' });
    expect(digestRuns({ ...inReport, runs: [first([of('vco-1')]), second([other])] }).outcomes).toHaveLength(2);
  });

  test('counts the kept connections of the newest run of each place, without listed connections', () => {
    const there = { regions: [place({ connections: 10 }), place({ regionId: 'cn-beijing', connections: 5 })] };
    const runs = [
      first([of('vco-1'), of('vco-2')], there),
      second([of('vco-1')], { regions: [place({ connections: 9 })] }),
    ];
    expect(digestRuns({ ...inReport, runs }).counts.kept).toBe(8 + 5);
  });
});

test('names a file STOP only if the newest run of a place saw it', () => {
  const stopped = { stoppedBy: '/mnt/store/STOP' };
  const stoppedBy = (...runs: DigestInput['runs']) => digestRuns({ ...inReport, runs }).stoppedBy;
  expect(stoppedBy(first([], { ...stopped, regions: [place()] }), second([], { regions: [place()] }))).toEqual([]);
  expect(stoppedBy(first([]), second([], stopped))).toEqual(['/mnt/store/STOP']);
  const elsewhere = { regions: [place({ regionId: 'cn-beijing' })] };
  expect(stoppedBy(first([], { ...stopped, regions: [place()] }), second([], elsewhere))).toEqual(['/mnt/store/STOP']);
});

test('the newest run of a place decides its leftovers, and a run that did not look forgets them', () => {
  const left = (name: string, change = {}) => ({
    accountId: ACCOUNT,
    regionId: REGION,
    customerGateways: [{ customerGatewayId: name, name: null }],
    transitRouters: [],
    ...change,
  });
  const far = { regionId: 'eu-central-1' };
  const leftoversOf = (runs: Parameters<typeof digestRuns>[0]['runs']) => digestRuns({ ...inReport, runs }).leftovers;
  const old = first([], { regions: [place(), place(far)], leftovers: [left('cgw-1'), left('cgw-2', far)] });
  expect(leftoversOf([second([], { regions: [place()], leftovers: [left('cgw-3')] }), old])).toEqual([
    left('cgw-2', far),
    left('cgw-3'),
  ]);
  expect(leftoversOf([old, second([], { regions: [place()] })])).toEqual([left('cgw-2', far)]);
  expect(digestRuns({ ...inReport, runs: [second([])] })).not.toHaveProperty('leftovers');
});

describe('the status', () => {
  const unread = { status: 'incomplete', regions: [place({ listing: 'unread', connections: 0 })] };
  const halted = { status: 'halted', regions: [place({ halted: true })] };

  test.each([
    ['an unread place that the later run did not cover', [first([], unread), second([])], 'incomplete'],
    ['an unread place that the later run read', [first([], unread), second([], { regions: [place()] })], 'complete'],
    ['a guard that halted the newest run', [first([]), second([], halted)], 'halted'],
    ['a run that could not begin anywhere', [first([], { status: 'incomplete' })], 'incomplete'],
  ])('is the worst status of the newest runs: %s', (_what, runs, status) => {
    expect(digestRuns({ ...inReport, runs }).status).toBe(status);
  });

  test.each([
    ['a missing place', { missing: [{ accountId: '1', regionId: REGION, lastAt: null }] }],
    [
      'a sweep that was not started',
      { notDispatched: [{ accountId: null, regionId: null, at: MADE_AT, code: null, reason: null, advice: null }] },
    ],
    ['a sweep that left no result', { lost: ['it was killed'] }],
  ])('is incomplete with %s', (_what, trouble) => {
    expect(digestRuns({ ...inReport, runs: [second([])] }).status).toBe('complete');
    expect(digestRuns({ ...inReport, runs: [second([])], ...trouble }).status).toBe('incomplete');
  });
});
