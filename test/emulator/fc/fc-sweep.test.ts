import { resolve } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { RunningEmulator } from '../../../lib/emulator/emulator-types.ts';
import { parseEstate } from '../../../lib/emulator/estate/parse-estate.ts';
import { startEmulator } from '../../../lib/emulator/start-emulator.ts';
import { DAY, HOUR, REGION } from '../../support/builders.ts';
import { bound, down, estate, free, inUse } from '../../support/estates.ts';

const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
const due = (rule: string) => ({ 'vco-sweeper:orphan': `${rule} ${ago(2 * DAY)}`, 'vco-sweeper:seen': ago(HOUR) });
const policy = {
  mode: 'sweep',
  rules: { unassociated: '24h', 'tunnels-down': '24h' },
  wait: { pollInterval: '20ms' },
  retry: { minDelay: '10ms', maxDelay: '100ms' },
  pace: { describePerMinute: 60_000, writePerMinute: 6_000 },
};

let cloud: RunningEmulator | undefined;
afterEach(async () => {
  await cloud?.close();
  cloud = undefined;
});

async function start(faults: Parameters<typeof startEmulator>[0]['faults'] = []) {
  const rows = [free('old', due('unassociated')), bound('down', due('tunnels-down'), down), ...inUse(5)];
  cloud = await startEmulator({
    estate: parseEstate(JSON.stringify(estate(...rows)), 'test'),
    limits: 'off',
    faults,
    functions: [
      {
        functionName: 'sweep',
        code: resolve('dist/sweep'),
        region: REGION,
        environmentVariables: { SWEEP_POLICY: JSON.stringify(policy) },
      },
    ],
  });
  return cloud;
}

const ids = ({ estate: { vpnConnections } }: RunningEmulator) =>
  vpnConnections.map(({ VpnConnectionId }) => VpnConnectionId).sort();
const left = inUse(5).map(({ VpnConnectionId }) => VpnConnectionId);

describe('the built function on the local Function Compute', () => {
  test('on a timer tick sweeps the orphans of the cloud beside it, and nothing else', async () => {
    const at = await start();
    const tick = at.fc.tick('sweep', '2026-11-22T19:30:00Z', { triggerName: 'nightly' });
    await at.fc.idle();
    expect(tick).toMatchObject({ status: 'Succeeded', attempts: 1 });
    expect(JSON.parse(tick.result ?? '')).toMatchObject({
      mode: 'sweep',
      status: 'complete',
      counts: { deleted: 2, kept: 5 },
    });
    expect(ids(at)).toEqual(left);
    const lines = tick.log.split('\n').filter((line) => line.startsWith('{'));
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ event: 'run.finished', requestId: tick.requestId });
  });

  test('that could not read everything is retried by the platform, and sweeps then', async () => {
    const fault = { kind: 'error', status: 403, code: 'Forbidden.RAM' } as const;
    const at = await start([{ action: 'DescribeVpnConnections', fault }]);
    const tick = at.fc.tick('sweep', '2026-11-22T19:30:00Z');
    await at.fc.idle();
    expect(tick).toMatchObject({ status: 'Succeeded', attempts: 2 });
    expect(tick.log).toMatch(/FC Invoke End RequestId: 1-\S+, Error: Handled function error/);
    expect(ids(at)).toEqual(left);
  });
});
