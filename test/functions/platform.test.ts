import { resolve } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type Invocation, parseEstate, type RunningEmulator, startEmulator } from '../../lib/emulator/index.ts';
import { ACCOUNT, DAY, HOUR } from '../support/builders.ts';
import { envOf, run } from './cli-harness.ts';

const A = '2000000000000002';
const B = '3000000000000003';
const REGIONS = ['cn-hangzhou', 'cn-shanghai', 'eu-central-1', 'ap-southeast-1'];
const TICK = '2026-11-22T19:30:00Z';
const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
const ripe = { 'vco-sweeper:orphan': `unassociated ${ago(2 * DAY)}`, 'vco-sweeper:seen': ago(HOUR) };

const minuteNow = () => Math.floor(Date.now() / 60_000);

const orphan = (accountId: string, regionId: string) => ({
  VpnConnectionId: `vco-${accountId.slice(0, 1)}${regionId.replaceAll('-', '')}`,
  accountId,
  regionId,
  tags: ripe,
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

let cloud: RunningEmulator | undefined;
afterEach(async () => {
  await cloud?.close();
  cloud = undefined;
});

type Setup = {
  readonly policy?: object;
  /** Accounts whose role lets the sweep in. */
  readonly trusting?: readonly string[];
  readonly sweep?: object;
};

async function deploy({ policy: change = {}, trusting = [ACCOUNT, A, B], sweep = {} }: Setup = {}) {
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
  };
  const environmentVariables = { SWEEP_POLICY: JSON.stringify({ ...policy, ...change }) };
  const common = { environmentVariables, region: 'cn-hangzhou', concurrencyConfig: { reservedConcurrency: 4 } };
  const asyncInvokeConfig = { maxAsyncRetryAttempts: 0 };
  const emulator = await startEmulator({
    estate: parseEstate(JSON.stringify(estate), 'test'),
    limits: 'off',
    functions: [
      { functionName: 'vco-sweeper', code: resolve('dist/sweep'), asyncInvokeConfig, ...common, ...sweep },
      { functionName: 'dispatcher', code: resolve('dist/dispatch'), asyncInvokeConfig, ...common },
    ],
  });
  cloud = emulator;
  const tick = async () => {
    const { result = '{}' } = await whole(emulator, emulator.fc.tick('dispatcher', TICK));
    return JSON.parse(result);
  };
  const sweeps = () => emulator.fc.invocations.filter(({ functionName }) => functionName === 'vco-sweeper');
  const left = () => emulator.estate.vpnConnections.map(({ accountId, regionId }) => `${accountId} ${regionId}`);
  return { emulator, tick, sweeps, left };
}

const whole = async ({ fc }: RunningEmulator, invocation: Invocation) => {
  await fc.idle();
  return invocation;
};

describe('timer, dispatcher, Function Compute, sweep, VPC and CEN, all over HTTP', () => {
  test('3 accounts times 4 regions: one account refuses its role, and the other eight are swept', async () => {
    const { tick, sweeps, left } = await deploy({ trusting: [ACCOUNT, A] });
    expect(await tick()).toMatchObject({ counts: { started: 12, 'already-started': 0, failed: 0 } });
    const failed = sweeps().filter(({ status }) => status !== 'Succeeded');
    expect([sweeps().length, failed.length]).toEqual([12, 4]);
    for (const { result, log } of failed) expect(`${result} ${log}`).toContain(`${B}: AssumeRole NoPermission`);
    expect(left()).toEqual(REGIONS.map((regionId) => `${B} ${regionId}`));

    expect(await tick()).toMatchObject({ counts: { started: 0, 'already-started': 12, failed: 0 } });
    expect(sweeps()).toHaveLength(12);
  });

  test('the accounts of the resource directory, found by the dispatcher', async () => {
    const { tick, left } = await deploy({
      policy: { accounts: { directory: { roleName: 'vco-sweeper', exclude: [B] } } },
    });
    expect(await tick()).toMatchObject({ counts: { started: 4, failed: 0 }, calls: { ListAccounts: 1 } });
    expect(new Set(left())).toEqual(
      new Set([ACCOUNT, B].flatMap((id) => REGIONS.map((regionId) => `${id} ${regionId}`))),
    );
  });

  test('a storm of 1,000 events about one region costs one sweep for each minute it lasts', async () => {
    const { emulator, sweeps, left } = await deploy({ policy: { accounts: [] } });
    const data = { eventName: 'DeleteTransitRouter', requestParameters: { RegionId: 'eu-central-1' } };
    const storm = Array.from({ length: 1_000 }, (_, at) => ({
      specversion: '1.0',
      id: `e${at}`,
      source: 'acs.cen',
      type: 'cen:ActionTrail:ApiCall',
      data,
    }));
    const minutes = [minuteNow()];
    for (let from = 0; from < 1_000; from += 100) emulator.fc.event('dispatcher', storm.slice(from, from + 100));
    await emulator.fc.idle();
    minutes.push(minuteNow());
    // Within one minute it is one; a storm over the turn of the minute may be two.
    expect(sweeps().length).toBeGreaterThan(0);
    expect(sweeps().length).toBeLessThanOrEqual(new Set(minutes).size);
    expect(left()).not.toContain(`${ACCOUNT} eu-central-1`);
    expect(left()).toHaveLength(11);
  });

  test('invoke shows from the command line what the deployed sweep answers', async () => {
    const { emulator } = await deploy({ policy: { accounts: [] } });
    const env = { ...envOf(emulator.url, emulator), ALIBABA_CLOUD_FC_ENDPOINT: emulator.url };
    const planned = await run(['invoke', '--mode', 'plan', '-r', 'cn-shanghai'], { env });
    expect(planned).toMatchObject({ code: 3, err: '' });
    expect(planned.out).toContain('planned  vco-1cnshanghai');
    expect(await run(['invoke', '-r', 'us-east-1'], { env })).toMatchObject({
      code: 2,
      err: expect.stringContaining(
        'the function failed (ConfigError): event refused: request: regions[0]: "us-east-1"',
      ),
    });
    expect((await run(['invoke'], { env })).code).toBe(0);
  });
});
