import { DOWN, mark, quiet, row } from './adversities.ts';
import { createChance, type PeopleAct, type PolicyDocument, type Scenario, type StoreFault } from './scenario.ts';

type Chance = ReturnType<typeof createChance>;

/** Chosen so that the seeds which show the older defects tell the stories that they told before. */
const SALT = 6_006_778;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** A message of the report function, and the fate of the message and of its record. */
export type ReportAct = {
  readonly atMs: number;
  readonly channel: string;
  /** How far the clock of the report function is off. */
  readonly skewMs: number;
  /**
   * `unrecorded`: accepted, and the function was killed before it wrote the record. `cut`: the record was not written whole.
   * `edited`: somebody changed the record, so that it seems a day older. `refused`: the channel did not accept the message.
   */
  readonly fate: 'recorded' | 'unrecorded' | 'cut' | 'edited' | 'refused';
  /** Which of the connections that a result lists are named. */
  readonly share: number;
  /** The message is about an earlier result than the last. Its clocks may have started again since then. */
  readonly isOld: boolean;
  /** The message is about clocks that are nearly the same, for example of the same id in another account. */
  readonly about: 'these' | 'other-account' | 'other-region' | 'other-rule';
  readonly seed: number;
};

/**
 * A policy that requires a notice, and a report function that tells of some connections at some times. Drawn from a stream of
 * its own: most stories stay as they are.
 */
export function withNotices(scenario: Scenario): Scenario {
  const chance = createChance(scenario.seed + SALT);
  // Some stories count how many runs it takes until something is gone.
  if (scenario.goneAfter || !chance.maybe(0.12)) {
    return scenario;
  }
  const notice = chance.pick(['0s', '1h', '6h', '12h', '12h']);
  const story = chance.maybe(0.3) ? scenario : createRestarts(chance, scenario);
  const faults = chance.maybe(0.4) ? [createFault(chance, story)] : [];
  return {
    ...story,
    policy: withNotice(story.policy, notice),
    runs: story.runs.map((run) => (run.policy ? { ...run, policy: withNotice(run.policy, notice) } : run)),
    store: { faults: [...(story.store?.faults ?? []), ...faults] },
    reports: Array.from({ length: chance.between(1, 7) }, (_, seed) => createReport(chance, story, seed)),
  };
}

/** No grace is shorter than the notice or 0s, because the policy would be refused. */
function withNotice(policy: PolicyDocument, notice: string): PolicyDocument {
  const rules = Object.entries(policy.rules as Readonly<Record<string, string>>).map(([rule, grace]) => [
    rule,
    grace === '0s' || grace === '1h' ? '12h' : grace,
  ]);
  const notify = { required: true, notice, channels: [{ type: 'slack', urlEnv: 'SLACK_URL' }] };
  return { ...policy, rules: Object.fromEntries(rules), notify };
}

/** Little else happens: connections that are due, some whose clock starts again, and some that were never seen. */
function createRestarts(chance: Chance, scenario: Scenario): Scenario {
  const periodMs = chance.pick([6, 12]) * HOUR;
  const ticks = chance.between(5, 9);
  const rules = { 'tunnels-down': '12h', unassociated: chance.pick(['12h', '24h']) };
  const rows = [
    row('vco-due', { ...DOWN, tags: mark('tunnels-down', 200) }),
    row('vco-free', { tags: mark('unassociated', 200) }),
    row('vco-down', { ...DOWN }),
    row('vco-new'),
  ];
  const story = quiet(scenario, { rows, rules, ticks, periodMs });
  const people = ['vco-due', 'vco-down', 'vco-free'].flatMap((id) =>
    chance.maybe(0.6) ? createRestart(chance, id, ticks, periodMs) : [],
  );
  return { ...story, people, ...(scenario.store ? { store: scenario.store } : {}) };
}

/** It is used for a while, and a run sees it so. */
function createRestart(chance: Chance, connectionId: string, ticks: number, periodMs: number): readonly PeopleAct[] {
  const isFree = connectionId === 'vco-free';
  const atMs = chance.below(Math.max(1, ticks - 4)) * periodMs + chance.pick([30 * SECOND, 70 * SECOND, 3 * HOUR]);
  return [
    { atMs, connectionId, act: isFree ? 'attach' : 'tunnels-up' },
    { atMs: atMs + periodMs, connectionId, act: isFree ? 'detach' : 'tunnels-down' },
  ];
}

function createReport(chance: Chance, { calmAtMs, periodMs }: Scenario, seed: number): ReportAct {
  const atMs =
    chance.below(Math.max(1, Math.floor(calmAtMs / periodMs))) * periodMs +
    chance.pick([2 * MINUTE, 10 * MINUTE, HOUR, 5 * HOUR]);
  return {
    atMs: Math.min(atMs, calmAtMs),
    channel: chance.pick(['slack', 'dingtalk', 'cloudevents-2']),
    skewMs: chance.maybe(0.2) ? chance.pick([-4 * MINUTE, 4 * MINUTE, 3 * HOUR]) : 0,
    fate: chance.pick(['recorded', 'recorded', 'recorded', 'recorded', 'unrecorded', 'cut', 'edited', 'refused']),
    share: chance.pick([0.4, 1, 1]),
    isOld: chance.maybe(0.25),
    about: chance.pick(['these', 'these', 'these', 'these', 'other-account', 'other-region', 'other-rule']),
    seed,
  };
}

/** The folder of the records cannot be listed, or the records in it cannot be read, while the rest of the store works. */
function createFault(chance: Chance, { calmAtMs, periodMs }: Scenario): StoreFault {
  const fromMs = chance.below(Math.max(1, Math.floor(calmAtMs / periodMs))) * periodMs;
  const toMs = Math.min(calmAtMs, fromMs + chance.pick([10 * MINUTE, 3 * HOUR, 24 * HOUR]));
  return { fromMs, toMs, kind: chance.pick(['told-unlistable', 'told-unreadable']) };
}
