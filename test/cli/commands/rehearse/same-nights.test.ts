import { afterEach, expect, test } from 'vitest';
import type { RunningEmulator } from '../../../../lib/emulator/emulator-types.ts';
import { generateEstate } from '../../../../lib/emulator/generate/generate-estate.ts';
import { startClock } from '../../../../lib/wiring/machine-clock.ts';
import { run, serve } from '../../cli-harness.ts';

const REGIONS = ['cn-hangzhou', 'eu-central-1'];
const DAY_MS = 86_400_000;
const NIGHTS = 4;
/** Polls are close together because the manual nights take real time. */
const POLICY = `
regions: [${REGIONS.join(', ')}]
rules: { unassociated: 20h, tunnels-down: 40h, unrouted: 20h }
detach: { force: true }
wait: { pollInterval: 20ms }
pace: { describePerMinute: 60000, writePerMinute: 60000 }
`;

const emulators: RunningEmulator[] = [];
afterEach(async () => {
  await Promise.all(emulators.splice(0).map((one) => one.close()));
});

test('a rehearsal ends like the same nights of sweep, over HTTP and with keys', async () => {
  const real = startClock();
  let aheadMs = 0;
  const clock = { now: () => real.now() + aheadMs, sleep: real.sleep };
  const files: Record<string, string> = { 'policy.yaml': POLICY };
  const estate = generateEstate({ seed: 11, connections: 48, regions: REGIONS, nowMs: real.now() });
  const { emulator, env } = await serve(estate);
  emulators.push(emulator);
  const command = (...args: string[]) => run([...args, '--policy', 'policy.yaml'], { env, files, clock });
  const ids = () => emulator.estate.vpnConnections.map(({ VpnConnectionId }) => VpnConnectionId);

  expect(await command('export', '--out', 'estate.yaml')).toMatchObject({ code: 0 });
  const deletedIn: Record<string, number> = {};
  for (let night = 1; night <= NIGHTS; night += 1) {
    const { outcomes } = JSON.parse((await command('sweep', '--yes', '--json')).out);
    for (const { connectionId, outcome } of outcomes as { connectionId: string; outcome: string }[]) {
      if (outcome === 'deleted') {
        deletedIn[connectionId] = night;
      }
    }
    aheadMs += DAY_MS;
  }

  const rehearsed = await run(
    ['rehearse', '--policy', 'policy.yaml', '--estate', 'estate.yaml', '--nights', String(NIGHTS), '--json'],
    { files, env: {} },
  );
  const { nights, left, totals } = JSON.parse(rehearsed.out);
  const news = nights.flatMap(
    ({ night, news: all }: { night: number; news: { connectionId: string; outcome: string }[] }) =>
      all.filter(({ outcome }) => outcome === 'deleted').map(({ connectionId }) => [connectionId, night]),
  );
  expect(Object.fromEntries(news)).toEqual(deletedIn);
  expect(totals.deleted).toBeGreaterThan(8);
  expect(totals.detached).toBeGreaterThan(3);
  const stay = left.map(({ connectionId }: { connectionId: string }) => connectionId);
  expect(stay.sort()).toEqual(
    ids()
      .filter((id) => !(id in deletedIn))
      .sort(),
  );
});
