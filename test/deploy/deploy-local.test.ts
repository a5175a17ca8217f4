import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import type { RunResult } from '../../lib/core/domain/outcome.ts';
import type { Mode } from '../../lib/core/domain/policy.ts';
import type { RunningEmulator } from '../../lib/emulator/emulator-types.ts';
import { parseEstate } from '../../lib/emulator/estate/parse-estate.ts';
import type { FunctionConfig } from '../../lib/emulator/fc/function-config.ts';
import { startEmulator } from '../../lib/emulator/start-emulator.ts';
import { startClock } from '../../lib/wiring/machine-clock.ts';
import { envOf, run } from '../cli/cli-harness.ts';
import { aStoreFolder, cleanUp, filesIn } from '../store/store-support.ts';
import { DAY, HOUR } from '../support/builders.ts';
import { type Deployment, preview } from '../support/deployment.ts';
import { bound, down, estate, free, inUse } from '../support/estates.ts';
import type { Fc3Function } from '../support/fc3.ts';

const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
const due = (rule: string) => ({ 'vco-sweeper:orphan': `${rule} ${ago(2 * DAY)}`, 'vco-sweeper:seen': ago(HOUR) });
const policy = {
  // All variables, so that everything that may be read is read.
  rules: { unassociated: '24h', 'tunnels-down': '24h', unrouted: '365d', expired: '24h' },
  wait: { pollInterval: '20ms' },
  pace: { describePerMinute: 60_000, writePerMinute: 6_000 },
};

type Statement = { readonly Action: readonly string[] };
const rightsOf = (...documents: readonly string[]): readonly string[] =>
  documents.flatMap((name) => {
    const { Statement }: { Statement: readonly Statement[] } = JSON.parse(
      readFileSync(`docs/ram/${name}.json`, 'utf8'),
    );
    return Statement.flatMap(({ Action }) => Action);
  });

const toLocal = ({ asyncInvokeConfig, ...props }: Fc3Function, env: Record<string, string> = {}): FunctionConfig => ({
  functionName: props.functionName,
  code: props.code,
  handler: props.handler,
  memorySize: props.memorySize,
  timeout: props.timeout,
  role: props.role,
  environmentVariables: { ...props.environmentVariables, SWEEP_POLICY: JSON.stringify(policy), ...env },
  asyncInvokeConfig: {
    asyncTask: asyncInvokeConfig.asyncTask ?? false,
    maxAsyncRetryAttempts: asyncInvokeConfig.maxAsyncRetryAttempts,
    maxAsyncEventAgeInSeconds: asyncInvokeConfig.maxAsyncEventAgeInSeconds,
  },
  concurrencyConfig: props.concurrencyConfig,
});

let cloud: RunningEmulator | undefined;
afterEach(async () => {
  await cloud?.close();
  cloud = undefined;
  cleanUp();
});

/** The person who restores. */
const PERSON = { accessKeyId: 'LTAIperson', accessKeySecret: 'person-secret' };

/** Both functions of a deployment in an account whose roles have these rights, and a tick of the dispatcher. */
async function tick({ sweep, dispatch }: Deployment, mode: Mode, env: Record<string, string> = {}) {
  const more = 'SWEEP_STORE' in env ? rightsOf('store') : [];
  const rows = [
    free('new'),
    free('old', due('unassociated')),
    bound('down', due('tunnels-down'), { ...down, CustomerGatewayId: 'cgw-1' }),
    ...inUse(4),
  ];
  const roles = [
    { name: sweep.role, trusted: [], allow: [...rightsOf(mode, 'logs'), ...more] },
    { name: dispatch.role, trusted: [], allow: [...rightsOf('dispatch', 'logs'), ...more] },
  ];
  const keys = [
    { accessKeyId: 'LTAIlocal', accessKeySecret: 'local-secret' },
    { ...PERSON, allow: rightsOf('restore') },
  ];
  const customerGateways = [{ CustomerGatewayId: 'cgw-1', IpAddress: '192.0.2.1' }];
  const accounts = [{ accountId: '1234567890123456', keys, roles }];
  cloud = await startEmulator({
    estate: parseEstate(JSON.stringify({ accounts, customerGateways, ...estate(...rows) }), 'test'),
    seed: 1,
    limits: 'off',
    functions: [toLocal(sweep, env), toLocal(dispatch, env)],
  });
  const { fc } = cloud;
  fc.tick(dispatch.functionName, '2026-11-22T19:30:00Z');
  await fc.idle();
  return cloud;
}

// As in docs/deploy.md: the rendered s.yaml, and roles with the documents of docs/ram and no other right.
test.each([
  ['plan', { planned: 2, waiting: 5 }],
  ['mark', { planned: 2, marked: 5 }],
  ['sweep', { deleted: 2, marked: 5 }],
] as const)(
  'in mode %s a tick of the dispatcher runs the sweep, each with the rights of its documents',
  async (mode, counts) => {
    const deployment = preview({ SWEEP_MODE: mode, SWEEP_TRIGGER: 'dispatch' });
    const { sweep, dispatch } = deployment;
    const { fc } = await tick(deployment, mode);
    fc.tick(dispatch.functionName, '2026-11-22T19:30:00Z');
    await fc.idle();
    const ended = fc.invocations.map(({ functionName, status, result }) => ({ functionName, status, result }));
    expect(ended.map(({ functionName, status }) => [functionName, status])).toEqual([
      [dispatch.functionName, 'Succeeded'],
      [sweep.functionName, 'Succeeded'],
      [dispatch.functionName, 'Succeeded'],
    ]);
    expect(JSON.parse(ended[1]?.result ?? '')).toMatchObject({ mode, status: 'complete', counts });
  },
);

describe('with a bucket', () => {
  const bucket = { SWEEP_STORE_BUCKET: 'vco-sweeper-store', SWEEP_TRIGGER: 'dispatch' };
  const deployment = preview(bucket);

  test('both functions keep their results in it', async () => {
    const folder = aStoreFolder();
    await tick(deployment, 'plan', { SWEEP_STORE: folder });
    const results = Object.entries(filesIn(folder)).filter(([path]) => path.startsWith('results/'));
    const documents = results.map(([, text]) => JSON.parse(text));
    expect(documents.filter(({ dispatchId }) => dispatchId)).toMatchObject([{ counts: { started: 1 } }]);
    expect(documents.filter(({ runId }) => runId)).toMatchObject([{ status: 'complete', counts: { planned: 2 } }]);
    expect(documents).toHaveLength(2);
  });

  test('in mode sweep each deletion leaves a backup, and a person with the rights of docs/ram/restore.json brings it back', async () => {
    const folder = aStoreFolder();
    const {
      url,
      estate: all,
      fc,
    } = await tick(preview({ ...bucket, SWEEP_MODE: 'sweep' }), 'sweep', {
      SWEEP_STORE: folder,
    });
    const [, swept] = fc.invocations;
    expect([swept?.status, JSON.parse(swept?.result ?? '').counts]).toEqual([
      'Succeeded',
      expect.objectContaining({ deleted: 2, failed: 0 }),
    ]);
    const ids = () => all.vpnConnections.map(({ VpnConnectionId }) => VpnConnectionId);
    expect(ids()).not.toContain('vco-down');

    const cli = (...args: string[]) =>
      run(args, { clock: startClock(), env: { ...envOf(url, PERSON), SWEEP_STORE: folder } });
    const { backups } = JSON.parse((await cli('backups', '--json')).out);
    const { outcomes }: RunResult = JSON.parse(swept?.result ?? '');
    const named = outcomes.flatMap(({ backup }) => backup ?? []);
    expect(named.sort()).toEqual(backups.map(({ path }: { readonly path: string }) => path).sort());
    expect(named).toHaveLength(2);

    const { code, out, err } = await cli('restore', 'vco-down', '--yes', '--json');
    expect({ code, err }).toEqual({ code: 0, err: expect.not.stringContaining('vco-sweeper:') });
    const { connectionId, restored } = JSON.parse(out);
    expect(restored).toBe(true);
    expect(ids()).toContain(connectionId);
    expect(all.attachments.find(({ VpnId }) => VpnId === connectionId)).toMatchObject({ TransitRouterId: 'tr-1' });
  });

  test('that is not mounted, nothing is called and nothing started', async () => {
    // On this machine the mount of s.yaml does not exist.
    const { fc, calls } = await tick(deployment, 'plan');
    expect(fc.invocations.map(({ functionName }) => functionName)).toEqual([deployment.dispatch.functionName]);
    expect(fc.invocations[0]?.log).toContain('ConfigError');
    expect(fc.invocations[0]?.log).toMatch(/the store .{1,2}\/mnt\/vco-sweeper-store.{1,2} cannot be used/);
    expect(calls).toEqual([]);
  });
});
