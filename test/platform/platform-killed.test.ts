import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, type TestContext, test } from 'vitest';
import { parseEstate } from '../../lib/emulator/estate/parse-estate.ts';
import type { FaultRule } from '../../lib/emulator/faults/fault-rule.ts';
import { startEmulator } from '../../lib/emulator/start-emulator.ts';
import { DAY, HOUR } from '../support/builders.ts';
import { bound, down, estate, free, inUse } from '../support/estates.ts';

const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
const due = (rule: string) => ({ 'vco-sweeper:orphan': `${rule} ${ago(2 * DAY)}`, 'vco-sweeper:seen': ago(HOUR) });
const policy = {
  mode: 'sweep',
  rules: { unassociated: '24h', 'tunnels-down': '24h' },
  wait: { pollInterval: '20ms' },
  retry: { minDelay: '10ms', maxDelay: '100ms' },
  pace: { describePerMinute: 60_000, writePerMinute: 6_000 },
};
/** Longer than the timeout of a deaf function. */
const HANGS_MS = 3_000;

const STAYS = [...inUse(5), free('new'), bound('kept', { ...due('tunnels-down'), 'vco-sweeper:keep': '' }, down)];

/** The built sweep. With `deaf`, it believes that it has ten minutes, but the platform kills it earlier. */
function codeOf(deaf: boolean, { onTestFinished }: TestContext): string {
  const bundle = resolve('dist/sweep');
  if (!deaf) {
    return bundle;
  }
  const folder = mkdtempSync(join(tmpdir(), 'vco-sweeper-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(
    join(folder, 'index.js'),
    `const { handler } = require(${JSON.stringify(bundle)});
     exports.handler = (event, context) => handler(event, { ...context, function: { timeout: 600 } });`,
  );
  return folder;
}

async function deploy(fault: FaultRule, deaf: boolean, context: TestContext) {
  const rows = [free('old', due('unassociated')), bound('down', due('tunnels-down'), down), ...STAYS];
  const cloud = await startEmulator({
    estate: parseEstate(JSON.stringify(estate(...rows)), 'test'),
    limits: 'off',
    faults: [fault],
    // Depends on time only, and is over when the platform tries again.
    behaviours: { detachPolls: null, detachMs: 100, detachSecondPolls: null, detachSecondMs: 100 },
    functions: [
      {
        functionName: 'sweep',
        code: codeOf(deaf, context),
        timeout: deaf ? 2 : 10,
        environmentVariables: { SWEEP_POLICY: JSON.stringify(policy) },
        asyncInvokeConfig: { maxAsyncRetryAttempts: 8 },
      },
    ],
  });
  context.onTestFinished(cloud.close);
  const tick = cloud.fc.tick('sweep', '2026-11-22T19:30:00Z');
  await cloud.fc.idle();
  return { cloud, tick };
}

function expectConverged({ cloud, tick }: Awaited<ReturnType<typeof deploy>>): void {
  expect(tick.status).toBe('Succeeded');
  expect(tick.attempts).toBeGreaterThan(1);
  const { vpnConnections, attachments } = cloud.estate;
  const idOf = ({ VpnConnectionId }: Readonly<Record<string, unknown>>) => VpnConnectionId;
  expect(vpnConnections.map(idOf).sort()).toEqual(STAYS.map(idOf).sort());
  // No connection is half-done, no kept connection was detached, and the clock of the new orphan has begun.
  expect(attachments.map(({ VpnId }) => VpnId).sort()).toEqual(
    STAYS.filter(({ TransitRouterId }) => TransitRouterId !== undefined)
      .map(idOf)
      .sort(),
  );
  expect(JSON.stringify(vpnConnections)).not.toContain('vco-sweeper:detached');
  expect(vpnConnections.find((one) => idOf(one) === 'vco-new')?.tags).toMatchObject({
    'vco-sweeper:orphan': expect.stringMatching(/^unassociated /),
  });
}

describe('a sweep that the platform kills at its timeout, and retries', () => {
  test.concurrent.for<[string, 'before' | 'after', string]>([
    ['DescribeVpnConnections', 'before', 'while it reads'],
    ['TagResources', 'after', 'when it has written a tag'],
    ['DeleteTransitRouterVpnAttachment', 'before', 'before a detach arrives'],
    ['DeleteTransitRouterVpnAttachment', 'after', 'when a detach has begun'],
    ['DeleteVpnAttachment', 'before', 'between detach and delete'],
    ['DeleteVpnAttachment', 'after', 'when a delete has taken effect'],
  ])('in %s (%s its effect) deletes every orphan in the end, and nothing else', async ([action, when], context) => {
    const match = action === 'DescribeVpnConnections' ? {} : { match: matchOf(action) };
    const deployed = await deploy({ action, ...match, fault: { kind: 'timeout', when, ms: HANGS_MS } }, true, context);
    expect(deployed.cloud.calls).toContainEqual(expect.objectContaining({ action, fault: 'timeout' }));
    expect(deployed.tick.log).toMatch(/FC Invoke End RequestId: \S+, Error: Function time out after 2 seconds/);
    expectConverged(deployed);
  });
});

/** The connection that must be detached first. */
const matchOf = (action: string): Record<string, string> =>
  action === 'DeleteVpnAttachment' ? { VpnConnectionId: 'vco-down' } : {};

test('a sweep that knows its timeout starts only steps that it can finish, and the retry does the rest', async (context) => {
  const fault = { kind: 'timeout', when: 'before', ms: HANGS_MS } as const;
  const deployed = await deploy({ action: 'DescribeVpnConnections', fault }, false, context);
  const { log } = deployed.tick;
  expect(log).not.toContain('Function time out');
  expect(log).toMatch(/Error: Handled function error[\s\S]*FC Invoke Start/);
  expect(log.split('FC Invoke End')[0]).toMatch(/run \S+ is incomplete: .*\\"deferred\\":1/);
  expectConverged(deployed);
});
