import type { Behaviours } from '../../../lib/emulator/behaviours.ts';
import type { EstateFile } from '../../../lib/emulator/estate/estate-schema.ts';
import type { FaultRule } from '../../../lib/emulator/faults/fault-rule.ts';
import { createRandom, type Random } from '../../../lib/emulator/random.ts';
import { withAdversities } from './adversities.ts';
import { withChangeLimits } from './change-limits.ts';
import { withHardships } from './hardships.ts';
import { withHolds } from './holds.ts';
import { type ReportAct, withNotices } from './notices.ts';
import { withPlans } from './plans.ts';
import { createRotationStory } from './rotation.ts';
import { withStore } from './stores.ts';

/** A bad week, as plain data: the estate, the policy, the faults, the runs, and the acts of other people. */
export type Scenario = {
  readonly seed: number;
  readonly policy: PolicyDocument;
  readonly estate: EstateFile;
  readonly behaviours: Partial<Behaviours>;
  readonly latencyMs: number;
  readonly runs: readonly RunPlan[];
  readonly people: readonly PeopleAct[];
  readonly faults: readonly FaultWindow[];
  /** After this moment faults and other people stop, and runs go on until nothing changes. */
  readonly calmAtMs: number;
  readonly periodMs: number;
  /** The kind of adversity in the story, for its readers. */
  readonly adversity?: string;
  /** The change window closes before a run can do much, so the state at the end says nothing. */
  readonly isRarelyOpen?: boolean;
  /** Runs keep their results, as far as nothing is wrong with the store. */
  readonly store?: { readonly faults: readonly StoreFault[] };
  /** Messages of the report function, where a notice is required. After the calm began it tells of everything. */
  readonly reports?: readonly ReportAct[];
  /** The platform repeats a run that ends incomplete. */
  readonly isRetried?: boolean;
  /** If so many runs came to their end before the calm, these connections are gone unless they are in use. */
  readonly goneAfter?: { readonly runs: number; readonly connectionIds: readonly string[] };
};

/** A fault of the store for a while. With `stop`, a person has made the file `STOP`. */
export type StoreFault = {
  readonly fromMs: number;
  readonly toMs: number;
  readonly kind:
    | 'full'
    | 'read-only'
    | 'slow'
    | 'vanished'
    | 'short-write'
    | 'stale-listing'
    | 'stop'
    | 'told-unlistable'
    | 'told-unreadable';
};

export type PolicyDocument = Readonly<Record<string, unknown>> & { readonly mode: 'plan' | 'mark' | 'sweep' };

export type RunPlan = {
  readonly id: number;
  /** From the start of the story. */
  readonly atMs: number;
  readonly event: unknown;
  /** The function's timeout, if the scenario has a timeout. */
  readonly timeoutMs: number | undefined;
  /** The process is killed at its nth call, before or after the call takes effect. */
  readonly death: { readonly call: number; readonly when: 'before' | 'after' } | undefined;
  /** How far the clock of this process is off. */
  readonly skewMs: number;
  /** Somebody sets its clock, so long after its start. */
  readonly jump: { readonly afterMs: number; readonly byMs: number } | undefined;
  /** Where the function is deployed. */
  readonly home: Region;
  /** Replaces the policy from this run on. */
  readonly policy: PolicyDocument | undefined;
  /** It saves its plan, or sweeps the plan that was saved last. */
  readonly savedPlan?: 'made' | 'swept';
};

/** A run that nothing befalls. */
export const CALM_RUN = {
  id: 0,
  atMs: 0,
  event: {},
  timeoutMs: undefined,
  death: undefined,
  skewMs: 0,
  jump: undefined,
  home: 'cn-hangzhou',
  policy: undefined,
} satisfies RunPlan;

export type PeopleAct = {
  readonly atMs: number;
  readonly connectionId: string;
  readonly act: Act;
  readonly tags?: Readonly<Record<string, string>>;
};
const ACTS = [
  'attach',
  'detach',
  'tunnels-up',
  'tunnels-down',
  'keep',
  'unkeep',
  'tag',
  'untag-all',
  'rename',
  'delete',
  'create',
  'expire',
  'lock',
  'route',
  'unroute',
] as const;
/** With `copy-tags`, a script makes a new connection with the tags of this connection, or with the tags in `tags`. With `retag`, somebody writes the tags in `tags` on it. */
type Act = (typeof ACTS)[number] | 'copy-tags' | 'retag';

type FaultWindow = { readonly fromMs: number; readonly toMs: number; readonly rule: FaultRule };

/** How long a run looks for a tag that it wrote. */
const TAG_WAIT = { tagTimeout: '30s' };
/** Whether a delete of an unbound connection needs another round of the lists of all transit routers. */
export const REREADS_WITNESSES: boolean = true;
/** Whether each deletion writes a backup into the store first. */
export const WRITES_BACKUPS: boolean = true;

export const START_MS = Date.parse('2026-11-01T00:00:00Z');
export const REGIONS = ['cn-hangzhou', 'eu-central-1'] as const;
type Region = (typeof REGIONS)[number];
export const OWN = '1000000000000001';
export const FOREIGN = '2000000000000002';
const LATENCY_MAX_MS = 800;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A moment before the beginning of the story. */
export const ago = (hours: number): string => new Date(START_MS - hours * HOUR).toISOString();

type Chance = Random & {
  pick<T>(items: readonly T[]): T;
  maybe(probability: number): boolean;
  between(from: number, to: number): number;
};

export function createChance(seed: number): Chance {
  const random = createRandom(seed);
  return {
    ...random,
    pick<T>(items: readonly T[]): T {
      const item = items[random.below(items.length)];
      if (item === undefined) {
        throw new Error('nothing to pick from');
      }
      return item;
    },
    maybe: (probability) => random.next() < probability,
    between: (from, to) => from + random.below(to - from + 1),
  };
}

/** Everything random comes from the seed, so the same seed tells the same story. */
export function createScenario(seed: number): Scenario {
  const chance = createChance(seed);
  const periodMs = chance.pick([2, 6, 12, 24]) * HOUR;
  const latencyMs = chance.pick([0, 0, 5, 40, 800]);
  const policy = createPolicy(chance, latencyMs);
  const estate = createEstate(chance);
  const ids = (estate.vpnConnections ?? []).map(({ VpnConnectionId }) => VpnConnectionId);
  const stormy = chance.between(2, 5);
  const calmAtMs = stormy * periodMs;
  const story = withHardships({
    seed,
    policy,
    estate,
    behaviours: createSwitches(chance),
    latencyMs,
    runs: createRuns(chance, { periodMs, count: stormy, policy, ids }),
    people: Array.from({ length: chance.below(5) }, () => createAct(chance, calmAtMs, periodMs, ids)),
    faults: Array.from({ length: chance.below(6) }, () => createFault(chance, calmAtMs, periodMs)),
    calmAtMs,
    periodMs,
  });
  return (
    createRotationStory(story) ?? withPlans(withNotices(withStore(withHolds(withChangeLimits(withAdversities(story))))))
  );
}

function createPolicy(chance: Chance, latencyMs: number): PolicyDocument {
  const grace = () => chance.pick(['off', '0s', '1h', '12h', '24h']);
  return {
    mode: chance.pick(['sweep', 'sweep', 'sweep', 'sweep', 'mark', 'plan']),
    ...chance.pick([{ regions: [REGIONS[0]] }, { regions: REGIONS }, { regions: REGIONS }, { regions: 'all' }, {}]),
    rules: {
      unassociated: chance.pick(['0s', '0s', '12h', '24h', '24h', 'off']),
      'tunnels-down': grace(),
      unrouted: chance.maybe(0.3) ? grace() : 'off',
      expired: grace(),
    },
    protect: {
      youngerThan: chance.pick(['0s', '6h', '24h']),
      ...(chance.maybe(0.3) ? { names: ['prod*'] } : {}),
      ...(chance.maybe(0.3) ? { tags: ['env=prod', 'critical'] } : {}),
      ...(chance.maybe(0.2) ? { resourceGroups: ['rg-safe'] } : {}),
      ...(chance.maybe(0.1) ? { connections: ['vco-0'] } : {}),
    },
    limits: {
      perRun: chance.pick([0, 1, 2, 20, 20, 20, 20, 20]),
      perRegionShare: chance.pick([0, 0.2, 0.5, 1, 1, 1, 1]),
      shareFloor: chance.pick([0, 1, 3, 3]),
    },
    detach: { force: chance.maybe(0.2), roles: chance.maybe(0.5) ? [`acs:ram::${FOREIGN}:role/vco-sweeper`] : [] },
    marks: { maxGap: chance.pick(['30h', '72h']) },
    // A second look at everything must not take longer than `recheck.maxAge`.
    recheck: { maxAge: latencyMs > 100 ? '10s' : chance.pick(['2s', '10s', '10s']) },
    wait: {
      pollInterval: chance.pick(['1s', '5s']),
      detachTimeout: '5m',
      deleteTimeout: '2m',
      consecutiveMisses: chance.pick([1, 2, 2]),
      ...TAG_WAIT,
    },
    retry: { attempts: chance.pick([1, 3, 4]), minDelay: chance.pick(['1s', '1s', '6s']), maxDelay: '10s' },
    // At two a minute much happens between two deletes.
    pace: { writePerMinute: chance.pick([50, 50, 50, 6, 2]) },
  };
}

function createEstate(chance: Chance): EstateFile {
  const count = chance.between(1, 7);
  const transitRouters = [
    { TransitRouterId: 'tr-a', RegionId: REGIONS[0] },
    { TransitRouterId: 'tr-b', RegionId: REGIONS[1] },
    ...(chance.maybe(0.3) ? [{ TransitRouterId: 'tr-foreign', RegionId: REGIONS[0], accountId: FOREIGN }] : []),
  ];
  const foreign = transitRouters.length > 2;
  const routed: string[] = [];
  const vpnConnections = Array.from({ length: count }, (_, index) => {
    const row = createConnection(chance, `vco-${index}`, foreign);
    if (row.TransitRouterId === 'tr-a' && chance.maybe(0.25)) {
      routed.push(row.VpnConnectionId);
    }
    return row;
  });
  return {
    regions: REGIONS.map((RegionId) => ({ RegionId })),
    accounts: [
      { accountId: OWN, keys: [{ accessKeyId: 'CANARYKEY', accessKeySecret: 'CANARYSECRET' }] },
      { accountId: FOREIGN, roles: [{ name: 'vco-sweeper', trusted: [OWN] }] },
    ],
    transitRouters,
    vpnConnections,
    attachments: routed.map((id) => ({
      TransitRouterAttachmentId: `tr-attach-${id}`,
      VpnId: id,
      TransitRouterId: 'tr-a',
    })),
    routeTables: [{ TransitRouterRouteTableId: 'vtb-a', TransitRouterId: 'tr-a' }],
    associations: routed.map((id) => ({
      TransitRouterAttachmentId: `tr-attach-${id}`,
      TransitRouterRouteTableId: 'vtb-a',
    })),
  };
}

type Row = NonNullable<EstateFile['vpnConnections']>[number];

function createConnection(chance: Chance, id: string, foreign: boolean): Row {
  const kind = chance.pick(['free', 'free', 'free', 'up', 'up', 'down', 'down', 'gateway', 'odd', 'locked', 'far']);
  const tags = createTags(chance);
  const regionId = chance.maybe(0.8) ? REGIONS[0] : REGIONS[1];
  const base = {
    VpnConnectionId: id,
    regionId,
    Name: chance.pick(['branch', 'prod-1', 'lab', '']),
    CreateTime: START_MS - chance.pick([1, 20, 24 * 30, 24 * 30, 24 * 300]) * HOUR,
    ResourceGroupId: chance.pick(['rg-safe', 'rg-other']),
    IkeConfig: { Psk: `CANARYPSK${id}` },
    tags,
  };
  const bound = { TransitRouterId: regionId === REGIONS[0] ? 'tr-a' : 'tr-b' };
  const dual = (first: string, second: string) => ({ TunnelOptions: [{ Status: first }, { Status: second }] });
  switch (kind) {
    case 'up':
      return {
        ...base,
        ...bound,
        ...chance.pick([
          {},
          dual('ipsec_sa_established', 'ike_sa_not_established'),
          { Status: 'ike_sa_not_established', ...dual('ike_sa_not_established', 'ipsec_sa_established') },
        ]),
      };
    case 'down':
      return {
        ...base,
        ...bound,
        Status: 'ike_sa_not_established',
        ...(chance.maybe(0.5)
          ? dual('ike_sa_not_established', chance.pick(['ipsec_sa_not_established', 'ike_sa_established', 'mystery']))
          : {}),
      };
    case 'gateway':
      return {
        ...base,
        VpnGatewayId: 'vpn-1',
        AttachType: chance.maybe(0.5) ? 'VPNGW' : null,
        State: chance.maybe(0.5) ? 'active' : null,
      };
    case 'odd':
      return {
        ...base,
        ...chance.pick([{ State: 'mystery' }, { AttachType: 'mystery' }, { State: 'updating' }, { State: 'attached' }]),
      };
    case 'locked':
      return { ...base, State: 'financialLocked' };
    case 'far':
      return foreign && regionId === REGIONS[0]
        ? { ...base, TransitRouterId: 'tr-foreign', Status: 'ike_sa_not_established' }
        : base;
    default:
      return base;
  }
}

/** The past of a connection: true marks of earlier runs, and other texts that may stand there. */
function createTags(chance: Chance): Record<string, string> {
  const rule = chance.pick(['unassociated', 'unassociated', 'tunnels-down', 'expired']);
  return {
    ...(chance.maybe(0.1) ? { 'vco-sweeper:keep': chance.pick(['', 'yes', 'false']) } : {}),
    ...(chance.maybe(0.1)
      ? { 'vco-sweeper:expires': chance.pick(['2026-10-01', '2026-11-02T00:00:00Z', 'soon']) }
      : {}),
    ...(chance.maybe(0.1) ? { env: chance.pick(['prod', 'test']) } : {}),
    ...(chance.maybe(0.4)
      ? chance.pick([
          { 'vco-sweeper:orphan': `${rule} ${ago(200)}`, 'vco-sweeper:seen': ago(1) },
          { 'vco-sweeper:orphan': `${rule} ${ago(20)}`, 'vco-sweeper:seen': ago(1) },
          { 'vco-sweeper:orphan': `${rule} ${ago(-5)}`, 'vco-sweeper:seen': ago(1) },
          { 'vco-sweeper:orphan': `${rule} ${ago(200)}`, 'vco-sweeper:seen': ago(100) },
          { 'vco-sweeper:orphan': `${rule} yesterday`, 'vco-sweeper:seen': ago(1) },
          { 'vco-sweeper:orphan': `${rule} ${ago(200)}` },
        ])
      : {}),
  };
}

const createSwitches = (chance: Chance): Partial<Behaviours> => ({
  detachOrder: chance.pick(['cbn-first', 'vpc-first']),
  detachPolls: chance.pick([0, 1, 3, null]),
  detachMs: chance.pick([1_000, 20_000, 90_000]),
  detachSecondPolls: chance.pick([0, 1, 2]),
  detachSecondMs: chance.pick([500, 20_000]),
  deleteReads: chance.pick([0, 1, 3]),
  deletedStateReads: chance.pick([0, 0, 2]),
  ...chance.pick<Pick<Behaviours, 'deleteAttached' | 'deleteChanging'>>([
    { deleteAttached: 'status-not-support', deleteChanging: 'status-not-support' },
    { deleteAttached: 'incorrect-status', deleteChanging: 'configuring' },
    { deleteAttached: 'configuring', deleteChanging: 'configuring' },
    { deleteAttached: 'success-false', deleteChanging: 'status-not-support' },
  ]),
  deleteUnknown: chance.pick(['not-found', 'not-found', 'success']),
  deleteAttachmentUnknown: chance.pick(['accepted', 'refused']),
  listingOrder: chance.pick(['newest-first', 'newest-first', 'shuffled']),
  absentFields: chance.pick(['omitted', 'empty']),
  forceDelete: chance.pick(['removes', 'not-supported']),
});

/** The timer's runs, and the connections that the events between them name. */
type Schedule = {
  readonly periodMs: number;
  readonly count: number;
  readonly policy: PolicyDocument;
  readonly ids: readonly string[];
};

function createRuns(chance: Chance, { periodMs, count, policy, ids }: Schedule): readonly RunPlan[] {
  const runs: RunPlan[] = [];
  const add = (atMs: number, event: unknown) =>
    runs.push({
      id: runs.length,
      atMs,
      event,
      timeoutMs: chance.maybe(0.2) ? chance.pick([10_000, 40_000, 120_000]) : undefined,
      death: chance.maybe(0.25) ? { call: chance.between(1, 40), when: chance.pick(['before', 'after']) } : undefined,
      skewMs: chance.maybe(0.1) ? chance.between(-5 * MINUTE, 5 * MINUTE) : 0,
      jump: chance.maybe(0.1)
        ? {
            afterMs: chance.below(chance.pick([2_000, 20_000, 120_000])),
            byMs: chance.between(-4 * MINUTE, 4 * MINUTE),
          }
        : undefined,
      home: chance.maybe(0.8) ? REGIONS[0] : REGIONS[1],
      policy: chance.maybe(0.05) ? createPolicy(chance, LATENCY_MAX_MS) : undefined,
    });
  for (let tick = 0; tick < count; tick += 1) {
    add(tick * periodMs, { triggerTime: 't', triggerName: 'n', payload: '' });
    if (chance.maybe(0.25)) {
      add(tick * periodMs + chance.pick([0, 3, 700, 9_000]), {});
    }
    if (chance.maybe(0.25)) {
      add(tick * periodMs + chance.below(periodMs), createEvent(chance, policy, ids));
    }
  }
  return runs;
}

function createEvent(chance: Chance, policy: PolicyDocument, ids: readonly string[]): unknown {
  const request = {
    ...(chance.maybe(0.4) ? { mode: chance.pick(['plan', policy.mode]) } : {}),
    ...(chance.maybe(0.4) ? { regions: chance.pick([[], [REGIONS[0]]]) } : {}),
    ...(chance.maybe(0.6)
      ? { connections: chance.pick([[], [chance.pick(ids)], [chance.pick(ids), 'vco-unknown']]) }
      : {}),
  };
  const hint = {
    id: '1',
    source: 'acs.vpc',
    specversion: '1.0',
    type: 'vpc:ActionTrail:ApiCall',
    aliyunregionid: REGIONS[0],
    data: {
      eventName: 'ModifyVpnAttachmentAttribute',
      acsRegion: REGIONS[0],
      requestParameters: { VpnConnectionId: chance.pick(ids) },
    },
  };
  return chance.pick<unknown>([request, request, hint, [hint, hint]]);
}

const createAct = (chance: Chance, calmAtMs: number, periodMs: number, ids: readonly string[]): PeopleAct => {
  const act = chance.pick(ACTS);
  // The moment is right when a run is at work, or any other.
  const atMs = chance.maybe(0.6)
    ? chance.below(Math.max(1, Math.floor(calmAtMs / periodMs))) * periodMs +
      chance.below(chance.pick([200, 3_000, 40_000]))
    : chance.below(calmAtMs);
  return { atMs, act, connectionId: act === 'create' ? `vco-new${chance.below(9)}` : chance.pick(ids) };
};

function createFault(chance: Chance, calmAtMs: number, periodMs: number): FaultWindow {
  const fromMs = chance.maybe(0.7)
    ? chance.below(Math.max(1, Math.floor(calmAtMs / periodMs))) * periodMs
    : chance.below(calmAtMs);
  const toMs = fromMs + chance.pick([20_000, 600_000, 2 * HOUR, DAY]);
  const always = { times: 'always' as const, probability: chance.pick([0.05, 0.3, 1]) };
  const reads = [
    'DescribeVpnConnections',
    'DescribeVpnConnection',
    'ListTransitRouters',
    'ListTransitRouterVpnAttachments',
    'ListTagResources',
  ];
  const writes = ['DeleteVpnAttachment', 'DeleteTransitRouterVpnAttachment', 'TagResources', 'UnTagResources'];
  const action = chance.pick([...reads, ...writes]);
  const rule = chance.pick<FaultRule>([
    {
      action,
      ...always,
      fault: {
        kind: 'throttle',
        code: chance.pick([
          'Throttling.User',
          'Throttling.Api',
          'Throttling.user',
          'Throttling',
          'Rejected.Throttling',
        ]),
        status: chance.pick([400, 429, 503]),
      },
    },
    { ...always, fault: { kind: 'throttle', status: 503, code: 'ServiceUnavailable' } },
    { action, ...always, fault: { kind: 'error', status: 500, code: 'InternalError' } },
    { action, ...always, fault: { kind: 'error', status: 403, code: 'Forbidden.RAM' } },
    // The fault begins after some calls, and lasts.
    {
      times: 'always',
      skip: chance.between(1, 40),
      fault: { kind: 'error', status: 403, code: 'InvalidSecurityToken.Expired' },
    },
    {
      action: chance.pick(writes),
      times: 'always',
      skip: chance.between(0, 2),
      fault: { kind: 'error', status: 403, code: 'Forbidden.RAM' },
    },
    { action, ...always, fault: { kind: 'html', status: 502 } },
    { action, ...always, fault: { kind: 'truncated' } },
    { action, ...always, fault: { kind: 'reset', when: 'before' } },
    { action, ...always, fault: { kind: 'reset', when: 'after' } },
    { action: chance.pick(writes), ...always, fault: { kind: 'timeout', when: 'after' } },
    { action, times: 2, fault: { kind: 'timeout', when: 'before' } },
    { action: 'DeleteVpnAttachment', ...always, fault: { kind: 'success-false' } },
    { action: chance.pick(writes), ...always, fault: { kind: 'no-effect' } },
    { action: 'DeleteTransitRouterVpnAttachment', times: 1, fault: { kind: 'stuck-detach' } },
    { action: chance.pick(reads), times: 1, probability: 0.5, fault: { kind: 'stale', reads: chance.between(1, 3) } },
    {
      action: chance.pick(['DescribeVpnConnections', 'ListTransitRouterVpnAttachments', 'ListTransitRouters']),
      ...always,
      fault: { kind: 'wrong-total', delta: chance.pick([1, -1]) },
    },
    {
      action: chance.pick(['DescribeVpnConnections', 'ListTransitRouterVpnAttachments']),
      ...always,
      fault: {
        kind: 'drop-field',
        field: chance.pick([
          'Tag',
          'State',
          'AttachType',
          'TotalCount',
          'TransitRouterId',
          'CreateTime',
          'VpnConnections',
          'TransitRouterAttachments',
          'Status',
        ]),
      },
    },
    { action: 'ListTransitRouterVpnAttachments', ...always, fault: { kind: 'repeat-next-token' } },
    {
      action: chance.pick(['ListTransitRouterVpnAttachments', 'ListTransitRouters']),
      ...always,
      fault: { kind: 'empty-list' },
    },
    { action: 'AssumeRole', ...always, fault: { kind: 'error', status: 403, code: 'NoPermission' } },
  ]);
  return { fromMs, toMs, rule };
}
