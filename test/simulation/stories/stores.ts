import { DOWN, mark, row } from './adversities.ts';
import { createChance, type Scenario, type StoreFault } from './scenario.ts';

type Chance = ReturnType<typeof createChance>;

const SALT = 5_000_011;
const RACED_SALT = 5_000_077;
/** The number of the run that another run races. Runs after the calm began have numbers from 1000. */
const RACED_RUN = 900;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const KINDS = ['full', 'read-only', 'slow', 'vanished', 'short-write', 'stale-listing', 'stop'] as const;

/** A store for the results of runs, and its faults. They are drawn from a stream of their own, and most stories have no store. */
export function withStore(scenario: Scenario): Scenario {
  const chance = createChance(scenario.seed + SALT);
  // Some stories count how many runs it takes until something is gone.
  if (scenario.goneAfter || !chance.maybe(0.2)) {
    return scenario;
  }
  const faults = Array.from({ length: chance.between(0, 3) }, () => createFault(chance, scenario));
  const perDay = chance.pick(['off', 'off', 2, 3]);
  const limits = { ...(scenario.policy.limits as object), perDay };
  const story = withRacedDetach({ ...scenario, policy: { ...scenario.policy, limits }, store: { faults } });
  return perDay !== 'off' && chance.maybe(0.5) ? withManyDue(story) : story;
}

/** In some of these stories, two runs are about to detach the same connection, whose backup has a route table to lose. */
function withRacedDetach(scenario: Scenario): Scenario {
  const { seed, policy, estate, runs, calmAtMs } = scenario;
  const chance = createChance(seed + RACED_SALT);
  const [first] = runs;
  if (first === undefined || !chance.maybe(0.2)) {
    return scenario;
  }
  const raced = row('vco-raced', { ...DOWN, tags: mark('tunnels-down', 300) });
  const link = { TransitRouterAttachmentId: 'tr-attach-raced' };
  const second = { ...first, id: RACED_RUN, atMs: first.atMs + chance.between(1, 200) };
  // One of the two reads the routes later, when the other may have asked for the detach.
  const fault = { kind: 'error', status: 400, code: 'Throttling.User' } as const;
  const rule = { action: 'ListTransitRouterRouteTables', times: 1, fault };
  return {
    ...scenario,
    policy: {
      ...policy,
      rules: { ...(policy.rules as object), 'tunnels-down': '12h' },
      detach: { ...(policy.detach as object), force: true },
    },
    estate: {
      ...estate,
      vpnConnections: [...(estate.vpnConnections ?? []), raced],
      attachments: [...(estate.attachments ?? []), { ...link, VpnId: 'vco-raced', TransitRouterId: 'tr-a' }],
      associations: [...(estate.associations ?? []), { ...link, TransitRouterRouteTableId: 'vtb-a' }],
    },
    behaviours: { ...scenario.behaviours, forceDelete: 'removes' },
    latencyMs: 40,
    faults: [...scenario.faults, { fromMs: first.atMs, toMs: calmAtMs, rule }],
    runs: [first, second, ...runs.slice(1)],
  };
}

/** Adds more connections to detach at the same time than a day has room for. */
function withManyDue(scenario: Scenario): Scenario {
  const { policy, estate } = scenario;
  const due = Array.from({ length: 5 }, (_, index) =>
    row(`vco-many${index}`, { ...DOWN, tags: mark('tunnels-down', 200 + index) }),
  );
  const rules = { ...(policy.rules as object), 'tunnels-down': '12h' };
  const limits = { ...(policy.limits as object), perRegionShare: 1 };
  const vpnConnections = [...(estate.vpnConnections ?? []), ...due];
  return { ...scenario, policy: { ...policy, rules, limits }, estate: { ...estate, vpnConnections } };
}

function createFault(chance: Chance, { calmAtMs, periodMs }: Scenario): StoreFault {
  // The moment is right when a run is at work, or any other.
  const fromMs = chance.maybe(0.7)
    ? chance.below(Math.max(1, Math.floor(calmAtMs / periodMs))) * periodMs + chance.pick([0, 1_000, 20_000, 60_000])
    : chance.below(calmAtMs);
  const toMs = Math.min(calmAtMs, fromMs + chance.pick([MINUTE, 10 * MINUTE, 3 * HOUR, 24 * HOUR]));
  return { fromMs, toMs, kind: chance.pick(KINDS) };
}
