import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { RunningEmulator } from '../../lib/emulator/emulator-types.ts';
import { parseEstate } from '../../lib/emulator/estate/parse-estate.ts';
import { startEmulator } from '../../lib/emulator/start-emulator.ts';
import { DAY, HOUR, REGION } from '../support/builders.ts';
import { bound, down, estate, free, inUse } from '../support/estates.ts';
import { invoke } from '../support/function.ts';

const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
const due = (rule: string) => ({ 'vco-sweeper:orphan': `${rule} ${ago(2 * DAY)}`, 'vco-sweeper:seen': ago(HOUR) });
const policy = {
  mode: 'sweep',
  rules: { unassociated: '24h', 'tunnels-down': '24h' },
  wait: { pollInterval: '20ms' },
  retry: { minDelay: '10ms', maxDelay: '100ms' },
  pace: { describePerMinute: 60_000, writePerMinute: 6_000 },
};
const timer = { triggerTime: '2026-11-22T19:30:00Z', triggerName: 'nightly', payload: '' };

const running: RunningEmulator[] = [];
async function start(
  options: Partial<Parameters<typeof startEmulator>[0]> & { rows: readonly Record<string, unknown>[] },
) {
  const { rows, ...rest } = options;
  const cloud = await startEmulator({
    estate: parseEstate(JSON.stringify(estate(...rows)), 'test'),
    seed: 1,
    limits: 'off',
    ...rest,
  });
  running.push(cloud);
  return cloud;
}
afterEach(async () => {
  await Promise.all(running.splice(0).map((cloud) => cloud.close()));
});

const ids = (cloud: RunningEmulator) =>
  cloud.estate.vpnConnections.map(({ VpnConnectionId }) => VpnConnectionId).sort();
const rows = () => [free('old', due('unassociated')), bound('down', due('tunnels-down'), down), ...inUse(5)];

describe('the built function, over HTTP', () => {
  test('deletes exactly the orphans on a timer tick', async () => {
    const cloud = await start({ rows: rows() });
    const { answer, lines } = await invoke(cloud, { event: timer, policy }).ended;
    expect(answer).toMatchObject({
      mode: 'sweep',
      status: 'complete',
      regions: [{ regionId: REGION, listing: 'complete', connections: 7, halted: false }],
      counts: { deleted: 2, kept: 5 },
    });
    expect(ids(cloud)).toEqual(inUse(5).map(({ VpnConnectionId }) => VpnConnectionId));
    expect(lines.at(-1)).toMatchObject({
      event: 'run.finished',
      requestId: expect.any(String),
      runId: expect.any(String),
    });
  });

  test('reads only the connections of an EventBridge event', async () => {
    const cloud = await start({ rows: rows() });
    const event = {
      id: 'event-1',
      source: 'acs.vpc',
      specversion: '1.0',
      type: 'vpc:ActionTrail:ApiCall',
      aliyunregionid: REGION,
      data: {
        eventName: 'ModifyVpnAttachmentAttribute',
        acsRegion: REGION,
        requestParameters: { RegionId: REGION, VpnConnectionId: 'vco-old' },
      },
    };
    const { answer } = await invoke(cloud, { event, policy }).ended;
    expect(answer).toMatchObject({
      status: 'complete',
      counts: { deleted: 1 },
      outcomes: [{ connectionId: 'vco-old' }],
    });
    expect(ids(cloud)).toContain('vco-down');
  });

  test('if killed between detach and delete, finishes the half-done connection in its next run and says so', async () => {
    const cloud = await start({
      rows: rows(),
      faults: [
        {
          action: 'DeleteVpnAttachment',
          match: { VpnConnectionId: 'vco-down' },
          times: 'always',
          fault: { kind: 'timeout', when: 'before' },
        },
      ],
    });
    const first = invoke(cloud, { event: timer, policy });
    await until(() =>
      cloud.calls.some(
        ({ action, params }) => action === 'DeleteVpnAttachment' && params.VpnConnectionId === 'vco-down',
      ),
    );
    first.kill();
    await first.ended;
    expect(ids(cloud)).toContain('vco-down');

    cloud.setFaults([]);
    const { answer, lines } = await invoke(cloud, { event: timer, policy }).ended;
    expect(answer).toMatchObject({ status: 'complete', counts: { deleted: 1 } });
    expect(ids(cloud)).toEqual(inUse(5).map(({ VpnConnectionId }) => VpnConnectionId));
    expect(
      lines.find(({ event, connectionId }) => event === 'connection.judged' && connectionId === 'vco-down'),
    ).toMatchObject({ verdict: 'half-done' });
  });

  test('two runs at once: each connection is deleted once, and both runs succeed', async () => {
    const cloud = await start({ rows: rows() });
    const both = await Promise.all([
      invoke(cloud, { event: timer, policy }).ended,
      invoke(cloud, { event: timer, policy }).ended,
    ]);
    expect(ids(cloud)).toEqual(inUse(5).map(({ VpnConnectionId }) => VpnConnectionId));
    const claimed = both.map(({ answer }) => (answer as { counts: { deleted: number; failed: number } }).counts);
    expect(claimed.reduce((sum, { failed }) => sum + failed, 0)).toBe(0);
  });
});

describe('the code package', () => {
  test('works from any folder, with the policy packed beside it, and only plans without a policy', async () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'vco-sweeper-')), 'code');
    cpSync('dist/sweep', folder, { recursive: true });
    rmSync(join(folder, 'policy.json'), { force: true });
    const cloud = await start({ rows: rows() });
    const { answer: planned } = await invoke(cloud, { event: timer, policy: undefined, folder }).ended;
    expect(planned).toMatchObject({ mode: 'plan', counts: { planned: 1 } });

    writeFileSync(join(folder, 'policy.yaml'), 'mode: sweep\nwait: { pollInterval: 20ms }\n');
    const { answer: swept } = await invoke(cloud, { event: timer, policy: undefined, folder }).ended;
    expect(swept).toMatchObject({ mode: 'sweep', counts: { deleted: 1 } });
    const { answer: lowered } = await invoke(cloud, {
      event: '',
      policy: undefined,
      folder,
      env: { SWEEP_MODE: 'mark' },
    }).ended;
    expect(lowered).toMatchObject({ mode: 'mark' });
  });
});

describe('ways to end', () => {
  const denied = [
    {
      action: 'DescribeVpnConnections',
      times: 'always' as const,
      fault: { kind: 'error' as const, status: 403, code: 'Forbidden.RAM' },
    },
  ];

  test('an incomplete run throws, with counts and run id', async () => {
    const cloud = await start({ rows: rows(), faults: denied });
    const { thrown } = await invoke(cloud, { event: timer, policy }).ended;
    expect(thrown).toMatchObject({
      name: 'IncompleteRun',
      message: expect.stringMatching(/^run [0-9a-f-]{36} is incomplete: \{"kept":0/),
    });
  });

  test('an incomplete run of many regions names ten of them, and counts the rest', async () => {
    const cloud = await start({ rows: rows(), faults: denied });
    const regions = Array.from({ length: 14 }, (_, at) => `xx-region-${at + 10}`);
    const { thrown } = await invoke(cloud, { event: timer, policy: { ...policy, regions } }).ended;
    const named = regions.slice(0, 10).join(', ');
    expect(thrown?.message).toContain(`; not read: ${named}, and 4 more; `);
    expect(thrown?.message).toMatch(/; and 4 more$/);
  });

  test('with SWEEP_THROW=never an incomplete run answers', async () => {
    const cloud = await start({ rows: rows(), faults: denied });
    const { answer } = await invoke(cloud, { event: timer, policy, env: { SWEEP_THROW: 'never' } }).ended;
    expect(answer).toMatchObject({ status: 'incomplete' });
  });

  test.each<[string, Parameters<typeof invoke>[1], RegExp]>([
    ['an unknown policy key', { event: timer, policy: { ...policy, rule: {} } }, /rule/],
    ['an unknown rule', { event: timer, policy: { rules: { unloved: '1h' } } }, /rules\.unloved/],
    ['a bad duration', { event: timer, policy: { rules: { unassociated: '1 day' } } }, /rules\.unassociated.*1 day/s],
    ['an empty list of regions', { event: timer, policy: { regions: [] } }, /regions/],
    ['both sources of a policy', { event: timer, policy, env: { SWEEP_POLICY_FILE: '/x.yaml' } }, /SWEEP_POLICY_FILE/],
    ['a mode that is none', { event: timer, policy, env: { SWEEP_MODE: 'destroy' } }, /SWEEP_MODE.*destroy/s],
    ['a log level that is none', { event: timer, policy, env: { LOG_LEVEL: 'loud' } }, /LOG_LEVEL.*loud/s],
    ['SWEEP_THROW', { event: timer, policy, env: { SWEEP_THROW: 'no' } }, /SWEEP_THROW.*no/s],
    [
      'plain http to a host that is not this machine',
      { event: timer, policy, env: { ALIBABA_CLOUD_VPC_ENDPOINT: 'http://vpc.aliyuncs.com' } },
      /ALIBABA_CLOUD_VPC_ENDPOINT/,
    ],
    ['DEBUG that would print credentials', { event: timer, policy, env: { DEBUG: 'httpx*' } }, /DEBUG/],
    ['DEBUG with a pattern that would too', { event: timer, policy, env: { DEBUG: 'app,h*' } }, /DEBUG/],
    ['NODE_DEBUG that would print credentials', { event: timer, policy, env: { NODE_DEBUG: 'fs,NET' } }, /NODE_DEBUG/],
    ['an event of no known shape', { event: { hello: 'world' }, policy }, /hello/],
    ['an event that is not JSON', { event: 'sweep please', policy }, /JSON/],
    ['an event that raises the mode', { event: { mode: 'sweep' }, policy: { ...policy, mode: 'plan' } }, /mode/],
    ['an event for a region outside the policy', { event: { regions: ['eu-central-1'] }, policy }, /eu-central-1/],
    ['a payload that is not JSON', { event: { ...timer, payload: 'now' }, policy }, /payload/],
  ])('%s gives a clear ConfigError, and makes no call', async (_what, invocation, message) => {
    const cloud = await start({ rows: rows() });
    const { thrown } = await invoke(cloud, { ...invocation, env: { SWEEP_THROW: 'never', ...invocation.env } }).ended;
    expect(thrown).toMatchObject({ name: 'ConfigError', message: expect.stringMatching(message) });
    expect(cloud.calls).toEqual([]);
  });
});

/** Turns the event loop until the condition holds. The test's own time limit ends the wait. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    await new Promise((next) => setImmediate(next));
  }
}
