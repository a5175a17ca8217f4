import { createChance, type Scenario, START_MS } from './scenario.ts';

const SALT = 3_000_017;

type Chance = ReturnType<typeof createChance>;
type Limits = Readonly<Record<string, unknown>>;

const DAY = 86_400_000;
const day = (offset: number) => new Date(START_MS + offset * DAY).toISOString().slice(0, 10);

/** Runs begin at midnight in UTC, on a Sunday, or two hours later. Each limit is open for some of the runs. */
const createLimits = (): readonly Limits[] => [
  { window: { from: '22:00', to: '06:00' } },
  { window: { days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'], from: '07:00', to: '12:00', zone: 'Asia/Shanghai' } },
  { window: { from: '00:30', to: '06:00', zone: 'Europe/Berlin' }, freeze: [{ from: day(-1), to: day(0) }] },
  { freeze: [{ from: day(0), to: day(1) }] },
  { freeze: [{ from: day(1), to: day(1) }] },
];
/** This window closes while a run is at work. */
const NARROW: Limits = { window: { from: '00:00', to: '00:02' } };

const createKeeps = (): readonly Readonly<Record<string, string>>[] => [
  ...[-1, 0, 1, 2].map((offset) => ({ 'vco-sweeper:keep': `until ${day(offset)}` })),
  { 'vco-sweeper:keep': 'until further notice' },
  { 'vco-sweeper:Keep': 'yes' },
  { 'vco-sweeper\uff1a keep': '' },
  { 'VCO-SWEEPER:keep': 'False' },
];

/**
 * Change windows, freezes, and tags that keep until a date or by a key that only reads like the right key. They are drawn
 * from a stream of their own, and most stories stay as they are.
 */
export function withChangeLimits(scenario: Scenario): Scenario {
  const chance = createChance(scenario.seed + SALT);
  // Some stories count how many runs it takes until something is gone.
  if (scenario.goneAfter) {
    return scenario;
  }
  const kept = chance.maybe(0.15) ? withKeeps(chance, scenario) : scenario;
  if (!chance.maybe(0.15)) {
    return kept;
  }
  const isNarrow = chance.maybe(0.25);
  const limits = { ...(kept.policy.limits as Limits), ...(isNarrow ? NARROW : chance.pick(createLimits())) };
  return { ...kept, policy: { ...kept.policy, limits }, ...(isNarrow ? { isRarelyOpen: true } : {}) };
}

function withKeeps(chance: Chance, scenario: Scenario): Scenario {
  const { vpnConnections = [] } = scenario.estate;
  const rows = vpnConnections.map((row) =>
    chance.maybe(0.5) ? { ...row, tags: { ...row.tags, ...chance.pick(createKeeps()) } } : row,
  );
  return { ...scenario, estate: { ...scenario.estate, vpnConnections: rows } };
}
