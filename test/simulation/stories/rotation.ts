import type { FaultRule } from '../../../lib/emulator/faults/fault-rule.ts';
import { shuffled } from '../../../lib/emulator/random.ts';
import { DOWN, mark, quiet, row, UP } from './adversities.ts';
import { ago, createChance, type PeopleAct, type Scenario, START_MS } from './scenario.ts';

type Chance = ReturnType<typeof createChance>;
type Row = ReturnType<typeof row>;
type Kind = (chance: Chance, scenario: Scenario) => Scenario;

const SECOND = 1_000;
const HOUR = 3_600_000;
/** A story of the rotation is told once in this many seeds. */
const EVERY = 16;
const TURN = 11;
const LABEL = 'rotation';
const BOTH_READS = ['DescribeVpnConnections', 'DescribeVpnConnection'];
/** Sometimes only the list leaves a field out, or only the single read. */
const READS = [BOTH_READS, BOTH_READS, BOTH_READS, ...BOTH_READS];

/** Each connection is due at once but for the word of its owner. In each night, replies leave out another field. */
const createLeftOut: Kind = (chance, scenario) => {
  const periodMs = chance.pick([6, 12]) * HOUR;
  const rows = [
    row('vco-kept', { tags: { 'vco-sweeper:keep': 'yes' } }),
    row('vco-tagged', { tags: { critical: '1' } }),
    row('vco-named', { Name: 'prod-9' }),
    row('vco-grouped', { ResourceGroupId: 'rg-safe' }),
    row('vco-young', { CreateTime: START_MS - HOUR }),
    row('vco-nobodys'),
  ];
  const fields = shuffled(['Tag', 'Name', 'ResourceGroupId', 'CreateTime'], chance);
  const story = quiet(scenario, { rows, rules: { unassociated: '0s' }, ticks: fields.length, periodMs });
  const protect = { names: ['prod*'], tags: ['critical'], resourceGroups: ['rg-safe'], youngerThan: '1000h' };
  return {
    ...story,
    policy: { ...story.policy, protect },
    faults: fields.map((field, night) => ({
      fromMs: night * periodMs,
      toMs: (night + 1) * periodMs,
      rule: { action: chance.pick(READS), times: 'always', fault: { kind: 'drop-field', field } },
    })),
  };
};

/** The mark of a rule that held before, on a connection that is an orphan by another rule now. */
type Changed = {
  readonly tags: NonNullable<Row['tags']>;
  readonly bound: Partial<Row>;
  readonly act: PeopleAct['act'];
};

/** The clock of a mark has to start again, and the new mark cannot be written. Then an act fits the old mark. */
const createUnwritten: Kind = (chance, scenario) => {
  const periodMs = chance.pick([6, 12, 20]) * HOUR;
  const failing = chance.between(1, 2);
  const variant = chance.pick<Changed>([
    { tags: mark('unassociated', 336, 2), bound: DOWN, act: 'detach' },
    { tags: mark('unassociated', 336, 2), bound: DOWN, act: 'detach' },
    { tags: mark('tunnels-down', 336, 2), bound: UP, act: 'tunnels-down' },
  ]);
  const id = 'vco-changed';
  const story = quiet(scenario, {
    rows: [row(id, { ...variant.bound, tags: variant.tags }), row('vco-used', UP)],
    rules: { unassociated: '24h', 'tunnels-down': '72h', unrouted: variant.bound === UP ? '72h' : 'off' },
    ticks: failing + 2,
    periodMs,
  });
  const fault = chance.pick<FaultRule['fault']>([
    { kind: 'error', status: 403, code: 'Forbidden.RAM' },
    { kind: 'throttle', status: 400, code: 'Throttling.User' },
    { kind: 'error', status: 500, code: 'InternalError' },
    { kind: 'no-effect' },
  ]);
  const rule: FaultRule = { action: 'TagResources', times: 'always', fault };
  return {
    ...story,
    faults: [{ fromMs: 0, toMs: failing * periodMs, rule }],
    people: [{ atMs: failing * periodMs + 30 * SECOND, connectionId: id, act: variant.act }],
  };
};

/**
 * Runs are further apart than `marks.maxGap`, and the two sides of a detach end long after each other. If a run leaves
 * a connection half-done, the next run does not know of it any more.
 */
const createSeldom: Kind = (chance, scenario) => {
  const periodMs = chance.pick([96, 168]) * HOUR;
  const ids = Array.from({ length: chance.between(1, 3) }, (_, index) => `vco-due${index}`);
  const ticks = chance.between(2, 3);
  const story = quiet(scenario, {
    rows: [...ids.map((id) => row(id, DOWN)), row('vco-used', UP)],
    rules: { 'tunnels-down': '0s', unassociated: '24h' },
    ticks,
    periodMs,
  });
  return {
    ...story,
    behaviours: {
      ...story.behaviours,
      detachOrder: chance.pick(['vpc-first', 'vpc-first', 'cbn-first']),
      detachSecondPolls: null,
      detachSecondMs: chance.pick([20, 60, 120]) * SECOND,
    },
    goneAfter: { runs: ticks, connectionIds: ids },
  };
};

/** While a run is at work, a script restores old tags: an old note, or the mark of a rule that begins to hold later. */
const createRestored: Kind = (chance, scenario) => {
  const periodMs = chance.pick([6, 12, 20]) * HOUR;
  const id = 'vco-restored';
  // If it is due, a step fails while the script works. If not, the run only renews its mark.
  const isDue = chance.maybe(0.5);
  const story = quiet(scenario, {
    rows: [row(id, { tags: mark('unassociated', isDue ? 200 : 2) }), row('vco-used', UP)],
    rules: { unassociated: '24h', unrouted: '24h' },
    ticks: 3,
    periodMs,
  });
  const runMs = story.runs[0]?.atMs ?? 0;
  const atMs = runMs + chance.below(isDue ? 200 * SECOND : SECOND);
  const restore = (tags: Readonly<Record<string, string>>): PeopleAct => ({
    atMs,
    connectionId: id,
    act: 'retag',
    tags: { ...tags, 'vco-sweeper:seen': ago(100) },
  });
  const rule: FaultRule = { action: 'DeleteVpnAttachment', times: 'always', fault: { kind: 'no-effect' } };
  return {
    ...story,
    latencyMs: 40,
    faults: [{ fromMs: 0, toMs: HOUR, rule }],
    people: chance.maybe(0.5)
      ? [restore({ 'vco-sweeper:detached': `${ago(300)} tr-attach-old` })]
      : [
          restore({ 'vco-sweeper:orphan': `unrouted ${ago(300)}` }),
          { atMs: runMs + 0.5 * HOUR, connectionId: id, act: 'attach' },
        ],
  };
};

/** Nobody can remove an old note. Then somebody detaches the connection, and its owner keeps it for another day or two. */
const createKept: Kind = (chance, scenario) => {
  const periodMs = chance.pick([24, 30]) * HOUR;
  const id = 'vco-kept';
  const tags = { 'vco-sweeper:detached': `${ago(2)} tr-attach-old`, 'vco-sweeper:keep': 'until 2026-11-02' };
  const story = quiet(scenario, {
    rows: [row(id, { ...UP, tags }), row('vco-used', UP)],
    rules: { unassociated: '24h', 'tunnels-down': '72h' },
    ticks: 2,
    periodMs,
  });
  const fault = { kind: 'error', status: 500, code: 'InternalError' } as const;
  return {
    ...story,
    behaviours: { ...story.behaviours, detachPolls: null, detachMs: 90 * SECOND },
    faults: ['TagResources', 'UnTagResources'].map((action) => ({
      fromMs: 0,
      toMs: HOUR,
      rule: { action, times: 'always', fault },
    })),
    people: [{ atMs: periodMs + chance.between(1, 60) * SECOND, connectionId: id, act: 'detach' }],
  };
};

const KINDS: readonly (readonly [name: string, create: Kind])[] = [
  ['left out', createLeftOut],
  ['unwritten restart', createUnwritten],
  ['seldom runs', createSeldom],
  ['restored tags', createRestored],
  ['kept while detached', createKept],
];

/**
 * Circumstances that chance alone brings together too seldom. Each kind has its turn at fixed seeds, and draws from a
 * stream of its own, so all other seeds tell the same stories as before.
 *
 * @returns undefined if it is no turn of the rotation
 */
export function createRotationStory(scenario: Scenario): Scenario | undefined {
  const { seed } = scenario;
  if (seed % EVERY !== TURN) {
    return undefined;
  }
  const turn = KINDS[Math.floor(seed / EVERY) % KINDS.length];
  if (turn === undefined) {
    return undefined;
  }
  const [adversity, create] = turn;
  return { ...create(createChance(streamOf(seed, LABEL)), scenario), adversity };
}

/** The seed of a stream that belongs to a label: the 32-bit FNV-1a hash of seed and label. */
function streamOf(seed: number, label: string): number {
  let hash = 0x811c9dc5;
  for (const character of `${label} ${seed}`) {
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  }
  return hash >>> 0;
}
