import { describe, expect, test } from 'vitest';
import type { Connection } from '../../../lib/core/domain/estate.ts';
import type { Policy } from '../../../lib/core/domain/policy.ts';
import { plan } from '../../../lib/core/plan/plan.ts';
import { RULE_NAMES } from '../../../lib/core/rules/all-rules.ts';
import type { Notice } from '../../../lib/core/told/notice.ts';
import { createExplanation } from '../../../lib/report/explain/explanation.ts';
import { reportExplanation } from '../../../lib/report/text/explanation-report.ts';
import {
  ACCOUNT,
  aBoundConnection,
  aConnection,
  ago,
  anAttachment,
  aPolicy,
  aRegion,
  DAY,
  HOUR,
  judgeOne,
  NOW,
  REGION,
  tagged,
  twoTunnels,
  witnesses,
} from '../../support/builders.ts';

const due = (rule = 'unassociated') =>
  tagged({ 'vco-sweeper:orphan': `${rule} ${ago(20 * DAY)}`, 'vco-sweeper:seen': ago(HOUR), team: 'secret-ish' });

const DOWN = ['ike_sa_not_established', 'ike_sa_not_established'] as const;

function explain(connection: Connection, policy: Policy = aPolicy(), others: readonly Connection[] = []) {
  const held = connection.attachType === 'CEN' ? [anAttachment({ connectionId: connection.connectionId })] : [];
  const facts = { witnesses: witnesses(held), routing: 'unread' as const };
  const judge = (one: Connection) => ({
    accountId: ACCOUNT,
    regionId: REGION,
    verdict: judgeOne(one, policy, { witnesses: facts.witnesses }),
    mode: 'plan' as const,
  });
  const judged = judge(connection);
  const all = [judged, ...others.map(judge)];
  const planned = plan([aRegion(all)], policy.limits, NOW);
  return createExplanation({ judged, facts, plan: planned, policy, judgedMs: NOW });
}
const report = (...args: Parameters<typeof explain>) =>
  reportExplanation(explain(...args), { color: false, columns: 100 });

test('a due orphan has all facts behind its deletion', () => {
  const policy = aPolicy({ mode: 'sweep', rules: { 'tunnels-down': 14 * DAY, expired: 0 } });
  const tunnels = twoTunnels('ike_sa_not_established', 'ipsec_sa_not_established');
  const connection = aBoundConnection({ name: 'warehouse', tags: due('tunnels-down'), tunnels });
  const text = report(connection, policy);
  expect(text).toMatch(/^ +unrouted: off$/m);
  // A rule that is off only says this, and the number of these rules may grow.
  expect(text.replaceAll(/^ +\S+: off\n/gm, '')).toMatchInlineSnapshot(`
    "vco-1  warehouse
      verdict       orphan, judged 2026-11-22 12:00Z
                    tunnels-down: its grace has run out
      what happens  detached from tr-1 and deleted by the next sweep
      limits        not held back: number 1 of 1 in the queue, and limits.perRun is 20
      where         cn-hangzhou, account 1000000000000001
      what it is    IPsec-VPN connection, AttachType CEN, State attached, status
                      ike_sa_not_established
                    created 2026-08-14 12:00Z (100d ago)
                    resource group rg-1
      bound to      tr-1, tr-attach-1, cen-1
                    tr-1 holds it by tr-attach-1, Attached
      tunnels       tun-1 ike_sa_not_established, active
                    tun-2 ipsec_sa_not_established, active
      tags          team=secret-ish
                    vco-sweeper:orphan=tunnels-down 2026-11-02T12:00:00.000Z
                    vco-sweeper:seen=2026-11-22T11:00:00.000Z
      protection    none
      rules         unassociated (grace 1d): does not hold
                    - AttachType CEN, State attached
                    - tr-1 holds it by tr-attach-1, Attached
                    tunnels-down (grace 14d): holds
                    - AttachType CEN, State attached
                    - tr-1 holds it by tr-attach-1, Attached
                    - both tunnels ike_sa_not_established, ipsec_sa_not_established
                    expired (no grace): does not hold
                    - no tag vco-sweeper:expires
      mark          orphan by tunnels-down since 2026-11-02 12:00Z (20d ago)
                    last seen as an orphan 2026-11-22 11:00Z (1h ago)
    "
  `);
});

test('an orphan without a mark has its next step and its earliest deletion', () => {
  const { next } = explain(aConnection());
  expect(next.first).toBe('marked by the next run in mode mark or sweep');
  expect(next.at).toBe(ago(-DAY));
  expect(report(aConnection())).toContain("the policy's mode is plan: a scheduled run changes nothing");
});

test('an orphan inside its grace has the end of the grace', () => {
  const tags = tagged({ 'vco-sweeper:orphan': `unassociated ${ago(5 * HOUR)}`, 'vco-sweeper:seen': ago(HOUR) });
  expect(explain(aConnection({ tags })).next).toMatchObject({ first: null, at: ago(5 * HOUR - DAY) });
});

test('a protected connection has the verdicts of the rules without the protection', () => {
  const { verdict, protections, rules } = explain(aConnection({ tags: tagged({ 'vco-sweeper:keep': '' }) }));
  expect(verdict.kind).toBe('protected');
  expect(protections).toEqual(['tag vco-sweeper:keep']);
  expect(rules.map(({ rule, says }) => [rule, says])).toEqual(
    RULE_NAMES.map((name) => [name, name === 'unassociated' ? 'holds' : 'off']),
  );
});

test('no rule is asked if the association is unknown', () => {
  const { rules, association } = explain(aBoundConnection({ state: 'updating' }));
  expect(rules[0]).toMatchObject({ says: 'not asked', evidence: ['it is updating'] });
  expect(association.kind).toBe('changing');
});

test('a mark that no longer counts has a reason', () => {
  const tags = tagged({ 'vco-sweeper:orphan': `unassociated ${ago(9 * DAY)}`, 'vco-sweeper:seen': ago(5 * DAY) });
  expect(report(aConnection({ tags }))).toMatch(
    /mark +does not count any more: last seen as an orphan 2026-11-17 12:00Z, longer ago/,
  );
});

test('the place in the queue counts all due connections', () => {
  const policy = aPolicy({ limits: { perRun: 1, perRegionShare: 1 } });
  const longer = aConnection({
    connectionId: 'vco-0',
    tags: tagged({ 'vco-sweeper:orphan': `unassociated ${ago(30 * DAY)}`, 'vco-sweeper:seen': ago(HOUR) }),
  });
  expect(explain(aConnection({ tags: due() }), policy, [longer]).limits).toEqual([
    'its turn comes in a later run: it is number 2 of 2 in the queue, and limits.perRun is 1',
  ]);
});

test('a halted region holds the deletion back', () => {
  const policy = aPolicy({ limits: { shareFloor: 0 } });
  expect(explain(aConnection({ tags: due() }), policy).limits).toEqual([
    'the region is halted: 1 of its 1 connections would be deleted, more than limits.perRegionShare allows',
  ]);
});

test('a connection that limits hold back is not announced as deleted', () => {
  const { what } = explain(aConnection({ tags: due() }), aPolicy({ limits: { shareFloor: 0 } })).next;
  expect(what).toBe('kept for now by the limits below. Without them: deleted by the next sweep');
});

test('every tag is shown with its value, unless it has no value', () => {
  const tags = tagged({ owner: 'team=net', bare: '' });
  expect(explain(aConnection({ tags })).connection.tags).toEqual(['bare', 'owner=team=net']);
});

test('names and tags are made printable', () => {
  const tags = tagged({ 'vco-sweeper:orphan': '\u001b[31m', 'k\u202e': 'v\u2066\n  verdict  in-use' });
  const text = report(aConnection({ name: 'a\n  verdict  in-use', tags }));
  expect(text.split('\n')[0]).toBe('vco-1  a\\u000a  verdict  in-use');
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});

describe('a held connection', () => {
  const held = (hours: number) =>
    aConnection({
      tags: tagged({
        'vco-sweeper:detached': `${ago(hours * HOUR)} tr-attach-old`,
        'vco-sweeper:seen': ago(Math.min(hours, 100) * HOUR),
      }),
    });
  const policy = aPolicy({ mode: 'sweep', detach: { holdMs: 2 * DAY } });

  test('has the end of its hold, and the ways to keep it', () => {
    const text = report(held(1), policy);
    expect(text).toContain('half-done, judged 2026-11-22 12:00Z');
    expect(text).toContain('from 2026-11-24 11:00Z (in 1d 23h): deleted by a sweep');
    expect(text).toMatch(/held +until 2026-11-24 11:00Z \(in 1d 23h\)\. It was bound by tr-attach-old/);
    expect(text).toContain('- attach it as it was: vco-sweeper restore vco-1');
    expect(text).toContain('- bind it to a transit router by hand');
    expect(text).toContain('give it the tag vco-sweeper:keep');
    expect(explain(held(1), policy).hold).toMatchObject({ until: '2026-11-24T11:00:00.000Z' });
  });

  test('is deleted by the next sweep once its hold is over', () => {
    expect(explain(held(49), policy)).toMatchObject({ hold: null, next: { at: null } });
    expect(report(held(49), policy)).toContain('deleted by the next sweep');
  });

  test('is held again after a gap', () => {
    expect(explain(held(2_000), policy).hold).toMatchObject({ until: '2026-11-24T12:00:00.000Z' });
  });

  test('is announced for a connection that the next sweep detaches', () => {
    const connection = aBoundConnection({ tags: due('tunnels-down'), tunnels: twoTunnels(...DOWN) });
    const holding = aPolicy({ mode: 'sweep', rules: { 'tunnels-down': DAY }, detach: { holdMs: 2 * DAY } });
    expect(report(connection, holding)).toContain('detached from tr-1, held for 2d and then deleted');
  });
});

describe('where the policy requires a notice', () => {
  const policy = aPolicy({ mode: 'sweep', notify: { required: true, noticeMs: DAY } });
  const telling = { atMs: NOW - 2 * HOUR, channel: 'slack-2', reportId: 'report-1' };
  const graceOf = (hours: number) =>
    tagged({ 'vco-sweeper:orphan': `unassociated ${ago(hours * HOUR)}`, 'vco-sweeper:seen': ago(HOUR) });
  const explainTold = (hours: number, notice?: Notice) => {
    const facts = { witnesses: witnesses(), routing: 'unread' as const };
    const verdict = judgeOne(aConnection({ tags: graceOf(hours) }), policy, { witnesses: facts.witnesses });
    const judged = { accountId: ACCOUNT, regionId: REGION, verdict, mode: 'plan' as const, notice };
    const planned = plan([aRegion([judged])], policy.limits, NOW);
    const { next, notice: told, limits } = createExplanation({ judged, facts, plan: planned, policy, judgedMs: NOW });
    return { next, told, limits };
  };

  test('an unnamed connection first needs a message', () => {
    expect(explainTold(48, { kind: 'none', hasClock: true })).toEqual({
      next: {
        first: 'a channel accepts a message that names it, at least 1d before',
        what: 'deleted by a sweep',
        at: ago(-DAY),
      },
      told: { says: 'nobody has been told yet', told: null },
      limits: [],
    });
  });

  test('a named connection has the time and the channel of the message, and the end of the notice', () => {
    const untilMs = telling.atMs + DAY;
    expect(explainTold(48, { kind: 'running', telling, untilMs })).toEqual({
      next: { first: null, what: 'deleted by a sweep', at: ago(-22 * HOUR) },
      told: {
        says: `told on ${ago(2 * HOUR)} by slack-2 (report report-1), and its notice of 1d is over on ${ago(-22 * HOUR)}`,
        told: { at: ago(2 * HOUR), channel: 'slack-2', reportId: 'report-1', until: ago(-22 * HOUR) },
      },
      limits: [],
    });
  });

  test('the next sweep deletes the connection after the notice', () => {
    const early = { ...telling, atMs: NOW - 30 * HOUR };
    const { next, told } = explainTold(48, { kind: 'over', telling: early, untilMs: NOW - 6 * HOUR });
    expect(next).toEqual({ first: null, what: 'deleted by the next sweep', at: null });
    expect(told?.says).toContain(`its notice of 1d was over on ${ago(6 * HOUR)}`);
  });

  test.each<[string, number, string]>([
    ['grace', 1, ago(-23 * HOUR)],
    ['notice', 23, ago(-22 * HOUR)],
  ])('inside the grace, the later end of grace and notice counts: the %s', (_which, hours, at) => {
    const { next } = explainTold(hours, { kind: 'running', telling, untilMs: telling.atMs + DAY });
    expect(next.at).toBe(at);
  });

  test('unreadable records come first', () => {
    const { next, told } = explainTold(48, { kind: 'unread', reason: 'the store is away', code: 'StoreGone' });
    expect(next.first).toBe('the records of messages can be read');
    expect(told).toEqual({ says: 'the store is away', told: null });
  });

  test('a connection without a mark has no clock to name', () => {
    const { notice, next } = explain(aConnection(), policy);
    expect(notice?.says).toBe('nobody can have been told yet, because it has no mark that a message could name');
    expect(next.first).toMatch(/^marked by the next run .*, and then a channel accepts a message that names it/);
  });

  test('a policy without a required notice has no notice report', () => {
    expect(explain(aConnection({ tags: graceOf(48) })).notice).toBeNull();
  });
});
