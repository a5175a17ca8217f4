import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Attachment, Connection, Routing, Tunnel, TunnelStatus } from '../../../lib/core/domain/estate.ts';
import type { Policy } from '../../../lib/core/domain/policy.ts';
import { createWitnesses } from '../../../lib/core/judge/association.ts';
import { type JudgeInput, judge, type Verdict } from '../../../lib/core/judge/judge.ts';
import { type Judged, type JudgedRegion, plan } from '../../../lib/core/plan/plan.ts';
import { byRule, RULE_NAMES } from '../../../lib/core/rules/all-rules.ts';
import {
  ACCOUNT,
  aConnection,
  ago,
  anAttachment,
  aPolicy,
  aRegion,
  DAY,
  HOUR,
  NOW,
  tagged,
} from '../../support/builders.ts';

const STATUSES: readonly TunnelStatus[] = [
  'ike_sa_not_established',
  'ike_sa_established',
  'ipsec_sa_not_established',
  'ipsec_sa_established',
  'unknown',
];
const status = fc.constantFrom(...STATUSES);
const mostly = <T>(usual: T, ...others: readonly T[]) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, fc.constantFrom(...others));

const tags = fc
  .record(
    {
      'vco-sweeper:orphan': fc
        .tuple(fc.constantFrom(...RULE_NAMES), fc.constantFrom(HOUR, 2 * DAY))
        .map(([rule, age]) => `${rule} ${ago(age)}`),
      'vco-sweeper:seen': mostly(ago(HOUR), ago(9 * DAY), 'x'),
      'vco-sweeper:keep': mostly('false', ''),
      'vco-sweeper:expires': fc.constantFrom('2026-11-01', '2027-01-01', 'x'),
      'vco-sweeper:detached': fc.constantFrom(`${ago(HOUR)} tr-attach-1`, 'x'),
      env: fc.constantFrom('prod', 'test', ''),
    },
    { requiredKeys: ['vco-sweeper:orphan', 'vco-sweeper:seen'] },
  )
  .map((found) => tagged(Object.fromEntries(Object.entries(found).map(([key, value]) => [key, value ?? '']))));

const tunnel: fc.Arbitrary<Tunnel> = fc.record({
  tunnelId: fc.constant('tun-1'),
  status,
  state: fc.constantFrom('active', 'updating', undefined),
});
const UNBOUND: Partial<Connection> = { attachType: 'NO_ASSOCIATED', state: 'init' };
const BOUND: Partial<Connection> = { attachType: 'CEN', state: 'attached', transitRouterId: 'tr-1' };
const shape = fc.constantFrom<Partial<Connection>>(
  ...[UNBOUND, UNBOUND, BOUND, BOUND, BOUND, BOUND],
  { attachType: 'CEN', state: 'financialLocked', transitRouterId: 'tr-1' },
  { attachType: 'CEN', state: 'detaching', transitRouterId: 'tr-1' },
  { attachType: 'CEN', state: 'attached', transitRouterId: 'tr-foreign' },
  { attachType: 'VPNGW', state: 'active', vpnGatewayId: 'vpn-1' },
  { attachType: 'missing', state: 'init' },
);
const connection = fc
  .record({
    shape,
    status,
    tunnels: fc.oneof(fc.constant([]), fc.tuple(tunnel, tunnel)),
    name: mostly('branch', 'prod-1', ''),
    resourceGroupId: mostly('rg-1', 'rg-prod'),
    createdAtMs: mostly(NOW - 100 * DAY, NOW - HOUR),
    tags,
  })
  .map(({ shape: kind, ...rest }) => aConnection({ ...rest, ...kind }));
const attachment = fc
  .record({
    attachmentId: fc.constantFrom('tr-attach-1', 'tr-attach-2'),
    connectionId: mostly('vco-1', 'vco-2'),
    status: mostly<Attachment['status']>('Attached', 'Detaching', 'unknown'),
  })
  .map(anAttachment);
const routing: fc.Arbitrary<Routing | 'unread'> = fc.oneof(
  fc.constant('unread' as const),
  fc.record({
    associations: fc.subarray(['vtb-1']),
    propagations: fc.subarray(['vtb-1']),
    staticRoutes: fc.subarray(['10.0.0.0/8']),
  }),
);
const facts: fc.Arbitrary<JudgeInput> = fc
  .record({
    connection,
    attachments: fc.oneof(fc.tuple(attachment), fc.array(attachment, { maxLength: 2 })),
    routing,
    unreadOwners: mostly<string[]>([], ['2']),
  })
  .map(({ attachments, unreadOwners, ...rest }) => ({
    ...rest,
    accountId: ACCOUNT,
    witnesses: createWitnesses(new Map([['tr-1', attachments]]), unreadOwners),
    nowMs: NOW,
  }));
const grace = fc.constantFrom<number | 'off'>('off', 0, DAY);
const policy: fc.Arbitrary<Policy> = fc
  .record({
    rules: fc.record(byRule(() => grace)),
    protect: fc.record({
      names: fc.subarray(['prod*']),
      resourceGroups: fc.subarray(['rg-prod']),
      tags: fc.subarray([
        { key: 'env', value: 'prod' },
        { key: 'owner', value: undefined },
      ]),
    }),
  })
  .map(aPolicy);

const blurred = (before: JudgeInput, change: Partial<Connection>): JudgeInput => ({
  ...before,
  connection: { ...before.connection, ...change },
});
const BLUR: Readonly<Record<string, (before: JudgeInput) => JudgeInput>> = {
  'the tags': (before) => blurred(before, { tags: 'unread' }),
  'the name': (before) => blurred(before, { name: undefined }),
  'the resource group': (before) => blurred(before, { resourceGroupId: undefined }),
  'the creation time': (before) => blurred(before, { createdAtMs: undefined }),
  'the AttachType': (before) => blurred(before, { attachType: 'unknown' }),
  'the AttachType, if it is left out': (before) => blurred(before, { attachType: 'missing' }),
  'the state': (before) => blurred(before, { state: 'unknown' }),
  'the status': (before) => blurred(before, { status: 'unknown' }),
  "a tunnel's status": (before) => {
    const tunnels = before.connection.tunnels.map(
      (one, at): Tunnel => (at === 0 ? { ...one, status: 'unknown' } : one),
    );
    return blurred(before, { tunnels });
  },
  'every tunnel': (before) => {
    const tunnels = before.connection.tunnels.map(
      (): Tunnel => ({ tunnelId: '', status: 'unknown', state: undefined }),
    );
    return blurred(before, { tunnels });
  },
  'the routes': (before) => ({ ...before, routing: 'unread' }),
  'the status of each attachment': (before) => {
    const lists = [...before.witnesses.attachmentsOf].map(([id, list]): [string, readonly Attachment[]] => [
      id,
      list.map((one) => ({ ...one, status: 'unknown' })),
    ]);
    return { ...before, witnesses: createWitnesses(new Map(lists), before.witnesses.unreadOwners) };
  },
  'an account of transit routers': (before) => ({ ...before, witnesses: createWitnesses(new Map(), ['2']) }),
  'one of the accounts': (before) => ({
    ...before,
    witnesses: createWitnesses(before.witnesses.attachmentsOf, [...before.witnesses.unreadOwners, '3']),
  }),
};

const goes = ({ kind, isDue: due }: Verdict): boolean => due || kind === 'orphan' || kind === 'half-done';

describe('the set of deleted connections', () => {
  test('is reached by these examples, with every rule', () => {
    const seen = new Set<string | null>();
    for (const [before, rules] of fc.sample(fc.tuple(facts, policy), 3000)) {
      const verdict = judge(before, rules);
      if (verdict.isDue) {
        seen.add(verdict.rule);
      }
    }
    expect([...seen]).toEqual(expect.arrayContaining([...RULE_NAMES]));
  });

  test.each(Object.entries(BLUR))('does not grow if a run cannot see %s', (_what, blur) => {
    fc.assert(
      fc.property(facts, policy, (before, rules) => {
        const after = judge(blur(before), rules);
        const was = judge(before, rules);
        if (after.isDue) {
          expect(was.isDue).toBe(true);
        }
        if (goes(after)) {
          expect(goes(was)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  const protection = fc.record(
    {
      names: fc.array(fc.constantFrom('*', 'prod*', 'x', '[ab]*'), { maxLength: 2 }),
      resourceGroups: fc.array(fc.constantFrom('rg-1', 'rg-x'), { maxLength: 2 }),
      connections: fc.array(fc.constantFrom('vco-1', 'vco-x'), { maxLength: 2 }),
      tags: fc.array(
        fc.record({ key: fc.constantFrom('env', 'x'), value: fc.constantFrom(undefined, 'prod', 'test') }),
      ),
      youngerThanMs: fc.constantFrom(0, 365 * DAY),
    },
    { requiredKeys: ['names', 'resourceGroups', 'connections', 'tags', 'youngerThanMs'] },
  );
  test('never grows with more protection of any kind, and has no connection that the protection names', () => {
    fc.assert(
      fc.property(facts, policy, protection, (before, rules, more) => {
        const own = rules.protect;
        const after = judge(before, {
          ...rules,
          protect: {
            names: [...own.names, ...more.names],
            resourceGroups: [...own.resourceGroups, ...more.resourceGroups],
            connections: [...own.connections, ...more.connections],
            tags: [...own.tags, ...more.tags],
            youngerThanMs: Math.max(own.youngerThanMs, more.youngerThanMs),
          },
        });
        if (goes(after)) {
          expect(goes(judge(before, rules))).toBe(true);
        }
        const { connectionId, resourceGroupId } = before.connection;
        const named =
          more.connections.some((id) => id === connectionId) ||
          more.resourceGroups.some((id) => id === resourceGroupId);
        if (named || more.names.includes('*') || more.youngerThanMs > 100 * DAY) {
          expect(goes(after)).toBe(false);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('a plan', () => {
  const row = fc.tuple(
    facts,
    policy,
    fc.constantFrom('cn-hangzhou', 'eu-central-1'),
    mostly<Judged['mode']>('sweep', 'plan', undefined),
  );
  const estate = fc.array(row, { maxLength: 12 }).map((rows) =>
    rows.map(([before, rules, regionId, mode], at): Judged => {
      const connectionId = `vco-${at}`;
      const lists = [...before.witnesses.attachmentsOf].map(([id, list]): [string, readonly Attachment[]] => [
        id,
        list.map((one) => ({ ...one, connectionId })),
      ]);
      const witnesses = createWitnesses(new Map(lists), before.witnesses.unreadOwners);
      const verdict = judge({ ...blurred(before, { connectionId }), witnesses }, rules);
      return { accountId: ACCOUNT, regionId, verdict, mode };
    }),
  );
  const limits = fc.record({
    perRun: fc.nat(6),
    perDay: fc.constant('off' as const),
    perRegionShare: fc.constantFrom(0, 0.29, 0.5, 1),
    shareFloor: fc.nat(4),
  });
  const inRegions = (judged: readonly Judged[], order: readonly string[]): readonly JudgedRegion[] =>
    order.map((regionId) =>
      aRegion(
        judged.filter((one) => one.regionId === regionId),
        regionId,
      ),
    );
  const REGIONS = ['cn-hangzhou', 'eu-central-1'];
  const ALWAYS = { window: 'always', freeze: [] } as const;
  const idOf = ({ verdict }: Judged) => verdict.connection.connectionId;

  test('has only due connections in scope, half-done first, then the longest orphaned, then by id', () => {
    fc.assert(
      fc.property(estate, limits, (judged, bounds) => {
        const { queue, blocked } = plan(inRegions(judged, REGIONS), { ...bounds, ...ALWAYS }, NOW);
        for (const one of queue) {
          expect([one.verdict.isDue, one.verdict.locked, one.mode === undefined]).toEqual([true, false, false]);
        }
        const due = judged.filter(({ verdict, mode }) => verdict.isDue && mode !== undefined).map(idOf);
        expect([...queue, ...blocked.keys()].map(idOf).sort()).toEqual([...due].sort());
        const key = ({ verdict }: Judged) => [
          verdict.kind === 'half-done' ? 0 : 1,
          verdict.sinceMs ?? Number.MAX_SAFE_INTEGER,
        ];
        for (const [at, after] of queue.entries()) {
          const before = queue[at - 1];
          if (before === undefined) {
            continue;
          }
          const [rank = 0, since = 0] = key(before);
          const [nextRank = 0, nextSince = 0] = key(after);
          const inOrder =
            rank !== nextRank ? rank < nextRank : since !== nextSince ? since < nextSince : idOf(before) < idOf(after);
          expect(inOrder).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('keeps to the share of each region independently, and deletes nothing with a share of 0', () => {
    fc.assert(
      fc.property(estate, limits, (judged, bounds) => {
        const { queue } = plan(inRegions(judged, REGIONS), { ...bounds, ...ALWAYS }, NOW);
        for (const regionId of REGIONS) {
          const going = queue.filter((one) => one.regionId === regionId).length;
          const ours = judged.filter(
            (one) => one.regionId === regionId && /^(CEN|NO_ASSOCIATED)$/.test(one.verdict.connection.attachType),
          ).length;
          const within = going <= bounds.shareFloor || going / ours <= bounds.perRegionShare;
          expect(going === 0 || (within && bounds.perRegionShare > 0)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('does not depend on the order of connections and regions', () => {
    fc.assert(
      fc.property(estate, fc.infiniteStream(fc.nat()), limits, (judged, keys, bounds) => {
        const shuffled = judged
          .map((one): [number, Judged] => [keys.next().value, one])
          .sort(([first], [second]) => first - second)
          .map(([, one]) => one);
        const shown = (from: readonly JudgedRegion[]) => {
          const { queue, blocked, halts, perRun } = plan(from, { ...bounds, ...ALWAYS }, NOW);
          const held = [...blocked].map(([one, why]) => `${idOf(one)} ${why}`).sort();
          return { queue: queue.map(idOf), held, halts: halts.map(({ regionId }) => regionId).sort(), perRun };
        };
        expect(shown(inRegions(shuffled, REGIONS.toReversed()))).toEqual(shown(inRegions(judged, REGIONS)));
      }),
      { numRuns: 300 },
    );
  });
});
