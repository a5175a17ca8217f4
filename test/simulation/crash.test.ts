import { expect, test } from 'vitest';
import { CALM_RUN, OWN, REGIONS, type RunPlan, type Scenario, START_MS } from './stories/scenario.ts';
import { simulate } from './world/world.ts';

const HOUR = 3_600_000;
const ago = (hours: number) => new Date(START_MS - hours * HOUR).toISOString();
const due = (rule: string) => ({ 'vco-sweeper:orphan': `${rule} ${ago(48)}`, 'vco-sweeper:seen': ago(1) });
const old = { CreateTime: START_MS - 999 * HOUR, regionId: REGIONS[0] };
const down = { Status: 'ike_sa_not_established' };

const scenario = (vpnConnections: Scenario['estate']['vpnConnections'], change: Partial<Scenario> = {}): Scenario => ({
  seed: 1,
  policy: {
    mode: 'sweep',
    regions: [REGIONS[0]],
    rules: { unassociated: '24h', 'tunnels-down': '24h' },
    limits: { perRegionShare: 1 },
    wait: { pollInterval: '1s' },
    retry: { attempts: 2 },
  },
  estate: {
    regions: REGIONS.map((RegionId) => ({ RegionId })),
    accounts: [{ accountId: OWN }],
    transitRouters: [{ TransitRouterId: 'tr-a', RegionId: REGIONS[0] }],
    vpnConnections: vpnConnections ?? [],
  },
  behaviours: {},
  latencyMs: 5,
  runs: [],
  people: [],
  faults: [],
  calmAtMs: HOUR,
  periodMs: 12 * HOUR,
  ...change,
});

const first = (death: RunPlan['death']): RunPlan => ({ ...CALM_RUN, death });

const SCENARIOS: readonly (readonly [string, Scenario])[] = [
  ['one that is free', scenario([{ VpnConnectionId: 'vco-free', tags: due('unassociated'), ...old }])],
  [
    'one that must be detached',
    scenario([{ VpnConnectionId: 'vco-bound', TransitRouterId: 'tr-a', tags: due('tunnels-down'), ...old, ...down }]),
  ],
  [
    'some of each, and some that stay',
    scenario([
      { VpnConnectionId: 'vco-free', tags: due('unassociated'), ...old },
      { VpnConnectionId: 'vco-bound', TransitRouterId: 'tr-a', tags: due('tunnels-down'), ...old, ...down },
      { VpnConnectionId: 'vco-new', ...old },
      { VpnConnectionId: 'vco-used', TransitRouterId: 'tr-a', tags: due('tunnels-down'), ...old },
      { VpnConnectionId: 'vco-kept', tags: { ...due('unassociated'), 'vco-sweeper:keep': '' }, ...old },
    ]),
  ],
  [
    'a detach that shows on one side long before the other',
    scenario([{ VpnConnectionId: 'vco-bound', TransitRouterId: 'tr-a', tags: due('tunnels-down'), ...old, ...down }], {
      behaviours: { detachOrder: 'vpc-first', detachPolls: 2, detachSecondPolls: 3, deleteReads: 3 },
    }),
  ],
];

test.each(SCENARIOS)(
  'killed at every call, before and after it: the next runs come to the same end (%s)',
  async (_what, story) => {
    const whole = await simulate({ ...story, runs: [first(undefined)] });
    expect(whole.violations).toEqual([]);
    const calls = whole.history.filter((line) => line.includes('run 0: ')).length;
    expect(calls).toBeGreaterThan(5);
    for (let call = 1; call <= calls; call += 1) {
      for (const when of ['before', 'after'] as const) {
        const killed = await simulate({ ...story, runs: [first({ call, when })] });
        expect({ call, when, violations: killed.violations, left: killed.left }).toEqual({
          call,
          when,
          violations: [],
          left: whole.left,
        });
        expect(killed.stats.crashes).toBe(1);
      }
    }
  },
);
