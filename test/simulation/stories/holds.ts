import { DOWN, mark, quiet, row, UP } from './adversities.ts';
import {
  ago,
  CALM_RUN,
  createChance,
  type PeopleAct,
  type PolicyDocument,
  type RunPlan,
  type Scenario,
} from './scenario.ts';

type Chance = ReturnType<typeof createChance>;

const SALT = 4_000_037;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const HOLDS = ['1h', '12h', '36h', '36h', '100h'] as const;

const withHold = (policy: PolicyDocument, hold: string): PolicyDocument => ({
  ...policy,
  detach: { ...(policy.detach as object), hold },
});

/**
 * Connections that are held after their detach. People bind or keep them, no run sees them for long, or another policy has
 * another hold. They are drawn from a stream of their own, and most stories stay as they are.
 */
export function withHolds(scenario: Scenario): Scenario {
  const chance = createChance(scenario.seed + SALT);
  // Some stories count how many runs it takes until something is gone.
  if (scenario.goneAfter || !chance.maybe(0.2)) {
    return scenario;
  }
  return chance.maybe(0.4) ? createAmid(chance, scenario) : createHeld(chance, scenario);
}

/** The story that was drawn, with a hold, and with more to detach. */
function createAmid(chance: Chance, scenario: Scenario): Scenario {
  const { policy, estate, runs } = scenario;
  const hold = chance.pick(HOLDS);
  const due = Array.from({ length: chance.between(1, 2) }, (_, index) =>
    row(`vco-amid${index}`, { ...DOWN, tags: mark('tunnels-down', 200) }),
  );
  const rules = { ...(policy.rules as object), 'tunnels-down': '12h' };
  return {
    ...scenario,
    policy: withHold({ ...policy, rules }, hold),
    estate: { ...estate, vpnConnections: [...(estate.vpnConnections ?? []), ...due] },
    runs: runs.map((run) =>
      run.policy && chance.maybe(0.7) ? { ...run, policy: withHold(run.policy, chance.pick(HOLDS)) } : run,
    ),
  };
}

/** A story in which little else happens: some connections are detached, or were before, and wait. */
function createHeld(chance: Chance, scenario: Scenario): Scenario {
  const periodMs = chance.pick([6, 12, 24]) * HOUR;
  const ticks = chance.between(5, 9);
  const due = row('vco-due', { ...DOWN, tags: mark('tunnels-down', 200) });
  const half = row('vco-half', {
    tags: {
      'vco-sweeper:detached': `${ago(chance.pick([2, 20, 100, 2_000]))} tr-attach-gone`,
      ...chance.pick([{}, { 'vco-sweeper:seen': ago(1) }, mark('tunnels-down', 200), mark('tunnels-down', 3_000, 90)]),
    },
  });
  const rules = { 'tunnels-down': '12h', unassociated: chance.pick(['0s', '0s', '24h', 'off']) };
  const others = [row('vco-used', UP), row('vco-free', { tags: mark('unassociated', 200) })];
  const story = quiet(scenario, { rows: [due, half, ...others], rules, ticks, periodMs });
  const policy = withHold(story.policy, chance.pick(HOLDS));
  const ids = ['vco-due', 'vco-half'];
  return {
    ...story,
    policy,
    runs: [...toRuns(chance, story.runs, policy), ...createOverlaps(chance, ticks, periodMs)].map((run, id) => ({
      ...run,
      id,
    })),
    people: chance.maybe(0.5) ? ids.flatMap((id) => createActs(chance, id, ticks, periodMs)) : [],
    faults: chance.maybe(0.4) ? [createFault(chance, ticks, periodMs)] : [],
  };
}

/** Weeks in mode plan, another hold from some run on, and runs that are killed. */
function toRuns(chance: Chance, runs: readonly RunPlan[], policy: PolicyDocument): readonly RunPlan[] {
  const planFrom = chance.maybe(0.4) ? chance.between(1, 3) : runs.length;
  const planTo = planFrom + chance.between(2, 6);
  const changedAt = chance.maybe(0.4) ? chance.between(1, runs.length - 1) : -1;
  const other = withHold(policy, chance.pick(['0s', ...HOLDS]));
  return runs.map((run, index) => ({
    ...run,
    ...(planFrom <= index && index < planTo ? { event: { mode: 'plan' } } : {}),
    ...(index === changedAt ? { policy: other } : {}),
    ...(chance.maybe(0.15) ? { death: { call: chance.between(5, 40), when: chance.pick(['before', 'after']) } } : {}),
  }));
}

const createOverlaps = (chance: Chance, ticks: number, periodMs: number): readonly RunPlan[] =>
  chance.maybe(0.3)
    ? [{ ...CALM_RUN, atMs: chance.below(ticks) * periodMs + MINUTE + chance.pick([0, 5, 700, 9_000]) }]
    : [];

function createActs(chance: Chance, connectionId: string, ticks: number, periodMs: number): readonly PeopleAct[] {
  const acts = ['attach', 'attach', 'keep', 'keep', 'tunnels-up', 'untag-all', 'tag', 'detach'] as const;
  const atMs = () => chance.below(ticks) * periodMs + chance.pick([30 * SECOND, 61 * SECOND, 70 * SECOND, 3 * HOUR]);
  const first: PeopleAct = { atMs: atMs(), connectionId, act: chance.pick(acts) };
  const undone: PeopleAct = {
    atMs: first.atMs + periodMs,
    connectionId,
    act: first.act === 'keep' ? 'unkeep' : 'detach',
  };
  return chance.maybe(0.5) ? [first, undone] : [first];
}

function createFault(chance: Chance, ticks: number, periodMs: number): Scenario['faults'][number] {
  const fromMs = chance.below(ticks) * periodMs;
  const action = chance.pick(['TagResources', 'UnTagResources', 'DeleteVpnAttachment', 'DescribeVpnConnections']);
  const fault = chance.pick([
    { kind: 'error', status: 403, code: 'Forbidden.RAM' },
    { kind: 'error', status: 500, code: 'InternalError' },
    { kind: 'no-effect' },
  ] as const);
  // A read has no effect that could be lost.
  const isRead = action === 'DescribeVpnConnections' && fault.kind === 'no-effect';
  const rule = { action, times: 'always' as const, fault: isRead ? ({ kind: 'html', status: 502 } as const) : fault };
  return { fromMs, toMs: fromMs + chance.pick([10 * MINUTE, periodMs, 4 * periodMs]), rule };
}
