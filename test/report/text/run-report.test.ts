import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countOutcomes, type Outcome, type RunResult } from '../../../lib/core/domain/outcome.ts';
import { toJsonLine } from '../../../lib/core/text/printable.ts';
import { reportRun } from '../../../lib/report/text/run-report.ts';
import { widthOf, wrap } from '../../../lib/report/text/text-width.ts';
import type { View } from '../../../lib/report/view/view.ts';
import { ACCOUNT, ago, anOutcome, aPolicy, DAY, HOUR, NOW, ORIGIN, REGION } from '../../support/builders.ts';

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

const report = (result: RunResult, columns = 100, color = false, view: View = {}) =>
  reportRun(result, { policy: aPolicy() }, { color, columns }, view);

/** The lines of the table, which is between two empty lines. */
const tableOf = (text: string): readonly string[] => (text.split('\n\n')[1] ?? '').split('\n');

const A_PLAN = aResult([
  anOutcome({ connectionId: 'vco-3', outcome: 'protected', rule: null, reason: 'tag vco-sweeper:keep' }),
  anOutcome({
    connectionId: 'vco-2',
    name: 'poc-sdwan',
    outcome: 'waiting',
    since: ago(5 * HOUR),
    reason: `unassociated: inside its grace until ${ago(5 * HOUR - DAY)}`,
  }),
  anOutcome({ connectionId: 'vco-4', outcome: 'waiting', reason: 'unassociated: its clock starts with this run' }),
  anOutcome({ connectionId: 'vco-1', name: 'warehouse-ningbo', since: ago(2 * DAY) }),
]);

test('a plan shows the next step of each connection and its date, the most urgent first', () => {
  expect(report(A_PLAN)).toMatchInlineSnapshot(`
    "plan complete: 12 connections in cn-hangzhou, 1.2s
      8 kept, 1 protected, 2 waiting, 1 planned

    OUTCOME    CONNECTION  NAME              REGION       WHAT HAPPENS
    planned    vco-1       warehouse-ningbo  cn-hangzhou  unassociated since 2026-11-20 12:00Z: its
                                                          grace has run out. A sweep would delete it now
    waiting    vco-2       poc-sdwan         cn-hangzhou  unassociated since 2026-11-22 07:00Z: waits
                                                          until 2026-11-23 07:00Z (in 19h)
    waiting    vco-4                         cn-hangzhou  unassociated: would be marked, and deletable
                                                          from 2026-11-23 12:00Z (in 1d)
    protected  vco-3                         cn-hangzhou  tag vco-sweeper:keep

    By the policy policy.yaml (SHA-256 0123456789ab…)
    2 calls: DescribeVpnConnections 1, ListTransitRouters 1
    "
  `);
});

test('rule and since have columns if there is room', () => {
  const [head = '', first = ''] = tableOf(report(A_PLAN, 160));
  expect(head.split(/ {2,}/)).toEqual(['OUTCOME', 'CONNECTION', 'NAME', 'REGION', 'RULE', 'SINCE', 'WHAT HAPPENS']);
  expect(first.split(/ {2,}/)).toEqual([
    'planned',
    'vco-1',
    'warehouse-ningbo',
    'cn-hangzhou',
    'unassociated',
    '2026-11-20 12:00Z',
    'its grace has run out. A sweep would delete it now',
  ]);
});

test('the sentence moves below a narrow row, and no text is lost', () => {
  const [, first = '', second = '', third = ''] = tableOf(report(A_PLAN, 60));
  expect(first).toBe('planned    vco-1       warehouse-ningbo  cn-hangzhou');
  expect(`${second.trim()} ${third.trim()}`).toBe(
    'unassociated since 2026-11-20 12:00Z: its grace has run out. A sweep would delete it now',
  );
});

const LONG_NAME = `branch-${'very-'.repeat(20)}long`;
const FULL: Partial<Outcome> = {
  connectionId: 'vco-b29gx5vvowu25o1zif6n8',
  name: LONG_NAME,
  owner: 'logistics',
  since: ago(2 * DAY),
  dueAt: ago(DAY),
  createdAt: ago(100 * DAY),
  attachedTo: { transitRouterId: 'tr-2zev5m9qekd0tfoaa1b2c', cenId: 'cen-1' },
};

test('a file or a pipe gets a line for each connection, with whole names and every column that has a value', () => {
  const lines = tableOf(report(aResult([anOutcome(FULL), anOutcome({})]), Number.POSITIVE_INFINITY));
  expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
    [
      ...['OUTCOME', 'CONNECTION', 'NAME', 'REGION', 'OWNER', 'RULE', 'SINCE', 'DUE', 'TRANSIT ROUTER', 'CEN'],
      ...['CREATED', 'WHAT HAPPENS'],
    ],
    [
      ...['planned', 'vco-b29gx5vvowu25o1zif6n8', LONG_NAME, 'cn-hangzhou', 'logistics', 'unassociated'],
      ...['2026-11-20 12:00Z', '2026-11-21 12:00Z', 'tr-2zev5m9qekd0tfoaa1b2c', 'cen-1', '2026-08-14 12:00Z'],
      'its grace has run out. A sweep would delete it now',
    ],
    ['planned', 'vco-1', 'cn-hangzhou', 'unassociated', 'its grace has run out. A sweep would delete it now'],
  ]);
});

test('a narrow terminal cuts names, and values without a column appear in the sentence', () => {
  expect(tableOf(report(aResult([anOutcome(FULL)]), 80)).join('\n')).toMatchInlineSnapshot(`
    "OUTCOME  CONNECTION                 NAME                             REGION
    planned  vco-b29gx5vvowu25o1zif6n8  branch-very-very-very-very-ver…  cn-hangzhou
             unassociated since 2026-11-20 12:00Z: its grace has run out. A sweep
             would delete it now; bound to tr-2zev5m9qekd0tfoaa1b2c; owner logistics"
  `);
});

test('a very narrow terminal shows each connection as an uncut paragraph', () => {
  expect(tableOf(report(aResult([anOutcome(FULL), anOutcome({ name: 'poc' })]), 40)).join('\n')).toMatchInlineSnapshot(`
    "planned  vco-b29gx5vvowu25o1zif6n8
      branch-very-very-very-very-very-very-v
      ery-very-very-very-very-very-very-very
      -very-very-very-very-very-very-long,
      cn-hangzhou
      unassociated since 2026-11-20 12:00Z:
      its grace has run out. A sweep would
      delete it now; bound to
      tr-2zev5m9qekd0tfoaa1b2c; owner
      logistics
    planned  vco-1
      poc, cn-hangzhou
      unassociated: its grace has run out. A
      sweep would delete it now"
  `);
});

test('names are not cut if there is room', () => {
  expect(report(aResult([anOutcome({ name: 'a-name-of-more-than-24-characters' })]), 140)).toContain(
    ' a-name-of-more-than-24-characters  ',
  );
});

test('the report names the policy and the missing ids', () => {
  const text = report(aResult([], { notFound: ['vco-nobody', 'vco-x\u001b[2J'] }), 200);
  expect(text).toContain('By the policy policy.yaml (SHA-256 0123456789ab…)\n');
  expect(text).toContain('Not found in any account and region of the policy: vco-nobody, vco-x\\u001b[2J\n');
  const without = report(aResult([], { policy: { source: 'none', hash: 'ab' } }), 200);
  expect(without).toContain('By no policy, so all defaults count (SHA-256 ab)\n');
});

describe('filters', () => {
  const OWNED = aResult([
    anOutcome({ connectionId: 'vco-1', owner: 'a' }),
    anOutcome({ connectionId: 'vco-2', owner: 'b', outcome: 'waiting' }),
    anOutcome({ connectionId: 'vco-3', outcome: 'waiting' }),
  ]);

  test('leave the counts whole, and the report gives the number of hidden connections for each filter', () => {
    const text = report(OWNED, 200, false, { outcome: ['waiting'], owner: ['b', 'c', ''] });
    expect(text).toMatch(
      /^plan complete: 12 connections in cn-hangzhou, 1.2s\n {2}9 kept, 2 waiting, 1 planned\nShown: 2 of 3 listed connections; 1 hidden by --outcome, --owner\nNo listed connection has the owner c\.\n\nOUTCOME/,
    );
    expect(text.match(/vco-\d/g)).toEqual(['vco-2', 'vco-3']);
  });

  test('that match no connection leave no table', () => {
    const text = report(OWNED, 200, false, { rule: ['expired'] });
    expect(text).toContain('Shown: 0 of 3 listed connections; 3 hidden by --rule\n\nBy the policy');
  });

  test('are not mentioned if there is no filter', () => {
    expect(report(OWNED, 200, false, { sort: 'name' })).not.toContain('Shown');
  });
});

test('a group has its own heading, counts and table', () => {
  const outcomes = [
    anOutcome({ connectionId: 'vco-1', owner: 'team-b' }),
    anOutcome({ connectionId: 'vco-2', owner: '\u001b[2Jteam-a', outcome: 'waiting' }),
    anOutcome({ connectionId: 'vco-3', owner: 'team-b', outcome: 'waiting', accountId: '2000000000000002' }),
    anOutcome({ connectionId: 'vco-4' }),
  ];
  const text = report(aResult(outcomes), 200, false, { groupBy: 'owner' });
  expect(text.match(/^(Owner|No owner).*$/gm)).toEqual([
    'Owner \\u001b[2Jteam-a: 1 connection (1 waiting)',
    'Owner team-b: 2 connections (1 waiting, 1 planned)',
    'No owner: 1 connection (1 planned)',
  ]);
  expect(text.match(/^OUTCOME +CONNECTION +(NAME +)?ACCOUNT/gm)).toHaveLength(3);
});

test('a new mark counts from the start of the run, and the report gives the fate of the earlier mark', () => {
  const evidence = ['its mark does not count: tag vco-sweeper:seen is missing or malformed'];
  const text = report(aResult([anOutcome({ outcome: 'marked', evidence })], { mode: 'mark' }), 200);
  expect(text).toContain(
    'marked now, and deletable from 2026-11-23 12:00Z (in 1d), because its mark does not count: tag vco-sweeper:seen is missing or malformed',
  );
});

test('an orphan that waits for a notice shows this, and the end of the notice', () => {
  const waiting = { outcome: 'waiting', since: ago(3 * DAY), dueAt: ago(2 * DAY) } as const;
  const text = report(
    aResult([
      anOutcome({ ...waiting, reason: 'unassociated: its grace has run out, but nobody has been told yet' }),
      anOutcome({
        ...waiting,
        connectionId: 'vco-2',
        reason: `unassociated: its grace has run out, but slack announced it on ${ago(HOUR)}, and it may be deleted from ${ago(-23 * HOUR)} on`,
        toldAt: ago(HOUR),
        noticeUntil: ago(-23 * HOUR),
      }),
    ]),
    400,
  );
  const [head, untold, told] = tableOf(text);
  expect(head).toMatch(/DUE +NOTICE UNTIL/);
  expect(untold).toMatch(/its grace has run out, but nobody has been told yet$/);
  expect(told).toContain('2026-11-20 12:00Z  2026-11-23 11:00Z');
  expect(told).toMatch(/slack announced it on 2026-11-22 11:00Z, and it may be deleted from 2026-11-23 11:00Z on$/);
});

test("a failed step shows its request id for the cloud's support", () => {
  const failed = anOutcome({ outcome: 'failed', reason: 'it could not be deleted', code: 'X', requestId: 'REQ-1' });
  expect(report(aResult([failed], { status: 'incomplete' }), 160)).toContain('it could not be deleted (request REQ-1)');
});

test('the summary names unread, halted, unsupported, refused and omitted places', () => {
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

test('the summary names unused customer gateways, unread customer gateways, and the attachments of transit routers', () => {
  const place = { accountId: ACCOUNT, regionId: REGION, customerGateways: [], transitRouters: [] };
  const gateways = Array.from({ length: 22 }, (_, index) => ({ customerGatewayId: `cgw-${index}`, name: null }));
  const hostile = { customerGatewayId: 'cgw-x', name: `\u202e\u001b[31m${'long'.repeat(20)}` };
  const text = report(
    aResult([], {
      leftovers: [
        {
          ...place,
          customerGateways: [hostile, ...gateways],
          customerGatewaysOmitted: 4,
          transitRouters: [{ transitRouterId: 'tr-1', attachments: 48, quota: 50 }],
        },
        { ...place, regionId: 'eu-central-1', unread: 'DescribeCustomerGateways failed: Forbidden' },
      ],
    }),
    2_000,
  );
  expect(text).toContain(
    `Unused customer gateways in ${REGION} of account ${ACCOUNT} (27): cgw-x (\\u202e\\u001b[31mlong`,
  );
  expect(text).toMatch(/…\), cgw-0, .*, cgw-18, 7 more$/m);
  expect(text).toContain(`VPN attachments in ${REGION} of account ${ACCOUNT}, of the documented quota: tr-1 48 of 50`);
  expect(text).toContain(
    `Unused customer gateways in eu-central-1 of account ${ACCOUNT} could not be read: DescribeCustomerGateways failed`,
  );
});

test('each account has its own table if there are several', () => {
  const text = report(aResult([anOutcome({}), anOutcome({ connectionId: 'vco-2', accountId: '2000000000000002' })]));
  expect(text.match(/^Account \d+$/gm)).toEqual([`Account ${ACCOUNT}`, 'Account 2000000000000002']);
});

test('the report has colour only on request', () => {
  const sequence = '\u001b[';
  expect(report(A_PLAN, 100, true)).toContain(sequence);
  expect(report(A_PLAN, 100, false)).not.toContain(sequence);
});

const HOSTILE = 'x\u001b[2J\u001b]0;owned\u0007\n  deleted  vco-live\r\u202egnp\u200b\u009b31m\u2028';

test('a name cannot colour the screen, break a line or turn text around', () => {
  const reason = `its name "${HOSTILE}" matches protect.names "*"`;
  const text = report(
    aResult([anOutcome({ name: HOSTILE, owner: HOSTILE, outcome: 'protected', rule: null, reason })]),
    160,
  );
  const first = text.split('\n').find((line) => line.startsWith('protected'));
  expect(first).toContain('x\\u001b[2J\\u001b]0;owned');
  expect(text.match(/^deleted/gm)).toBeNull();
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
});

test('no name makes a line wider than the terminal', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.integer({ min: 20, max: 300 }), (name, columns) => {
      const bound = { name, owner: name, attachedTo: { transitRouterId: 'tr-1', cenId: name }, dueAt: ago(DAY) };
      const text = report(aResult([anOutcome({ since: ago(2 * DAY), ...bound }), anOutcome({})]), columns);
      for (const line of text.split('\n')) {
        expect(widthOf(line)).toBeLessThanOrEqual(columns);
      }
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
  );
});

test('JSON is a single line without control characters, and parses to the same values', () => {
  const line = toJsonLine({ name: HOSTILE, astral: '\u{e0041}😀' });
  expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  expect(JSON.parse(line)).toEqual({ name: HOSTILE, astral: '\u{e0041}😀' });
});

test('wrapped text fits, and loses only the spaces at its breaks', () => {
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
    'Incomplete: somebody has to fix the problems above. Until then every run ends like this one.',
  ],
  ['NetworkError', 'Incomplete: the next run tries the missing reads and steps again.'],
])('an incomplete run names the person who can act after %s', (code, expected) => {
  const reason = `DescribeVpnConnections failed: ${code}`;
  const region = aResult([], { status: 'incomplete', regions: [{ ...UNREAD, code, reason }] });
  expect(report(region).replaceAll('\n', ' ')).toContain(`${REGION} was not read: ${reason} ${expected}`);

  const step = aResult([anOutcome({ outcome: 'failed', code })], { status: 'incomplete' });
  expect(report(step)).toContain(expected);

  const problems = [{ text: 'the credentials', code }];
  const watched = reportRun(
    aResult([], { status: 'incomplete', regions: [] }),
    { policy: aPolicy(), problems },
    { color: false, columns: 200 },
  );
  expect(watched).toContain(expected);
});
