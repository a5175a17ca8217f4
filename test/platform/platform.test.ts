import { afterEach, describe, expect, test } from 'vitest';
import { envOf, run } from '../cli/cli-harness.ts';
import { ACCOUNT } from '../support/builders.ts';
import { A, B, deployPlatform, REGIONS, type Setup } from '../support/platform.ts';

const minuteNow = () => Math.floor(Date.now() / 60_000);

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) {
    await stop();
  }
});

async function deploy(setup?: Setup) {
  const deployed = await deployPlatform(setup);
  stops.push(deployed.emulator.close);
  return deployed;
}

describe('timer, dispatcher, Function Compute, sweep, VPC and CEN, all over HTTP', () => {
  test('3 accounts times 4 regions: an account refuses its role, and the other eight places are swept', async () => {
    const { tick, sweeps, left } = await deploy({ trusting: [ACCOUNT, A] });
    expect(await tick()).toMatchObject({ counts: { started: 12, 'already-started': 0, failed: 0 } });
    const failed = sweeps().filter(({ status }) => status !== 'Succeeded');
    expect([sweeps().length, failed.length]).toEqual([12, 4]);
    for (const { result, log } of failed) {
      expect(`${result} ${log}`).toContain(`${B}: AssumeRole NoPermission`);
    }
    expect(left()).toEqual(REGIONS.map((regionId) => `${B} ${regionId}`));

    expect(await tick()).toMatchObject({ counts: { started: 0, 'already-started': 12, failed: 0 } });
    expect(sweeps()).toHaveLength(12);
  });

  test('the dispatcher finds the accounts of the resource directory, and all accounts are swept', async () => {
    const { tick, left } = await deploy({
      policy: { accounts: { directory: { roleName: 'vco-sweeper', exclude: [B] } } },
    });
    expect(await tick()).toMatchObject({ counts: { started: 4, failed: 0 }, calls: { ListAccounts: 1 } });
    expect(new Set(left())).toEqual(
      new Set([ACCOUNT, B].flatMap((id) => REGIONS.map((regionId) => `${id} ${regionId}`))),
    );
  });

  test('a storm of 1,000 events about a region costs a single sweep a minute, and the tick does the rest', async () => {
    const dispatcher = { concurrencyConfig: { reservedConcurrency: 10 } };
    const { emulator, sweeps, left, tick } = await deploy({ policy: { accounts: [] }, dispatcher });
    const storm = Array.from({ length: 1_000 }, (_, at) => ({
      specversion: '1.0',
      id: `e${at}`,
      source: 'acs.cen',
      type: 'cen:ActionTrail:ApiCall',
      data: {
        eventName: 'DeleteTransitRouter',
        requestParameters: { RegionId: 'eu-central-1', VpnConnectionId: `vco-${at}` },
      },
    }));
    const minutes = [minuteNow()];
    // Separately and in arrays, some of them twice, and not in order.
    for (const event of storm.slice(0, 10).reverse()) {
      emulator.fc.event('dispatcher', event);
    }
    for (let from = 0; from < 1_000; from += 100) {
      emulator.fc.event('dispatcher', storm.slice(from, from + 100));
    }
    await emulator.fc.idle();
    minutes.push(minuteNow());
    // Within a minute there is a single sweep. If the minute changes during the storm, there may be two sweeps.
    const cost = sweeps().length;
    expect(cost).toBeGreaterThan(0);
    expect(cost).toBeLessThanOrEqual(new Set(minutes).size);
    expect(emulator.fc.invocations.filter(({ status }) => status !== 'Succeeded')).toEqual([]);
    expect(left()).not.toContain(`${ACCOUNT} eu-central-1`);
    expect(left()).toHaveLength(11);

    expect(await tick()).toMatchObject({ counts: { started: 4 } });
    expect(sweeps()).toHaveLength(cost + 4);
    expect(left().sort()).toEqual([A, B].flatMap((id) => REGIONS.map((regionId) => `${id} ${regionId}`)).sort());
  });

  test('an array of events about several accounts sweeps each account as its own event says', async () => {
    const { emulator, sweeps, left } = await deploy();
    const event = (accountId: string, regionId: string, id: string) => ({
      specversion: '1.0',
      id,
      source: 'my.app',
      type: 'site.closed',
      data: { accounts: [accountId], regions: [regionId] },
    });
    const events = [
      event(A, 'cn-hangzhou', 'a'),
      event(B, 'eu-central-1', 'b'),
      event('9000000000000009', 'cn-hangzhou', 'c'),
    ];
    // The sweep handles the array in a single run. The dispatcher starts a run for each account.
    const direct = emulator.fc.event('vco-sweeper', events);
    await emulator.fc.idle();
    expect(JSON.parse(direct.result ?? '')).toMatchObject({
      status: 'complete',
      counts: { deleted: 2 },
      regions: [
        { accountId: A, regionId: 'cn-hangzhou' },
        { accountId: B, regionId: 'eu-central-1' },
      ],
      refusedEvents: [{ index: 2, id: 'c' }],
    });
    expect(left()).toHaveLength(10);
    const dispatched = emulator.fc.event('dispatcher', [event(A, 'cn-shanghai', 'd'), event(B, 'cn-shanghai', 'e')]);
    await emulator.fc.idle();
    expect(JSON.parse(dispatched.result ?? '')).toMatchObject({ counts: { started: 2, failed: 0 } });
    expect(sweeps()).toHaveLength(3);
    expect(left()).not.toContain(`${A} cn-shanghai`);
    expect(left()).not.toContain(`${B} cn-shanghai`);
    expect(left()).toHaveLength(8);
  });

  test('invoke shows the answer of the deployed sweep on the command line', async () => {
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
