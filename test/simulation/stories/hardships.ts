import type { FaultRule } from '../../../lib/emulator/faults/fault-rule.ts';
import {
  ago,
  CALM_RUN,
  createChance,
  type PeopleAct,
  REGIONS,
  type RunPlan,
  type Scenario,
  START_MS,
} from './scenario.ts';

type Chance = ReturnType<typeof createChance>;
type Rows = NonNullable<Scenario['estate']['vpnConnections']>;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SALT = 1_000_003;

/**
 * Rare circumstances, each of which has led a janitor of this kind astray. They are drawn from a stream of their own, and
 * most stories stay as they are.
 */
export function withHardships(scenario: Scenario): Scenario {
  const chance = createChance(scenario.seed + SALT);
  const due = chance.maybe(0.3) ? createRipe(chance) : [];
  const owned = due.length === 0 && chance.maybe(0.2) ? createOwned(chance) : [];
  const estate = withHarderEstate(chance, scenario.estate, [...due, ...owned]);
  const ids = [...(scenario.estate.vpnConnections ?? []), ...due].map(({ VpnConnectionId }) => VpnConnectionId);
  const isSetBack = due.length > 0 && chance.maybe(0.25);
  const duel = due.length > 0 && chance.maybe(0.4) ? createDuel(chance, scenario) : undefined;
  return {
    ...scenario,
    policy: toHarderPolicy(scenario.policy, { due: due.length > 0, owned: owned.length > 0, isSetBack }),
    estate,
    // If a crowd came in another order at each call, it would never be listed whole, and rightly never be touched.
    behaviours: isCrowded(estate) ? { ...scenario.behaviours, listingOrder: 'newest-first' } : scenario.behaviours,
    runs: [...scenario.runs, ...createRequests(chance, scenario, ids), ...(duel?.runs ?? [])].map((run, id) => ({
      ...run,
      id,
      ...(isSetBack ? { jump: { afterMs: chance.below(120_000), byMs: -4 * MINUTE } } : {}),
    })),
    people: [...scenario.people, ...createActs(chance, scenario, ids)],
    faults: [
      ...scenario.faults,
      ...createFaults(chance, scenario),
      ...(duel?.faults ?? []),
      ...(isCrowded(estate) ? createPageFaults(chance, scenario) : []),
    ],
  };
}

const isCrowded = ({ vpnConnections = [] }: Scenario['estate']): boolean => vpnConnections.length > 30;

function withHarderEstate(chance: Chance, estate: Scenario['estate'], due: Rows): Scenario['estate'] {
  const rows: Rows = (estate.vpnConnections ?? []).map((row) => ({ ...row, tags: { ...row.tags, ...past(chance) } }));
  const crowd = chance.maybe(0.02) ? createCrowd(chance) : [];
  const isFree = (row: Rows[number]) => !('TransitRouterId' in row || 'VpnGatewayId' in row || 'AttachType' in row);
  const free = rows.filter((row) => isFree(row) && row.regionId === REGIONS[0]);
  // The connection says that it is free, and the transit router says that it holds it.
  const disputed = chance.maybe(0.05) ? free.slice(0, 1) : [];
  const attachments = disputed.map(({ VpnConnectionId: id }) => ({
    TransitRouterAttachmentId: `tr-attach-${id}`,
    VpnId: id,
    TransitRouterId: 'tr-a',
  }));
  return {
    ...estate,
    vpnConnections: [...rows, ...due, ...crowd],
    attachments: [...(estate.attachments ?? []), ...attachments],
  };
}

/** Tags that earlier runs and owners left behind, true or not. */
function past(chance: Chance): Record<string, string> {
  if (!chance.maybe(0.12)) {
    return {};
  }
  return chance.pick<Record<string, string>>([
    { 'vco-sweeper:detached': `${ago(chance.pick([2, 20]))} tr-attach-old` },
    { 'vco-sweeper:detached': `${ago(chance.pick([2, 20]))} tr-attach-old`, 'vco-sweeper:keep': 'yes' },
    { 'vco-sweeper:detached': `${ago(chance.pick([100, 2_000]))} tr-attach-old` },
    { 'vco-sweeper:detached': 'yesterday' },
    { 'vco-sweeper:expires': chance.pick(['2026-11-01', '2026-11-02']) },
    { 'vco-sweeper:keep': chance.pick(['False', 'FALSE', 'no', '2027-01-01']) },
    { 'vco-sweeper:orphan': `unassociated ${ago(200)}`, 'vco-sweeper:seen': ago(-2_000) },
    { 'vco-sweeper:orphan': `tunnels-down ${ago(200)}`, 'vco-sweeper:seen': ago(1) },
  ]);
}

/** Bound connections that have been down for long and are marked so. A run has only to detach and delete them. */
const createRipe = (chance: Chance): Rows =>
  Array.from({ length: chance.between(1, 3) }, (_, index) => ({
    VpnConnectionId: `vco-ripe${index}`,
    regionId: REGIONS[0],
    TransitRouterId: 'tr-a',
    Status: 'ike_sa_not_established',
    Name: 'lab',
    CreateTime: START_MS - 9_999 * HOUR,
    ResourceGroupId: 'rg-other',
    tags: { 'vco-sweeper:orphan': `tunnels-down ${ago(200)}`, 'vco-sweeper:seen': ago(1) },
  }));

/** Connections that are bound to nothing and due at once but for the word of an owner. Each connection has its own kind of word. */
const createOwned = (chance: Chance): Rows =>
  Array.from({ length: chance.between(1, 2) }, (_, index) => ({
    VpnConnectionId: `vco-owned${index}`,
    regionId: REGIONS[0],
    Name: 'lab',
    CreateTime: START_MS - 9_999 * HOUR,
    ResourceGroupId: 'rg-other',
    tags: {},
    ...chance.pick<object>([
      { tags: { 'vco-sweeper:keep': 'yes' } },
      { tags: { critical: '1' } },
      { Name: 'prod-9' },
      { ResourceGroupId: 'rg-safe' },
      { CreateTime: START_MS - HOUR },
    ]),
  }));

function toHarderPolicy(
  policy: Scenario['policy'],
  { due, owned, isSetBack }: { readonly due: boolean; readonly owned: boolean; readonly isSetBack: boolean },
): Scenario['policy'] {
  const rules = policy.rules as object;
  if (owned) {
    const protect = { names: ['prod*'], tags: ['critical'], resourceGroups: ['rg-safe'], youngerThan: '24h' };
    return { ...policy, rules: { ...rules, unassociated: '0s' }, protect };
  }
  if (!due) {
    return policy;
  }
  return {
    ...policy,
    rules: { ...rules, 'tunnels-down': '12h' },
    ...(isSetBack ? { pace: { writePerMinute: 2 } } : {}),
  };
}

/** Two runs work on the same connections while the transit router is busy. It refuses the first run, and may accept the second. */
function createDuel(chance: Chance, { periodMs, calmAtMs }: Scenario): Pick<Scenario, 'runs' | 'faults'> {
  const tick = chance.below(Math.max(1, Math.floor(calmAtMs / periodMs))) * periodMs;
  const code = chance.pick(['Operation.Blocking', 'IncorrectStatus.Status', 'Forbidden.RAM', 'InternalError']);
  const rule: FaultRule = {
    action: 'DeleteTransitRouterVpnAttachment',
    times: chance.between(1, 5),
    probability: chance.pick([0.5, 1]),
    fault: { kind: 'error', status: code === 'InternalError' ? 500 : 400, code },
  };
  return {
    runs: [
      {
        ...CALM_RUN,
        atMs: tick + chance.pick([0, 5, 300, 2_000, 9_000]),
        death: chance.maybe(0.3) ? { call: chance.between(5, 30), when: 'after' } : undefined,
      },
    ],
    faults: [{ fromMs: tick, toMs: tick + 30 * MINUTE, rule }],
  };
}

/** More connections than fit on a single page, on either side. */
const createCrowd = (chance: Chance): Rows =>
  Array.from({ length: chance.between(47, 55) }, (_, index) => ({
    VpnConnectionId: `vco-crowd${index}`,
    regionId: REGIONS[0],
    TransitRouterId: 'tr-a',
    Name: 'prod-crowd',
    CreateTime: START_MS - 9_999 * HOUR,
    tags: { 'vco-sweeper:keep': '' },
  }));

/** Requests for more than the policy allows, for nothing at all, or for a single connection. */
function createRequests(chance: Chance, { runs, calmAtMs }: Scenario, ids: readonly string[]): readonly RunPlan[] {
  if (!chance.maybe(0.15)) {
    return [];
  }
  const event = chance.pick<unknown>([
    { mode: 'sweep' },
    { mode: 'mark', connections: ids },
    { mode: 'sweep', connections: [chance.pick(ids)] },
    { connections: [chance.pick(ids)] },
    { connections: [] },
    { regions: [] },
  ]);
  return [{ ...CALM_RUN, id: runs.length, atMs: chance.below(calmAtMs), event }];
}

/** Acts between two steps of a run: after the listing, during the wait for a detach, or before the delete. */
function createActs(chance: Chance, { calmAtMs, periodMs }: Scenario, ids: readonly string[]): readonly PeopleAct[] {
  if (!chance.maybe(0.2)) {
    return [];
  }
  const tick = chance.below(Math.max(1, Math.floor(calmAtMs / periodMs))) * periodMs;
  const act = chance.pick(['keep', 'keep', 'tunnels-up', 'attach', 'tag', 'rename'] as const);
  const atMs = tick + chance.below(chance.pick([2_000, 20_000, 90_000]));
  return ids.map((connectionId) => ({ atMs, act, connectionId }));
}

function createFaults(chance: Chance, { calmAtMs, periodMs }: Scenario): Scenario['faults'] {
  if (!chance.maybe(0.3)) {
    return [];
  }
  const fromMs = chance.below(Math.max(1, Math.floor(calmAtMs / periodMs))) * periodMs;
  const refuse = (action: string, code: string): FaultRule => ({
    action,
    times: chance.between(1, 3),
    fault: { kind: 'error', status: 400, code },
  });
  const drop = (field: string): FaultRule => ({
    action: ['DescribeVpnConnections', 'DescribeVpnConnection'],
    times: 'always',
    fault: { kind: 'drop-field', field },
  });
  if (chance.maybe(0.4)) {
    const field = chance.pick(['Tag', 'Tag', 'CreateTime', 'State', 'AttachType', 'Status', 'Name', 'ResourceGroupId']);
    return [{ fromMs: 0, toMs: calmAtMs, rule: drop(field) }];
  }
  const rule = chance.pick<FaultRule>([
    { action: 'DeleteTransitRouterVpnAttachment', times: 2, fault: { kind: 'timeout', when: 'before' } },
    { action: 'TagResources', times: 'always', fault: { kind: 'no-effect' } },
    { action: 'TagResources', times: 1, fault: { kind: 'no-effect' } },
    refuse('DeleteVpnAttachment', 'VpnConnection.Configuring'),
    refuse('DeleteTransitRouterVpnAttachment', 'Operation.Blocking'),
    { action: 'DeleteVpnAttachment', times: 'always', fault: { kind: 'success-false' } },
    { action: 'DescribeVpnConnections', times: chance.between(1, 2), fault: { kind: 'shift-pages' } },
    { action: 'DeleteVpnAttachment', times: 1, fault: { kind: 'reset', when: 'before' } },
    { action: 'DeleteVpnAttachment', times: 1, fault: { kind: 'timeout', when: 'before' } },
    { action: 'DeleteTransitRouterVpnAttachment', times: 1, fault: { kind: 'reset', when: 'before' } },
    { action: 'AssumeRole', times: 'always', fault: { kind: 'error', status: 403, code: 'NoPermission' } },
  ]);
  return [{ fromMs, toMs: fromMs + chance.pick([5 * MINUTE, 24 * HOUR]), rule }];
}

/** Faults of a second page: it fails, it repeats itself, items move to another page, or the total is off. */
function createPageFaults(chance: Chance, { calmAtMs, periodMs }: Scenario): Scenario['faults'] {
  const fromMs = chance.below(Math.max(1, Math.floor(calmAtMs / periodMs))) * periodMs;
  const rule = chance.pick<FaultRule>([
    {
      action: 'DescribeVpnConnections',
      match: { PageNumber: '2' },
      times: 'always',
      fault: { kind: 'error', status: 500, code: 'InternalError' },
    },
    {
      action: 'ListTransitRouterVpnAttachments',
      skip: 1,
      times: 'always',
      fault: { kind: 'error', status: 503, code: 'ServiceUnavailable' },
    },
    { action: 'DescribeVpnConnections', times: 'always', probability: 0.5, fault: { kind: 'shift-pages' } },
    { action: 'DescribeVpnConnections', match: { PageNumber: '2' }, times: 'always', fault: { kind: 'empty-list' } },
    { action: 'ListTransitRouterVpnAttachments', times: 'always', fault: { kind: 'repeat-next-token' } },
    { action: 'DescribeVpnConnections', times: 'always', fault: { kind: 'wrong-total', delta: -50 } },
  ]);
  return [{ fromMs, toMs: fromMs + chance.pick([5 * MINUTE, 24 * HOUR]), rule }];
}
