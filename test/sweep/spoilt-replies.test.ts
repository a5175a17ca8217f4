import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TransportReply } from '../../lib/cloud/client/transport.ts';
import { ago, DAY, HOUR, NOW } from '../support/builders.ts';
import { type RunOptions, startCloud } from '../support/cloud.ts';
import { bound, down, dueTags, estate, free, routed } from '../support/estates.ts';
import {
  NONSENSE,
  type Path,
  PLAUSIBLE,
  pathsOf,
  type Spoiling,
  spoilAt,
  spoilField,
  spoiling,
} from '../support/spoil.ts';

const OTHER_ACCOUNT = '2000000000000002';
const tunnels = (...statuses: string[]) => ({
  ...down,
  TunnelOptions: statuses.map((Status, index) => ({ TunnelId: `tun-${index + 1}`, Status })),
});
const DOWN = 'ike_sa_not_established';
const UP = 'ipsec_sa_established';

/** Due connections, and for each reason to stay a connection that is marked and due. */
const ESTATE = {
  accounts: [{ accountId: '1000000000000001' }, { accountId: OTHER_ACCOUNT }],
  ...routed('routed'),
  ...estate(
    free('goes', dueTags()),
    free('halfdone', { 'vco-sweeper:detached': `${ago(HOUR)} tr-attach-x` }),
    free('expired', { ...dueTags('expired'), 'vco-sweeper:expires': '2026-01-01' }),
    free('unmarked'),
    free('waits', { ...dueTags(), 'vco-sweeper:orphan': `unassociated ${ago(HOUR)}` }),
    free('gap', { ...dueTags(), 'vco-sweeper:seen': ago(9 * DAY) }),
    free('keep', { ...dueTags(), 'vco-sweeper:keep': 'true' }),
    free('tagged', { ...dueTags(), env: 'prod' }),
    free('named', dueTags(), { Name: 'prod-1' }),
    free('grouped', dueTags(), { ResourceGroupId: 'rg-prod' }),
    free('young', dueTags(), { CreateTime: NOW - HOUR }),
    free('locked', dueTags(), { State: 'financialLocked' }),
    free('changing', dueTags(), { State: 'updating' }),
    free('gateway', dueTags(), { AttachType: 'VPNGW', VpnGatewayId: 'vpn-1' }),
    bound('down', dueTags('tunnels-down'), tunnels(DOWN, DOWN)),
    bound('single', dueTags('tunnels-down'), down),
    bound('up1', dueTags('tunnels-down'), tunnels(DOWN, UP)),
    bound('up2', dueTags('tunnels-down'), tunnels(UP, DOWN)),
    bound('up', dueTags('tunnels-down')),
    bound('unrouted', dueTags('unrouted')),
    bound('routed', dueTags('unrouted')),
    bound('foreign', dueTags('tunnels-down'), { ...down, TransitRouterId: 'tr-foreign' }),
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

type After = NonNullable<RunOptions['after']>;

/** Deletes and detaches that were sent, with their targets, in no order. */
async function removals(after: After): Promise<readonly string[]> {
  const cloud = aCloud();
  await cloud.run({ after });
  return [...new Set(cloud.writes().filter((line) => line.startsWith('Delete')))].sort();
}

const DROPPED: Spoiling = { name: 'dropped', apply: () => undefined };
/** A service that shows no tags in replies about connections, so that the sweep asks for tags separately. */
const withoutTags: After = ({ action }, reply) => {
  if (!action.startsWith('DescribeVpnConnection')) {
    return reply;
  }
  return { ...reply, body: spoilField(spoilField(reply.body, 'Tag', DROPPED), 'Tags', DROPPED) };
};
const asItIs: After = (_call, reply) => reply;
const SERVICES = [asItIs, withoutTags];

/** The replies to every call of a whole run, by action. */
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
])('if a service shows connections %s, the sweep deletes exactly the due connections', async (_what, service) => {
  expect(await removals(service)).toEqual(GOES);
});

test('a single spoilt place in a reply never deletes a connection that must stay', async () => {
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
        if (call.action !== action || left-- !== 0) {
          return shown;
        }
        const paths = pathsOf(shown.body);
        return { ...shown, body: spoilAt(shown.body, paths[place % paths.length] ?? [], how) };
      });
      expect(gone.filter((line) => !GOES.includes(line))).toEqual([]);
    }),
    { numRuns: 40 },
  );
});

/** Connections that are deleted only because every reply lacks the same field, with that field. */
async function holes(service: After, field: string, how: Spoiling): Promise<readonly string[]> {
  const gone = await removals((call, reply) => {
    const shown = service(call, reply);
    return { ...shown, body: spoilField(shown.body, field, how) };
  });
  return gone.filter((line) => !GOES.includes(line)).map((line) => `${line}: ${field} ${how.name}`);
}

const nameOf = (path: Path): readonly string[] => (typeof path.at(-1) === 'string' ? [String(path.at(-1))] : []);
async function fieldsOf(service: After, actions = /./): Promise<readonly string[]> {
  const bodies = [...(await replies(service))].filter(([action]) => actions.test(action)).map(([, all]) => all);
  return [...new Set(bodies.flat().flatMap(({ body }) => pathsOf(body).flatMap(nameOf)))];
}

test('a field that is missing from all replies never deletes a connection that must stay', async () => {
  const found: string[] = [];
  for (const field of await fieldsOf(asItIs)) {
    found.push(...(await holes(asItIs, field, DROPPED)));
  }
  for (const field of await fieldsOf(withoutTags, /^ListTagResources$/)) {
    found.push(...(await holes(withoutTags, field, DROPPED)));
  }
  expect(found).toEqual([]);
});

/** The fields of a connection that a verdict may rest on. */
const USED =
  /^(Name|CreateTime|AttachType|State|Status|TransitRouterId|VpnGatewayId|ResourceGroupId|Tunnel\w+|Tag|Value)$/;

// A list without tags would mean that no tags exist, because nothing in a reply counts them.
const COUNTED =
  /^(VpnConnection|TunnelOptions|TransitRouters|TransitRouter(Attachments|RouteTables|Associations|Propagations|RouteEntries))$/;

test('a first listing that says too little deletes nothing, because each connection is read again', async () => {
  const found: string[] = [];
  const kinds = PLAUSIBLE.filter(({ name }) => /^(empty text|an empty list|its first item gone)$/.test(name));
  for (const field of (await fieldsOf(asItIs, /^DescribeVpnConnections$/)).filter((name) => USED.test(name))) {
    for (const how of kinds) {
      let listings = 0;
      const gone = await removals((call, reply) => {
        if (call.action !== 'DescribeVpnConnections' || listings++ > 0) {
          return reply;
        }
        return { ...reply, body: spoilField(reply.body, field, how) };
      });
      found.push(...gone.filter((line) => !GOES.includes(line)).map((line) => `${line}: ${field} ${how.name}`));
    }
  }
  expect(found).toEqual([]);
});

test('a list that lacks an item in every reply never deletes a connection that must stay', async () => {
  const lists = (await fieldsOf(asItIs)).filter((field) => COUNTED.test(field));
  expect(lists).toHaveLength(8);
  const shorter = PLAUSIBLE.filter(({ name }) => /empty list|gone/.test(name));
  const found: string[] = [];
  for (const field of lists) {
    for (const how of shorter) {
      found.push(...(await holes(asItIs, field, how)));
    }
  }
  expect(found).toEqual([]);
});

test('a field that is nonsense in every reply never deletes a connection that must stay', async () => {
  const fields = await fieldsOf(asItIs);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...SERVICES),
      fc.constantFrom(...fields),
      fc.constantFrom(...NONSENSE),
      async (service, field, how) => {
        expect(await holes(service, field, how)).toEqual([]);
      },
    ),
    { numRuns: 50 },
  );
});
