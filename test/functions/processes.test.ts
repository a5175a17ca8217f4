import { afterEach, expect, test } from 'vitest';
import type { RunResult } from '../../lib/core/domain/outcome.ts';
import type { RunningEmulator } from '../../lib/emulator/emulator-types.ts';
import { parseEstate } from '../../lib/emulator/estate/parse-estate.ts';
import { createRandom } from '../../lib/emulator/random.ts';
import { startEmulator } from '../../lib/emulator/start-emulator.ts';
import { DAY, HOUR } from '../support/builders.ts';
import { bound, down, estate, free, inUse } from '../support/estates.ts';
import { invoke } from '../support/function.ts';

/** Number of runs in which the work after a kill must be finished. */
const RUNS_MAX = 8;
/**
 * The suite makes few overlaps. `OVERLAPS=20 KILLS=50 npx vitest run test/functions/processes.test.ts` is the long run.
 */
const OVERLAPS = Number(process.env.OVERLAPS ?? 2);
const KILLS = Number(process.env.KILLS ?? 4);

const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
const due = (rule: string) => ({ 'vco-sweeper:orphan': `${rule} ${ago(2 * DAY)}`, 'vco-sweeper:seen': ago(HOUR) });
const policy = {
  mode: 'sweep',
  rules: { unassociated: '24h', 'tunnels-down': '24h' },
  limits: { perRegionShare: 1 },
  wait: { pollInterval: '20ms' },
  retry: { minDelay: '10ms', maxDelay: '100ms' },
  pace: { describePerMinute: 60_000, writePerMinute: 60_000 },
};
const stays = inUse(4).map(({ VpnConnectionId }) => VpnConnectionId);
const rows = () => [
  ...Array.from({ length: 5 }, (_, index) => free(`free${index}`, due('unassociated'))),
  ...Array.from({ length: 5 }, (_, index) => bound(`down${index}`, due('tunnels-down'), down)),
  ...inUse(4),
];

let cloud: RunningEmulator | undefined;
afterEach(async () => {
  await cloud?.close();
  cloud = undefined;
});

const start = async (seed: number) => {
  cloud = await startEmulator({
    estate: parseEstate(JSON.stringify(estate(...rows())), 'test'),
    seed,
    limits: 'off',
    latencyMs: 2,
  });
  return cloud;
};
/** A deleted connection still shows for a few reads, but counts as gone. */
const ids = ({ estate: { vpnConnections } }: RunningEmulator) =>
  vpnConnections
    .filter(({ pending }) => pending?.to !== 'gone')
    .map(({ VpnConnectionId }) => VpnConnectionId)
    .sort();

const sweepNow = (at: RunningEmulator) => invoke(at, { event: {}, policy, env: { SWEEP_THROW: 'never' } });

/** The reasons of failed steps, for the message of a failed test. */
const failuresOf = (answer: unknown) =>
  (answer as RunResult).outcomes
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ connectionId, reason }) => [connectionId, reason]);

/** Only orphans may be detached or deleted, and never a connection in use. */
function expectOnlyOrphansTouched(at: RunningEmulator): void {
  const touched = at.calls
    .filter(({ action, effect }) => effect && action.startsWith('Delete'))
    .map(({ params }) => params.VpnConnectionId ?? params.TransitRouterAttachmentId ?? '');
  expect(touched.filter((id) => id.includes('used'))).toEqual([]);
}

test.each(Array.from({ length: OVERLAPS }, (_, index) => index + 1))(
  'two processes at once, time %i: all orphans are deleted, and nothing else',
  async (seed) => {
    const at = await start(seed);
    const both = await Promise.all([sweepNow(at).ended, sweepNow(at).ended]);
    expect(both.map(({ answer }) => failuresOf(answer))).toEqual([[], []]);
    // Each run may have left work to the parallel run. The next run has no parallel run.
    await sweepNow(at).ended;
    expect(ids(at)).toEqual(stays);
    expectOnlyOrphansTouched(at);
  },
);

test.each(Array.from({ length: KILLS }, (_, index) => index + 1))(
  'killed at a random moment, time %i: the next runs finish',
  async (seed) => {
    const at = await start(seed);
    const killAt = 1 + createRandom(seed).below(60);
    const first = sweepNow(at);
    const over = first.ended.then(() => true);
    while (at.calls.length < killAt) {
      if (await Promise.race([over, new Promise<false>((next) => setImmediate(() => next(false)))])) {
        break;
      }
    }
    first.kill();
    await first.ended;
    // A detach that is under way takes time, and until it is over a run rightly leaves the connection alone.
    for (let run = 0; run < RUNS_MAX && ids(at).length > stays.length; run += 1) {
      await sweepNow(at).ended;
    }
    expect(ids(at)).toEqual(stays);
    expectOnlyOrphansTouched(at);
  },
);
