import { DOWN, mark, quiet, row, UP } from './adversities.ts';
import { ago, createChance, type PeopleAct, type RunPlan, type Scenario } from './scenario.ts';

type Chance = ReturnType<typeof createChance>;

const SALT = 6_000_011;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** When something happens to an entry: hours before the sweep, or while it is at work. Runs begin a minute after a tick. */
const MOMENTS = [-5 * HOUR, -HOUR, MINUTE, 65 * SECOND, 80 * SECOND, 100 * SECOND, 130 * SECOND, 200 * SECOND] as const;

/**
 * A plan is saved, its entries and other connections change, and the sweep of it comes hours later, once or twice. Drawn from a stream
 * of its own, and only in place of stories to which nothing else of a kind of its own happens.
 */
export function withPlans(scenario: Scenario): Scenario {
  const chance = createChance(scenario.seed + SALT);
  const { policy } = scenario;
  const isOfAKind = scenario.goneAfter || scenario.adversity || scenario.store || 'notify' in policy;
  const isTaken = isOfAKind || 'hold' in (policy.detach as object);
  if (isTaken || !chance.maybe(0.25)) {
    return scenario;
  }
  const periodMs = chance.pick([6, 12]) * HOUR;
  const ticks = chance.between(4, 6);
  const story = quiet(scenario, { rows: createRows(), rules: createRules(chance), ticks, periodMs });
  const hold = chance.maybe(0.3) ? { hold: chance.pick(['1h', '6h']) } : {};
  const sweptAt = chance.between(1, 2);
  return {
    ...story,
    policy: { ...story.policy, detach: { ...(story.policy.detach as object), ...hold } },
    runs: toRuns(chance, story.runs, sweptAt),
    people: Array.from({ length: chance.between(1, 4) }, () => createActs(chance, sweptAt * periodMs)).flat(),
    faults: chance.maybe(0.2) ? [createFault(chance, sweptAt * periodMs)] : [],
  };
}

const createRules = (chance: Chance) => ({
  unassociated: '24h',
  'tunnels-down': '24h',
  unrouted: chance.pick(['24h', '24h', 'off']),
  expired: chance.pick(['0s', 'off']),
});

const createRows = () => [
  row('vco-free', { tags: mark('unassociated', 200) }),
  row('vco-down', { ...DOWN, tags: mark('tunnels-down', 200) }),
  row('vco-two', { ...DOWN, tags: { ...mark('tunnels-down', 200), 'vco-sweeper:orphan': createTwo() } }),
  row('vco-late', { ...UP, tags: { 'vco-sweeper:expires': '2026-10-01' } }),
  row('vco-half', { tags: { ...mark('tunnels-down', 200), 'vco-sweeper:detached': `${ago(1)} tr-attach-gone` } }),
  // Not due when the plan is made, or in use.
  row('vco-soon', { tags: mark('unassociated', 20) }),
  row('vco-new'),
  row('vco-used', { ...UP, tags: mark('tunnels-down', 200) }),
];
const createTwo = () => `tunnels-down ${ago(200)}, unrouted ${ago(100)}`;
const ENTRIES = ['vco-free', 'vco-down', 'vco-down', 'vco-two', 'vco-two', 'vco-late', 'vco-half'] as const;

/** The first run saves the plan, and up to two later runs sweep it. The remaining runs write tags at the most. */
function toRuns(chance: Chance, runs: readonly RunPlan[], sweptAt: number): readonly RunPlan[] {
  const isTwice = chance.maybe(0.5);
  const isKilled = chance.maybe(0.2);
  const death = { call: chance.between(5, 60), when: chance.pick(['before', 'after'] as const) };
  return runs.map((run, index) => {
    if (index === 0) {
      return { ...run, event: { mode: 'plan' }, savedPlan: 'made' };
    }
    if (index === sweptAt || (isTwice && index === sweptAt + 1)) {
      return { ...run, savedPlan: 'swept', ...(isKilled && index === sweptAt ? { death } : {}) };
    }
    return { ...run, event: { mode: chance.pick(['plan', 'mark', 'mark']) } };
  });
}

function createActs(chance: Chance, sweptMs: number): readonly PeopleAct[] {
  const connectionId = chance.pick(ENTRIES);
  const atMs = sweptMs + chance.pick(MOMENTS);
  const act = (what: PeopleAct['act'], more: Partial<PeopleAct> = {}): PeopleAct => ({
    atMs,
    connectionId,
    act: what,
    ...more,
  });
  const retag = (orphan: string) => act('retag', { tags: { 'vco-sweeper:orphan': orphan } });
  const rule = connectionId === 'vco-free' ? 'unassociated' : 'tunnels-down';
  const others = ['attach', 'detach', 'tunnels-up', 'keep', 'untag-all', 'tag', 'delete', 'rename'] as const;
  switch (chance.below(5)) {
    case 0:
      return [retag(`${rule} ${ago(150)}`)];
    case 1:
      return [retag(`unrouted ${ago(200)}`)];
    // Bound again, by another attachment.
    case 2:
      return [act('detach'), act('attach', { atMs: atMs + 10 * MINUTE })];
    case 3:
      return [act('retag', { tags: { 'vco-sweeper:detached': `${ago(1)} tr-attach-other` } })];
    default:
      return [act(chance.pick(others))];
  }
}

function createFault(chance: Chance, sweptMs: number): Scenario['faults'][number] {
  const action = chance.pick(['TagResources', 'DeleteVpnAttachment', 'DeleteTransitRouterVpnAttachment']);
  const fault = chance.pick([
    { kind: 'error', status: 500, code: 'InternalError' },
    { kind: 'timeout', when: 'after' },
    { kind: 'no-effect' },
  ] as const);
  return { fromMs: sweptMs, toMs: sweptMs + 10 * MINUTE, rule: { action, times: 2, fault } };
}
