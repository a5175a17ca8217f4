import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TransportCall, TransportReply } from '../../lib/cloud/transport.ts';
import { ago, DAY, HOUR, NOW } from '../support/builders.ts';
import { startCloud } from '../support/cloud.ts';
import { bound, down, estate, free, ripe, routed } from '../support/estates.ts';
import { NONSENSE, pathsOf, type Spoiling, spoilAt, spoilField, spoiling } from '../support/spoil.ts';

const OTHER_ACCOUNT = '2000000000000002';
const tunnels = (...statuses: string[]) => ({
  ...down,
  TunnelOptions: statuses.map((Status, index) => ({ TunnelId: `tun-${index + 1}`, Status })),
});
const DOWN = 'ike_sa_not_established';
const UP = 'ipsec_sa_established';

/** One connection for each reason to stay, all marked and ripe, among some that go. */
const ESTATE = {
  accounts: [{ accountId: '1000000000000001' }, { accountId: OTHER_ACCOUNT }],
  ...routed('routed'),
  ...estate(
    free('goes', ripe()),
    free('halfdone', { 'vco-sweeper:detached': `${ago(HOUR)} tr-attach-x` }),
    free('expired', { ...ripe('expired'), 'vco-sweeper:expires': '2026-01-01' }),
    free('unmarked'),
    free('waits', { ...ripe(), 'vco-sweeper:orphan': `unassociated ${ago(HOUR)}` }),
    free('gap', { ...ripe(), 'vco-sweeper:seen': ago(9 * DAY) }),
    free('keep', { ...ripe(), 'vco-sweeper:keep': 'true' }),
    free('tagged', { ...ripe(), env: 'prod' }),
    free('named', ripe(), { Name: 'prod-1' }),
    free('grouped', ripe(), { ResourceGroupId: 'rg-prod' }),
    free('young', ripe(), { CreateTime: NOW - HOUR }),
    free('locked', ripe(), { State: 'financialLocked' }),
    free('changing', ripe(), { State: 'updating' }),
    free('gateway', ripe(), { AttachType: 'VPNGW', VpnGatewayId: 'vpn-1' }),
    bound('down', ripe('tunnels-down'), tunnels(DOWN, DOWN)),
    bound('single', ripe('tunnels-down'), down),
    bound('up1', ripe('tunnels-down'), tunnels(DOWN, UP)),
    bound('up2', ripe('tunnels-down'), tunnels(UP, DOWN)),
    bound('up', ripe('tunnels-down')),
    bound('unrouted', ripe('unrouted')),
    bound('routed', ripe('unrouted')),
    bound('foreign', ripe('tunnels-down'), { ...down, TransitRouterId: 'tr-foreign' }),
  ),
  transitRouters: [
    { TransitRouterId: 'tr-1' },
    { TransitRouterId: 'tr-2' },
    { TransitRouterId: 'tr-foreign', accountId: OTHER_ACCOUNT },
  ],
};

const aCloud = () =>
  startCloud({
    estate: ESTATE,
    policy: {
      rules: { unassociated: DAY, 'tunnels-down': DAY, unrouted: DAY, expired: DAY },
      protect: { tags: [{ key: 'env', value: 'prod' }], names: ['prod*'], resourceGroups: ['rg-prod'] },
      limits: { perRun: 100, perRegionShare: 1 },
      retry: { attempts: 2 },
    },
  });

type After = (call: TransportCall, reply: TransportReply) => TransportReply;

/** Deletes and detaches that were sent, with what they were sent for; in no order. */
async function removals(after: After): Promise<readonly string[]> {
  const cloud = aCloud();
  await cloud.run({ after });
  return [...new Set(cloud.writes().filter((line) => line.startsWith('Delete')))].sort();
}

/** As a service that shows tags in no reply about connections: then they are asked for by themselves. */
const NO_TAGS: Spoiling = { name: 'dropped', apply: () => undefined };
const withoutTags: After = ({ action }, reply) => {
  if (!action.startsWith('DescribeVpnConnection')) return reply;
  return { ...reply, body: spoilField(spoilField(reply.body, 'Tag', NO_TAGS), 'Tags', NO_TAGS) };
};
const asItIs: After = (_call, reply) => reply;
const SERVICES = [asItIs, withoutTags];

/** Every reply to every call of a whole run, once for each action. */
async function replies(service: After): Promise<ReadonlyMap<string, readonly TransportReply[]>> {
  const seen = new Map<string, TransportReply[]>();
  await aCloud().run({
    after: (call, reply) => {
      const shown = service(call, reply);
      seen.set(call.action, [...(seen.get(call.action) ?? []), shown]);
      return shown;
    },
  });
  return seen;
}

const GOES = [
  'DeleteTransitRouterVpnAttachment tr-attach-down',
  'DeleteTransitRouterVpnAttachment tr-attach-single',
  'DeleteTransitRouterVpnAttachment tr-attach-unrouted',
  ...['down', 'expired', 'goes', 'halfdone', 'single', 'unrouted'].map((name) => `DeleteVpnAttachment vco-${name}`),
];

test.each([
  ['with tags', asItIs],
  ['without tags', withoutTags],
])('a service that shows connections %s: just what is due goes', async (_what, service) => {
  expect(await removals(service)).toEqual(GOES);
});

test('one reply with one place spoilt makes nothing go that stays otherwise', async () => {
  const recorded = await Promise.all(SERVICES.map(replies));
  const which = fc.record({
    service: fc.nat(SERVICES.length - 1),
    action: fc.nat(),
    nth: fc.nat(),
    place: fc.nat(),
    how: spoiling,
  });
  await fc.assert(
    fc.asyncProperty(which, async ({ service: at, action: pick, nth, place, how }) => {
      const service = SERVICES[at] ?? asItIs;
      const actions = [...(recorded[at] ?? [])];
      const [action, all] = actions[pick % actions.length] ?? ['', []];
      let left = nth % all.length;
      const gone = await removals((call, reply) => {
        const shown = service(call, reply);
        if (call.action !== action || left-- !== 0) return shown;
        const paths = pathsOf(shown.body);
        return { ...shown, body: spoilAt(shown.body, paths[place % paths.length] ?? [], how) };
      });
      expect(gone.filter((line) => !GOES.includes(line))).toEqual([]);
    }),
    { numRuns: 70 },
  );
});

test('a field that no reply gives any more makes nothing go that stays otherwise', async () => {
  const recorded = await Promise.all(SERVICES.map(replies));
  const fieldsOf = (all: readonly TransportReply[]) =>
    [...new Set(all.flatMap(({ body }) => pathsOf(body).map((path) => path.at(-1))))].filter(
      (key) => typeof key === 'string',
    );
  const holes: string[] = [];
  for (const [at, service] of SERVICES.entries()) {
    for (const field of new Set([...(recorded[at]?.values() ?? [])].flatMap(fieldsOf))) {
      const gone = await removals((call, reply) => {
        const shown = service(call, reply);
        return { ...shown, body: spoilField(shown.body, field, NO_TAGS) };
      });
      holes.push(...gone.filter((line) => !GOES.includes(line)).map((line) => `${line} for want of ${field}`));
    }
  }
  expect(holes).toEqual([]);
});

test('a field that is nonsense in every reply makes nothing go that stays otherwise', async () => {
  const recorded = await Promise.all(SERVICES.map(replies));
  const which = fc.record({
    service: fc.nat(SERVICES.length - 1),
    field: fc.nat(),
    how: fc.constantFrom(...NONSENSE),
  });
  await fc.assert(
    fc.asyncProperty(which, async ({ service: at, field: pick, how }) => {
      const service = SERVICES[at] ?? asItIs;
      const paths = [...(recorded[at]?.values() ?? [])].flat().flatMap(({ body }) => pathsOf(body));
      const names = [...new Set(paths.map((path) => path.at(-1)))].filter((key) => typeof key === 'string');
      const field = names[pick % names.length] ?? '';
      const gone = await removals((call, reply) => {
        const shown = service(call, reply);
        return { ...shown, body: spoilField(shown.body, field, how) };
      });
      expect(gone.filter((line) => !GOES.includes(line))).toEqual([]);
    }),
    { numRuns: 70 },
  );
});
