import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countOutcomes, type Outcome, type RunResult } from '../../../lib/core/domain/outcome.ts';
import { toJsonLine } from '../../../lib/core/text/printable.ts';
import { reportRun } from '../../../lib/report/text/run-report.ts';
import { widthOf, wrap } from '../../../lib/report/text/text-width.ts';
import { ACCOUNT, ago, aPolicy, DAY, HOUR, NOW, ORIGIN, REGION } from '../../support/builders.ts';

const anOutcome = (change: Partial<Outcome>): Outcome => ({
  connectionId: 'vco-1',
  accountId: ACCOUNT,
  regionId: REGION,
  outcome: 'planned',
  rule: 'unassociated',
  since: null,
  reason: 'unassociated: its grace has run out; a sweep would delete it now',
  evidence: [],
  code: null,
  requestId: null,
  ...change,
});

const aResult = (outcomes: readonly Outcome[], change: Partial<RunResult> = {}): RunResult => ({
  runId: 'run-1',
  mode: 'plan',
  status: 'complete',
  startedAt: new Date(NOW).toISOString(),
  durationMs: 1234,
  regions: [{ accountId: ACCOUNT, regionId: REGION, listing: 'complete', connections: 12, halted: false }],
  counts: { ...countOutcomes(outcomes), kept: 12 - outcomes.length },
  outcomes,
  calls: { DescribeVpnConnections: 1, ListTransitRouters: 1 },
  policy: ORIGIN,
  notFound: [],
  ...change,
});

const NAMES = new Map([
  ['vco-1', 'warehouse-ningbo'],
  ['vco-2', 'poc-sdwan'],
]);
const report = (result: RunResult, columns = 100, color = false, names: ReadonlyMap<string, string> = NAMES) =>
  reportRun(result, { policy: aPolicy(), names }, { color, columns });

const A_PLAN = aResult([
  anOutcome({ connectionId: 'vco-3', outcome: 'protected', rule: null, reason: 'tag vco-sweeper:keep' }),
  anOutcome({
    connectionId: 'vco-2',
    outcome: 'waiting',
    since: ago(5 * HOUR),
    reason: `unassociated: inside its grace until ${ago(5 * HOUR - DAY)}`,
  }),
  anOutcome({ connectionId: 'vco-4', outcome: 'waiting', reason: 'unassociated: its clock starts with this run' }),
  anOutcome({ connectionId: 'vco-1', since: ago(2 * DAY) }),
]);

test('a plan says for each connection what would happen and when, what goes first on top', () => {
  expect(report(A_PLAN)).toMatchInlineSnapshot(`
    "OUTCOME    CONNECTION  NAME              REGION       WHAT HAPPENS
    planned    vco-1       warehouse-ningbo  cn-hangzhou  unassociated since 2026-11-20 12:00Z: its
                                                          grace has run out; a sweep would delete it now
    waiting    vco-2       poc-sdwan         cn-hangzhou  unassociated since 2026-11-22 07:00Z: waits
                                                          until 2026-11-23 07:00Z (in 19h)
    waiting    vco-4                         cn-hangzhou  unassociated: would be marked; deletable from
                                                          2026-11-23 12:00Z (in 1d)
    protected  vco-3                         cn-hangzhou  tag vco-sweeper:keep

    plan complete: 12 connections in cn-hangzhou, 1.2s
      8 kept, 1 protected, 2 waiting, 1 planned
    2 calls: DescribeVpnConnections 1, ListTransitRouters 1
    "
  `);
});

test('rule and since have columns of their own where there is room', () => {
  const [head = '', first = ''] = report(A_PLAN, 160).split('\n');
  expect(head.split(/ {2,}/)).toEqual(['OUTCOME', 'CONNECTION', 'NAME', 'REGION', 'RULE', 'SINCE', 'WHAT HAPPENS']);
  expect(first.split(/ {2,}/)).toEqual([
    'planned',
    'vco-1',
    'warehouse-ningbo',
    'cn-hangzhou',
    'unassociated',
    '2026-11-20 12:00Z',
    'its grace has run out; a sweep would delete it now',
  ]);
});

test('where a row is too narrow for it, the sentence stands below, and nothing of it is lost', () => {
  const [, first = '', second = '', third = ''] = report(A_PLAN, 60).split('\n');
  expect(first).toBe('planned    vco-1       warehouse-ningbo  cn-hangzhou');
  expect(`${second.trim()} ${third.trim()}`).toBe(
    'unassociated since 2026-11-20 12:00Z: its grace has run out; a sweep would delete it now',
  );
});

test('a mark that this run set counts from its start, and says what became of the one before', () => {
  const evidence = ['it was marked for another rule, expired'];
  const text = report(aResult([anOutcome({ outcome: 'marked', evidence })], { mode: 'mark' }), 200);
  expect(text).toContain(
    'marked now; deletable from 2026-11-23 12:00Z (in 1d); it was marked for another rule, expired',
  );
});

test('a failed step shows its request id, for the support of the cloud', () => {
  const failed = anOutcome({ outcome: 'failed', reason: 'it could not be deleted', code: 'X', requestId: 'REQ-1' });
  expect(report(aResult([failed], { status: 'incomplete' }), 160)).toContain('it could not be deleted (request REQ-1)');
});

test('the summary names what was not read, halted, not offered, refused and left out', () => {
  const at = (regionId: string, listing: 'complete' | 'unread' | 'unsupported', halted = false) => ({
    accountId: ACCOUNT,
    regionId,
    listing,
    connections: 1,
    halted,
  });
  const text = report(
    aResult([], {
      status: 'incomplete',
      regions: [at('cn-beijing', 'unread'), at('cn-shanghai', 'complete', true), at('cn-heyuan', 'unsupported')],
      refusedEvents: [{ index: 1, id: null, reason: 'it asks for more' }],
      outcomesOmitted: 7,
    }),
    200,
  );
  expect(text).toContain('Not read, so nothing was changed there: cn-beijing\n');
  expect(text).toContain('Halted by limits.perRegionShare, nothing is deleted there: cn-shanghai\n');
  expect(text).toContain('The service is not offered in: cn-heyuan\n');
  expect(text).toContain('Refused event number 2: it asks for more\n');
  expect(text).toContain('7 more outcomes not shown');
});

test('connections of several accounts stand in a table for each', () => {
  const text = report(aResult([anOutcome({}), anOutcome({ connectionId: 'vco-2', accountId: '2000000000000002' })]));
  expect(text.match(/^Account \d+$/gm)).toEqual([`Account ${ACCOUNT}`, 'Account 2000000000000002']);
});

test('colour only where it is asked for', () => {
  const sequence = '\u001b[';
  expect(report(A_PLAN, 100, true)).toContain(sequence);
  expect(report(A_PLAN, 100, false)).not.toContain(sequence);
});

const HOSTILE = 'x\u001b[2J\u001b]0;owned\u0007\n  deleted  vco-live\r\u202egnp\u200b\u009b31m\u2028';

test('a name cannot colour the screen, break a line or turn text around', () => {
  const names = new Map([['vco-1', HOSTILE]]);
  const reason = `its name "${HOSTILE}" matches protect.names "*"`;
  const text = report(aResult([anOutcome({ outcome: 'protected', rule: null, reason })]), 160, false, names);
  const first = text.split('\n')[1] ?? '';
  expect(first).toContain('x\\u001b[2J\\u001b]0;owned');
  expect(text.match(/^deleted/gm)).toBeNull();
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
});

test('whatever a name holds, no line is wider than the terminal', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.integer({ min: 72, max: 200 }), (name, columns) => {
      const text = report(aResult([anOutcome({ since: ago(2 * DAY) })]), columns, false, new Map([['vco-1', name]]));
      for (const line of text.split('\n')) {
        expect(widthOf(line)).toBeLessThanOrEqual(columns);
      }
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
  );
});

test('JSON is one line that no terminal obeys, and parses to the same', () => {
  const line = toJsonLine({ name: HOSTILE, astral: '\u{e0041}😀' });
  expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  expect(JSON.parse(line)).toEqual({ name: HOSTILE, astral: '\u{e0041}😀' });
});

test('wrapped text fits, and loses nothing but the spaces at which it breaks', () => {
  const text = fc.array(fc.string({ unit: 'grapheme-ascii', maxLength: 40 }), { maxLength: 8 });
  fc.assert(
    fc.property(text, fc.integer({ min: 10, max: 60 }), (words, width) => {
      const lines = wrap(words.join(' '), width);
      for (const line of lines) {
        expect(widthOf(line)).toBeLessThanOrEqual(width);
      }
      expect(lines.join('').replaceAll(' ', '')).toBe(words.join('').replaceAll(' ', ''));
    }),
  );
});

test('wide characters count as two columns', () => {
  expect(widthOf('旧的-1')).toBe(6);
  expect(wrap('旧的分支机构', 4)).toEqual(['旧的', '分支', '机构']);
});

const UNREAD = { accountId: ACCOUNT, regionId: REGION, listing: 'unread', connections: 0, halted: false } as const;

test.each([
  [
    'InvalidSecurityToken.Expired',
    'Incomplete: somebody has to do what is said above. Until then every run ends like this one.',
  ],
  ['NetworkError', 'Incomplete: what was not read or not done is up to the next run.'],
])('an incomplete run says who has to do something after %s', (code, expected) => {
  const reason = `DescribeVpnConnections failed: ${code}`;
  const region = aResult([], { status: 'incomplete', regions: [{ ...UNREAD, code, reason }] });
  expect(report(region).replaceAll('\n', ' ')).toContain(`${REGION} was not read: ${reason} ${expected}`);

  const step = aResult([anOutcome({ outcome: 'failed', code })], { status: 'incomplete' });
  expect(report(step)).toContain(expected);

  const problems = [{ text: 'the credentials', code }];
  const watched = reportRun(
    aResult([], { status: 'incomplete', regions: [] }),
    { policy: aPolicy(), names: NAMES, problems },
    { color: false, columns: 200 },
  );
  expect(watched).toContain(expected);
});
