import { resolve } from 'node:path';
import type { RunningEmulator } from '../../lib/emulator/emulator-types.ts';
import { parseEstate } from '../../lib/emulator/estate/parse-estate.ts';
import type { FaultRule } from '../../lib/emulator/faults/fault-rule.ts';
import type { Invocation } from '../../lib/emulator/fc/invocation.ts';
import { startEmulator } from '../../lib/emulator/start-emulator.ts';
import { ACCOUNT, DAY, HOUR } from './builders.ts';

export const A = '2000000000000002';
export const B = '3000000000000003';
export const REGIONS = ['cn-hangzhou', 'cn-shanghai', 'eu-central-1', 'ap-southeast-1'];
export const TICK = '2026-11-22T19:30:00Z';

const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
const orphan = (accountId: string, regionId: string) => ({
  VpnConnectionId: `vco-${accountId.slice(0, 1)}${regionId.replaceAll('-', '')}`,
  accountId,
  regionId,
  tags: { 'vco-sweeper:orphan': `unassociated ${ago(2 * DAY)}`, 'vco-sweeper:seen': ago(HOUR) },
});
const roleIn = (accountId: string) => ({ roleArn: `acs:ram::${accountId}:role/vco-sweeper` });
const policy = {
  mode: 'sweep',
  regions: REGIONS,
  accounts: [ACCOUNT, A, B].map(roleIn),
  limits: { perRegionShare: 1 },
  wait: { pollInterval: '20ms' },
  retry: { attempts: 3, minDelay: '10ms', maxDelay: '100ms' },
};

export type Setup = {
  readonly policy?: object;
  /** Accounts whose role lets the sweep in. */
  readonly trusting?: readonly string[];
  /** More of the estate. */
  readonly estate?: object;
  /** More of the functions' settings. */
  readonly sweep?: object;
  readonly dispatcher?: object;
  /** The dispatcher's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly faults?: FaultRule[];
};

/** Three accounts with an orphan in each of four regions, and both built functions in the first account. */
export async function deployPlatform(setup: Setup = {}) {
  const { policy: change = {}, trusting = [ACCOUNT, A, B], sweep = {}, dispatcher = {}, env = {}, faults = [] } = setup;
  const role = (id: string) => ({ name: 'vco-sweeper', trusted: trusting.includes(id) ? [ACCOUNT] : [] });
  const key = { accessKeyId: 'one', accessKeySecret: 'secret-of-one' };
  const estate = {
    regions: REGIONS.map((RegionId) => ({ RegionId })),
    accounts: [ACCOUNT, A, B].map((id) => ({
      accountId: id,
      roles: [role(id)],
      ...(id === ACCOUNT ? { keys: [key] } : {}),
    })),
    vpnConnections: [ACCOUNT, A, B].flatMap((id) => REGIONS.map((regionId) => orphan(id, regionId))),
    ...setup.estate,
  };
  const SWEEP_POLICY = JSON.stringify({ ...policy, ...change });
  const common = {
    region: 'cn-hangzhou',
    concurrencyConfig: { reservedConcurrency: 8 },
    asyncInvokeConfig: { maxAsyncRetryAttempts: 0 },
  };
  const emulator = await startEmulator({
    estate: parseEstate(JSON.stringify(estate), 'test'),
    limits: 'off',
    faults,
    functions: [
      {
        functionName: 'vco-sweeper',
        code: resolve('dist/sweep'),
        environmentVariables: { SWEEP_POLICY },
        ...common,
        ...sweep,
      },
      {
        functionName: 'dispatcher',
        code: resolve('dist/dispatch'),
        environmentVariables: { SWEEP_POLICY, ...env },
        ...common,
        ...dispatcher,
      },
    ],
  });
  /** The invocation of the dispatcher, when all of its sweeps have ended. */
  const ticked = async (at = TICK, payload = ''): Promise<Invocation> => {
    const invocation = emulator.fc.tick('dispatcher', at, { payload });
    await emulator.fc.idle();
    return invocation;
  };
  const tick = async (at?: string) => JSON.parse((await ticked(at)).result ?? '{}');
  const sweeps = () => emulator.fc.invocations.filter(({ functionName }) => functionName.endsWith('vco-sweeper'));
  const left = () => placesOf(emulator);
  return { emulator, ticked, tick, sweeps, left };
}

const placesOf = ({ estate }: RunningEmulator) =>
  estate.vpnConnections.map(({ accountId, regionId }) => `${accountId} ${regionId}`);
