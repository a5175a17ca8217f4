import { afterEach, expect, test } from 'vitest';
import type { RunningEmulator } from '../../lib/emulator/emulator-types.ts';
import { parseEstate } from '../../lib/emulator/estate/parse-estate.ts';
import type { FaultRule } from '../../lib/emulator/faults/fault-rule.ts';
import { startEmulator } from '../../lib/emulator/start-emulator.ts';
import { aStoreFolder, cleanUp, filesIn } from '../store/store-support.ts';
import { DAY, HOUR } from '../support/builders.ts';
import { bound, down, estate, free, inUse } from '../support/estates.ts';
import { invoke } from '../support/function.ts';

const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
const due = (rule: string) => ({ 'vco-sweeper:orphan': `${rule} ${ago(2 * DAY)}`, 'vco-sweeper:seen': ago(HOUR) });
const OTHER = '2000000000000002';
const PSK = 'canary-psk-that-must-not-get-out';
const KEY = { accessKeyId: 'CANARYKEYID', accessKeySecret: 'CANARYKEYSECRET' };

const withKeys = (row: Record<string, unknown>) => ({ ...row, IkeConfig: { Psk: PSK } });
const ROWS = [
  free('old', due('unassociated')),
  bound('down', due('tunnels-down'), down),
  bound('far', due('tunnels-down'), { ...down, TransitRouterId: 'tr-far' }),
  ...inUse(5),
].map(withKeys);

const policy = {
  mode: 'sweep',
  rules: { unassociated: '24h', 'tunnels-down': '24h' },
  detach: { roles: [`acs:ram::${OTHER}:role/vco-sweeper`] },
  wait: { pollInterval: '5ms', detachTimeout: '100ms', deleteTimeout: '100ms' },
  retry: { attempts: 2, minDelay: '1ms', maxDelay: '5ms' },
  pace: { describePerMinute: 60_000, writePerMinute: 6_000 },
};

let cloud: RunningEmulator | undefined;
afterEach(async () => {
  await cloud?.close();
  cloud = undefined;
  cleanUp();
});

function startTwoAccounts(faults: readonly FaultRule[] = []): Promise<RunningEmulator> {
  const accounts = [
    { accountId: '1000000000000001', keys: [KEY] },
    { accountId: OTHER, roles: [{ name: 'vco-sweeper', trusted: ['*'] }] },
  ];
  const transitRouters = [{ TransitRouterId: 'tr-1' }, { TransitRouterId: 'tr-far', accountId: OTHER }];
  const all = JSON.stringify({ accounts, transitRouters, ...estate(...ROWS) });
  return startEmulator({ estate: parseEstate(all, 'test'), seed: 1, limits: 'off', faults: [...faults] });
}

const any = (fault: FaultRule['fault'], action?: string): FaultRule => ({
  ...(action ? { action } : {}),
  times: 'always',
  fault,
});
const WRITE = ['DeleteVpnAttachment', 'DeleteTransitRouterVpnAttachment', 'TagResources'];

test.each<[string, readonly FaultRule[]]>([
  ['nothing', []],
  ['every call throttled', [any({ kind: 'throttle' })]],
  ['every call refused', [any({ kind: 'error', status: 403, code: 'Forbidden.RAM' })]],
  [
    'a code and message that repeat the key',
    [any({ kind: 'error', status: 400, code: KEY.accessKeyId, message: `${KEY.accessKeySecret} ${PSK}` })],
  ],
  ['every call answered in HTML', [any({ kind: 'html', status: 502 })]],
  ['every reply cut short', [any({ kind: 'truncated' })]],
  ['every connection cut', [any({ kind: 'reset', when: 'before' })]],
  ['listings cut short', [any({ kind: 'truncated' }, 'DescribeVpnConnections')]],
  ['roles that cannot be assumed', [any({ kind: 'error', status: 403, code: 'NoPermission' }, 'AssumeRole')]],
  ['writes cut after their effect', WRITE.map((action) => any({ kind: 'reset', when: 'after' }, action))],
  [
    'writes refused',
    WRITE.map((action) =>
      any(
        { kind: 'error', status: 400, code: 'SignatureDoesNotMatch', message: 'server string to sign is: CANARYKEYID' },
        action,
      ),
    ),
  ],
  ['writes that say Success:false', [any({ kind: 'success-false' }, 'DeleteVpnAttachment')]],
])('with %s failing, no key, token, signature or pre-shared key gets out', async (_what, faults) => {
  cloud = await startTwoAccounts(faults);
  const store = aStoreFolder();
  const env = { LOG_LEVEL: 'trace', SWEEP_STORE: store };
  const { stdout, stderr } = await invoke({ ...cloud, ...KEY }, { event: {}, policy, env }).ended;
  const stored = Object.entries(filesIn(store)).flat().join('\n');
  expect(stored).toContain('"outcomes":[');
  const output = stdout + stderr + stored;
  expect(output).toMatch(/ANSWER|THROWN/);
  for (const secret of [KEY.accessKeyId, KEY.accessKeySecret, PSK, 'Signature=', 'SecurityToken', 'canary-psk']) {
    expect(output).not.toContain(secret);
  }
});

test('the stored result of the dispatcher has no secrets, also of sweeps that could not be started', async () => {
  cloud = await startTwoAccounts();
  const store = aStoreFolder();
  const env = { LOG_LEVEL: 'trace', SWEEP_STORE: store, ALIBABA_CLOUD_FC_ENDPOINT: cloud.url };
  const accounts = [{ roleArn: `acs:ram::${OTHER}:role/vco-sweeper` }];
  const request = { event: {}, policy: { ...policy, accounts }, folder: 'dist/dispatch', env };
  const { stdout, stderr } = await invoke({ ...cloud, ...KEY }, request).ended;
  const stored = Object.entries(filesIn(store)).flat().join('\n');
  expect(stored).toContain('"dispatchId":');
  expect(stored).toContain('"failed":1');
  for (const secret of [KEY.accessKeyId, KEY.accessKeySecret, 'Signature=', 'SecurityToken', 'STS.']) {
    expect(stdout + stderr + stored).not.toContain(secret);
  }
});
