import { expect, test } from 'vitest';
import type { Connection } from '../../../lib/core/domain/estate.ts';
import type { Policy } from '../../../lib/core/domain/policy.ts';
import { plan } from '../../../lib/core/plan/plan.ts';
import { RULE_NAMES } from '../../../lib/core/rules/all-rules.ts';
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

test('an orphan whose grace has run out: everything its deletion rests on', () => {
  const policy = aPolicy({ mode: 'sweep', rules: { 'tunnels-down': 14 * DAY, expired: 0 } });
  const tunnels = twoTunnels('ike_sa_not_established', 'ipsec_sa_not_established');
  const connection = aBoundConnection({ name: 'warehouse', tags: due('tunnels-down'), tunnels });
  const text = report(connection, policy);
  expect(text).toMatch(/^ +unrouted: off$/m);
  // A rule that is off says no more than that, and there may be more of them.
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
                    last seen so 2026-11-22 11:00Z (1h ago)
    "
  `);
});

test('one without a mark: what comes first, and from when on it could be deleted', () => {
  const { next } = explain(aConnection());
  expect(next.first).toBe('marked by the next run in mode mark or sweep');
  expect(next.at).toBe(ago(-DAY));
  expect(report(aConnection())).toContain("the policy's mode is plan: a scheduled run changes nothing");
});

test('one inside its grace: until when', () => {
  const tags = tagged({ 'vco-sweeper:orphan': `unassociated ${ago(5 * HOUR)}`, 'vco-sweeper:seen': ago(HOUR) });
  expect(explain(aConnection({ tags })).next).toMatchObject({ first: null, at: ago(5 * HOUR - DAY) });
});

test('rules are asked of a protected one too, to show what would be without the protection', () => {
  const { verdict, protections, rules } = explain(aConnection({ tags: tagged({ 'vco-sweeper:keep': '' }) }));
  expect(verdict.kind).toBe('protected');
  expect(protections).toEqual(['tag vco-sweeper:keep']);
  expect(rules.map(({ rule, says }) => [rule, says])).toEqual(
    RULE_NAMES.map((name) => [name, name === 'unassociated' ? 'holds' : 'off']),
  );
});

test('no rule is asked when it is not settled what the connection is bound to', () => {
  const { rules, association } = explain(aBoundConnection({ state: 'updating' }));
  expect(rules[0]).toMatchObject({ says: 'not asked', evidence: ['it is updating'] });
  expect(association.kind).toBe('changing');
});

test('a mark that counts no more says why', () => {
  const tags = tagged({ 'vco-sweeper:orphan': `unassociated ${ago(9 * DAY)}`, 'vco-sweeper:seen': ago(5 * DAY) });
  expect(report(aConnection({ tags }))).toMatch(/mark +counts no more: last seen so 2026-11-17 12:00Z, longer ago/);
});

test('the place in the queue counts all that are ripe, not only the one asked about', () => {
  const policy = aPolicy({ limits: { perRun: 1, perRegionShare: 1 } });
  const longer = aConnection({
    connectionId: 'vco-0',
    tags: tagged({ 'vco-sweeper:orphan': `unassociated ${ago(30 * DAY)}`, 'vco-sweeper:seen': ago(HOUR) }),
  });
  expect(explain(aConnection({ tags: due() }), policy, [longer]).limits).toEqual([
    'its turn comes in a later run: it is number 2 of 2 in the queue, and limits.perRun is 1',
  ]);
});

test('a halted region holds it back', () => {
  const policy = aPolicy({ limits: { shareFloor: 0 } });
  expect(explain(aConnection({ tags: due() }), policy).limits).toEqual([
    'the region is halted: 1 of its 1 connections would go, more than limits.perRegionShare allows',
  ]);
});

test('what is held back is not announced as deleted', () => {
  const { what } = explain(aConnection({ tags: due() }), aPolicy({ limits: { shareFloor: 0 } })).next;
  expect(what).toBe('kept for now, by what stands under limits; else deleted by the next sweep');
});

test('every tag is shown with its value, if it has one', () => {
  const tags = tagged({ owner: 'team=net', bare: '' });
  expect(explain(aConnection({ tags })).connection.tags).toEqual(['bare', 'owner=team=net']);
});

test('names and tags are made printable', () => {
  const tags = tagged({ 'vco-sweeper:orphan': '\u001b[31m', 'k\u202e': 'v\u2066\n  verdict  in-use' });
  const text = report(aConnection({ name: 'a\n  verdict  in-use', tags }));
  expect(text.split('\n')[0]).toBe('vco-1  a\\u000a  verdict  in-use');
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});
