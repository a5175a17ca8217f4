import type { FaultRule } from '../../../lib/emulator/faults/fault-rule.ts';
import {
  ago,
  CALM_RUN,
  createChance,
  FOREIGN,
  type PeopleAct,
  type PolicyDocument,
  REGIONS,
  type RunPlan,
  type Scenario,
  START_MS,
} from './scenario.ts';

type Chance = ReturnType<typeof createChance>;
type Rows = NonNullable<Scenario['estate']['vpnConnections']>;
type Row = Rows[number];
type Tags = Readonly<Record<string, string>>;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SALT = 2_000_003;
export const mark = (rule: string, hours: number, seenHours = 1) => ({
  'vco-sweeper:orphan': `${rule} ${ago(hours)}`,
  'vco-sweeper:seen': ago(seenHours),
});

type Kind = (chance: Chance, scenario: Scenario) => Scenario;

/** An old connection in the first region that nobody claims. */
export const row = (id: string, more: Partial<Row> = {}): Row => ({
  VpnConnectionId: id,
  regionId: REGIONS[0],
  Name: 'lab',
  CreateTime: START_MS - 9_999 * HOUR,
  ResourceGroupId: 'rg-other',
  ...more,
});
export const UP = { TransitRouterId: 'tr-a', Status: 'ipsec_sa_established' };
export const DOWN = { TransitRouterId: 'tr-a', Status: 'ike_sa_not_established' };

const rows = (chance: Chance, [min, max]: readonly [number, number], create: (index: number) => Row): Rows =>
  Array.from({ length: chance.between(min, max) }, (_, index) => create(index));

type Rules = Readonly<Record<string, string>>;
const rulesOf = (rules: Rules) => ({
  unassociated: 'off',
  'tunnels-down': 'off',
  unrouted: 'off',
  expired: 'off',
  ...rules,
});

type Quiet = {
  readonly rows: Rows;
  readonly rules: Rules;
  readonly ticks: number;
  readonly periodMs: number;
  readonly limits?: Readonly<Record<string, unknown>>;
  readonly roles?: boolean;
};

/** A story with these connections and a run at each tick, in which nothing else happens. */
export function quiet(
  scenario: Scenario,
  { rows: vpnConnections, rules, ticks, periodMs, limits, roles }: Quiet,
): Scenario {
  const { wait, retry, recheck, pace } = scenario.policy;
  const run = (index: number): RunPlan => ({
    ...CALM_RUN,
    id: index,
    // Each run begins after the faults of the same moment.
    atMs: index * periodMs + MINUTE,
    event: { triggerTime: 't', triggerName: 'n', payload: '' },
  });
  return {
    ...scenario,
    policy: {
      mode: 'sweep',
      regions: [REGIONS[0]],
      rules: rulesOf(rules),
      protect: { youngerThan: '0s' },
      limits: { perRegionShare: 1, ...limits },
      detach: { roles: roles ? [`acs:ram::${FOREIGN}:role/vco-sweeper`] : [] },
      marks: { maxGap: '72h' },
      recheck,
      wait,
      retry,
      pace,
    },
    estate: {
      ...scenario.estate,
      transitRouters: [
        { TransitRouterId: 'tr-a', RegionId: REGIONS[0] },
        { TransitRouterId: 'tr-b', RegionId: REGIONS[1] },
        ...(roles ? [{ TransitRouterId: 'tr-foreign', RegionId: REGIONS[0], accountId: FOREIGN }] : []),
      ],
      vpnConnections,
      attachments: [],
      associations: [],
    },
    runs: Array.from({ length: ticks }, (_, index) => run(index)),
    people: [],
    faults: [],
    calmAtMs: (ticks - 1) * periodMs + 2 * HOUR,
    periodMs,
  };
}

/** Adds connections, and rules that concern them, to the story that was drawn. */
const amid = (scenario: Scenario, more: Rows, rules: Rules): Scenario => ({
  ...scenario,
  policy: { ...scenario.policy, rules: { ...(scenario.policy.rules as object), ...rules } },
  estate: { ...scenario.estate, vpnConnections: [...(scenario.estate.vpnConnections ?? []), ...more] },
});

const withPolicy = (scenario: Scenario, change: Partial<PolicyDocument>): Scenario => ({
  ...scenario,
  policy: { ...scenario.policy, ...change },
});

/** An act just before a tick. The run of that tick is the first to see it. */
const before = (tick: number, periodMs: number, connectionId: string, act: PeopleAct['act']): PeopleAct => ({
  atMs: tick * periodMs + 30 * SECOND,
  connectionId,
  act,
});

/** A tag write that fails for whole runs. */
function tagFault(chance: Chance, action: string): FaultRule {
  const fault = chance.pick<FaultRule['fault']>([
    { kind: 'error', status: 403, code: 'Forbidden.RAM' },
    { kind: 'throttle', status: 400, code: 'Throttling.User' },
    { kind: 'error', status: 500, code: 'InternalError' },
    { kind: 'no-effect' },
  ]);
  return { action, times: 'always', fault };
}

/** A mark or a note stays although it has to go, because its removal, its overwriting, or both fail. Then an act fits it. */
const createUnclearable: Kind = (chance, scenario) => {
  const periodMs = chance.pick([6, 12, 20]) * HOUR;
  const failing = chance.between(1, 3);
  const id = 'vco-claimed';
  const other = row('vco-used', { ...UP, tags: {} });
  const variant = chance.pick<{ tags: Tags; bound: Partial<Row>; act: PeopleAct['act']; action: string }>([
    { tags: mark('tunnels-down', 336, 20), bound: UP, act: 'tunnels-down', action: 'UnTagResources' },
    { tags: mark('unassociated', 336, 20), bound: UP, act: 'detach', action: 'UnTagResources' },
    { tags: mark('expired', 336, 20), bound: DOWN, act: 'expire', action: 'TagResources' },
    {
      tags: { 'vco-sweeper:detached': `${ago(2)} tr-attach-${chance.pick(['old', 'claimed'])}` },
      bound: UP,
      act: 'detach',
      action: 'UnTagResources',
    },
  ]);
  const story = quiet(scenario, {
    rows: [row(id, { ...variant.bound, tags: { ...variant.tags } }), other],
    rules: { unassociated: '24h', 'tunnels-down': '72h', expired: '24h' },
    ticks: failing + 2,
    periodMs,
  });
  const actions = chance.maybe(0.25) ? ['TagResources', 'UnTagResources'] : [variant.action];
  return {
    ...story,
    faults: actions.map((action) => ({ fromMs: 0, toMs: failing * periodMs, rule: tagFault(chance, action) })),
    people: [before(failing, periodMs, id, variant.act)],
  };
};

/** Tags that are older than their connection: a script copied them, or they mean "not set" in the words of a program. */
const createCopied: Kind = (chance, scenario) => {
  const unset = chance.pick(['0001-01-01', '1970-01-01', '0001-01-01T00:00:00Z', '1970-01-01T00:00:00Z']);
  const old = chance.pick<Tags>([
    { 'vco-sweeper:detached': `${ago(30)} tr-attach-old` },
    { 'vco-sweeper:detached': `${ago(30)} tr-attach-old`, ...mark('unassociated', 400, 29) },
    mark('unassociated', 400, 26),
    mark('expired', 400, 26),
    { 'vco-sweeper:expires': unset },
    { 'vco-sweeper:expires': unset, ...mark('expired', 400, 26) },
  ]);
  const copies = rows(chance, [1, 2], (index) =>
    row(`vco-copy${index}`, {
      ...chance.pick<Partial<Row>>([{}, {}, UP]),
      CreateTime: START_MS - chance.pick([25, 25, 2]) * HOUR,
      tags: { ...old },
    }),
  );
  const source = row('vco-source', {
    tags: { ...mark('unassociated', 20), 'vco-sweeper:detached': `${ago(90)} tr-attach-old` },
  });
  const rules = { unassociated: chance.pick(['24h', '24h', '72h', 'off']), expired: chance.pick(['0s', '12h', 'off']) };
  const periodMs = chance.pick([6, 12, 24]) * HOUR;
  const story = chance.maybe(0.3)
    ? amid(scenario, [...copies, source], rules)
    : quiet(scenario, { rows: [...copies, source], rules, ticks: chance.between(2, 5), periodMs });
  const atMs = chance.between(1, 3) * story.periodMs - HOUR;
  const copy: PeopleAct = {
    atMs,
    connectionId: 'vco-source',
    act: 'copy-tags',
    ...(chance.maybe(0.6)
      ? { tags: { ...mark('unassociated', 90), 'vco-sweeper:detached': `${ago(1)} tr-attach-old` } }
      : {}),
  };
  return { ...story, people: [...story.people, copy] };
};

/** An owner keeps a connection while a note of our detach stands, and later takes the tag away. */
const createKeptHalfDone: Kind = (chance, scenario) => {
  const periodMs = chance.pick([6, 12]) * HOUR;
  const kept = row('vco-kept', {
    tags: {
      'vco-sweeper:keep': 'yes',
      'vco-sweeper:detached': `${ago(2)} tr-attach-old`,
      ...(chance.maybe(0.5) ? mark('tunnels-down', 200) : {}),
    },
  });
  const story = quiet(scenario, {
    rows: [kept, row('vco-used', UP)],
    rules: { unassociated: '48h', 'tunnels-down': '12h' },
    ticks: 4,
    periodMs,
  });
  return { ...story, people: [before(chance.between(1, 3), periodMs, 'vco-kept', 'unkeep')] };
};

/** A person attaches connections that are due, and for long only the transit router knows of it. */
const createAttaching: Kind = (chance, scenario) => {
  const due = rows(chance, [4, 8], (index) => row(`vco-due${index}`, { tags: mark('unassociated', 200 + index) }));
  const story = quiet(scenario, { rows: due, rules: { unassociated: '24h' }, ticks: 2, periodMs: 12 * HOUR });
  return {
    ...withPolicy(story, { pace: { writePerMinute: chance.pick([2, 2, 6]) } }),
    behaviours: { ...scenario.behaviours, attachOrder: 'cbn-first', attachPolls: null, attachMs: 15 * MINUTE },
    people: due
      .filter(() => chance.maybe(0.5))
      .map(({ VpnConnectionId }) => ({
        atMs: MINUTE + chance.below(MINUTE),
        connectionId: VpnConnectionId,
        act: 'attach',
      })),
  };
};

/** Tags show late, to the very end. */
const createLag: Kind = (chance, scenario) => {
  const due = rows(chance, [1, 3], (index) => row(`vco-late${index}`, { ...DOWN, tags: mark('tunnels-down', 200) }));
  const fresh = rows(chance, [0, 2], (index) => row(`vco-fresh${index}`));
  const rules = { 'tunnels-down': '12h', unassociated: '24h' };
  const story = chance.maybe(0.5)
    ? amid(scenario, [...due, ...fresh], rules)
    : quiet(scenario, { rows: [...due, ...fresh], rules, ticks: 3, periodMs: 12 * HOUR });
  return { ...story, behaviours: { ...story.behaviours, tagReadLagMs: chance.pick([100, 2_000, 20_000]) } };
};

/** Steps that never work for some connections, while runs have few turns. The other connections have their turn all the same. */
const createStuck: Kind = (chance, scenario) => {
  const stuck = rows(chance, [1, 3], (index) => {
    const tags = mark('unassociated', 900 + index);
    return row(
      `vco-stuck${index}`,
      chance.pick<Partial<Row>>([
        { tags },
        { tags },
        { tags: { ...tags, 'vco-sweeper:detached': `${ago(2)} tr-attach-old` } },
        { ...DOWN, tags: mark('tunnels-down', 900 + index) },
      ]),
    );
  });
  const due = rows(chance, [2, 4], (index) =>
    row(
      `vco-due${index}`,
      chance.pick<Partial<Row>>([
        { tags: mark('unassociated', 200) },
        { ...DOWN, tags: mark('tunnels-down', 200) },
        { tags: { 'vco-sweeper:detached': `${ago(2)} tr-attach-old` } },
      ]),
    ),
  );
  const perRun = chance.between(1, 2);
  const ticks = 2 * (stuck.length + due.length) + 2;
  const story = quiet(scenario, {
    rows: [...stuck, ...due],
    rules: { unassociated: '24h', 'tunnels-down': '24h' },
    ticks,
    periodMs: chance.pick([2, 6]) * HOUR,
    limits: { perRun },
  });
  return {
    ...story,
    faults: stuck.map((one) => ({ fromMs: 0, toMs: story.calmAtMs, rule: stuckFault(chance, one) })),
    goneAfter: { runs: ticks, connectionIds: due.map(({ VpnConnectionId }) => VpnConnectionId) },
  };
};

function stuckFault(chance: Chance, one: Row): FaultRule {
  const id = one.VpnConnectionId;
  const fault = chance.pick<FaultRule['fault']>([
    { kind: 'error', status: 500, code: 'InternalError' },
    { kind: 'error', status: 400, code: 'InternalError' },
    { kind: 'success-false' },
    { kind: 'no-effect' },
  ]);
  if (!('TransitRouterId' in one)) {
    return { action: 'DeleteVpnAttachment', match: { VpnConnectionId: id }, times: 'always', fault };
  }
  return {
    action: 'DeleteTransitRouterVpnAttachment',
    match: { TransitRouterAttachmentId: `tr-attach-${id.replace('vco-', '')}` },
    times: 'always',
    fault: fault.kind === 'success-false' ? { kind: 'no-effect' } : fault,
  };
}

/** A rule holds all the time. Other rules come and go, and must not set its clock back. */
const createFlapping: Kind = (chance, scenario) => {
  const periodMs = chance.pick([6, 12, 24]) * HOUR;
  const lasting = chance.pick(['unrouted', 'expired', 'tunnels-down'] as const);
  const grace = chance.pick(['24h', '48h']);
  const ticks = Math.ceil((grace === '24h' ? DAY : 2 * DAY) / periodMs) + 5;
  const id = 'vco-flapping';
  const tags = lasting === 'expired' ? { 'vco-sweeper:expires': '2026-10-20' } : {};
  const flap = lasting === 'tunnels-down' ? (['route', 'unroute'] as const) : (['tunnels-up', 'tunnels-down'] as const);
  const other = lasting === 'tunnels-down' ? 'unrouted' : 'tunnels-down';
  const story = quiet(scenario, {
    rows: [row(id, { ...(chance.maybe(0.5) ? DOWN : lasting === 'tunnels-down' ? DOWN : UP), tags })],
    rules: { [lasting]: grace, [other]: chance.pick(['12h', '72h', '240h']) },
    ticks,
    periodMs,
  });
  const flips = Array.from({ length: ticks }, (_, tick) => tick).filter(() => chance.maybe(0.8));
  // A route would be in the way of the detach at the end.
  const last = before(ticks - 2, periodMs, id, flap[1]);
  return {
    ...story,
    people: [
      ...flips
        .filter((tick) => tick < ticks - 2)
        .map((tick, index) => before(tick, periodMs, id, flap[index % 2 === 0 ? 0 : 1])),
      last,
    ],
    goneAfter: { runs: ticks, connectionIds: [id] },
  };
};

/** A connection was detached, nobody could delete it for longer than `marks.maxGap`, and no rule is on that would find it. */
const createLongHalfDone: Kind = (chance, scenario) => {
  const periodMs = chance.pick([12, 24]) * HOUR;
  const ticks = (5 * DAY) / periodMs + 1;
  const rules = { 'tunnels-down': '12h' };
  const limits = { perRun: 20, perRegionShare: 1 };
  if (chance.maybe(0.5)) {
    const due = row('vco-denied', { ...DOWN, tags: mark('tunnels-down', 200) });
    const story = quiet(scenario, { rows: [due], rules, ticks, periodMs, limits });
    const fault: FaultRule['fault'] = { kind: 'error', status: 403, code: 'Forbidden.RAM' };
    const rule: FaultRule = { action: 'DeleteVpnAttachment', times: 'always', fault };
    return { ...story, faults: [{ fromMs: 0, toMs: story.calmAtMs, rule }] };
  }
  const half = row('vco-half', {
    tags: {
      'vco-sweeper:detached': `${ago(2)} tr-attach-old`,
      ...(chance.maybe(0.5) ? mark('tunnels-down', 200) : {}),
    },
  });
  const story = quiet(scenario, { rows: [half], rules, ticks, periodMs, limits: { ...limits, perRun: 0 } });
  const policy = { ...story.policy, limits };
  return { ...story, runs: story.runs.map((run, index) => (index === ticks - 1 ? { ...run, policy } : run)) };
};

/** Connections that our role detaches from another account's transit router, where the flag stays. Other connections have only the flag. */
const createCrossAccount: Kind = (chance, scenario) => {
  const due = rows(chance, [1, 2], (index) =>
    row(`vco-far${index}`, { ...DOWN, TransitRouterId: 'tr-foreign', tags: mark('tunnels-down', 200) }),
  );
  const granted = row('vco-granted', { CrossAccountAuthorized: true, tags: mark('unassociated', 200) });
  const half = row('vco-half', {
    CrossAccountAuthorized: true,
    tags: { 'vco-sweeper:detached': `${ago(2)} tr-attach-old` },
  });
  const more = [granted, half].filter(() => chance.maybe(0.5));
  const story = quiet(scenario, {
    rows: [...due, ...more],
    rules: { 'tunnels-down': '12h', unassociated: chance.pick(['24h', 'off']) },
    ticks: 2,
    periodMs: 12 * HOUR,
    roles: true,
  });
  return { ...story, behaviours: { ...story.behaviours, crossAccountAfterDetach: 'kept' } };
};

/** The owner's tags leave little or no room for ours. */
const createCrowdedTags: Kind = (chance, scenario) => {
  const crowded = rows(chance, [1, 4], (index) => {
    const count = chance.between(16, 20);
    const tags = Object.fromEntries(Array.from({ length: count }, (_, at) => [`owner-${at}`, 'x']));
    return row(`vco-crowded${index}`, { ...chance.pick<Partial<Row>>([{}, DOWN]), tags });
  });
  const rules = { unassociated: '12h', 'tunnels-down': '12h' };
  const story = chance.maybe(0.3)
    ? amid(scenario, crowded, rules)
    : quiet(scenario, { rows: crowded, rules, ticks: 3, periodMs: 12 * HOUR });
  const tooManyTagsCode = chance.pick([
    'NumberExceed.Tags',
    'QuotaExceeded.TagNum',
    'SizeLimitExceeded.TagNum',
  ] as const);
  return { ...story, behaviours: { ...story.behaviours, tooManyTagsCode } };
};

const createRetried: Kind = (_chance, scenario) => ({ ...scenario, isRetried: true });

const KINDS: readonly (readonly [name: string, create: Kind])[] = [
  ['unclearable', createUnclearable],
  ['unclearable', createUnclearable],
  ['copied', createCopied],
  ['kept half-done', createKeptHalfDone],
  ['attaching', createAttaching],
  ['lag', createLag],
  ['stuck', createStuck],
  ['flapping', createFlapping],
  ['long half-done', createLongHalfDone],
  ['cross-account', createCrossAccount],
  ['crowded tags', createCrowdedTags],
  ['retried', createRetried],
];

/**
 * Claims in tags, tags that fail or lag, and steps that never work, as they have led janitors of this kind astray. They are
 * drawn from a stream of their own. About half of the stories stay as they are. Each other story has a single kind.
 */
export function withAdversities(scenario: Scenario): Scenario {
  const chance = createChance(scenario.seed + SALT);
  if (!chance.maybe(0.5)) {
    return scenario;
  }
  const [adversity, create] = chance.pick(KINDS);
  return { ...create(chance, scenario), adversity };
}
