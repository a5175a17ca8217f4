import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { RunningEmulator } from '../../lib/emulator/emulator-types.ts';
import { parseEstate } from '../../lib/emulator/estate/parse-estate.ts';
import { startEmulator } from '../../lib/emulator/start-emulator.ts';
import { ACCOUNT, DAY, HOUR, REGION } from '../support/builders.ts';
import { estate, free } from '../support/estates.ts';
import { invoke } from '../support/function.ts';
import { functionError, refusal, startFunctionCompute } from '../support/function-compute.ts';

type Document = { readonly Statement: readonly { readonly Action: readonly string[] }[] };

const OTHER = '2000000000000002';
const THIRD = '3000000000000003';
const OWN_KEY = { accessKeyId: 'CANARYKEYID', accessKeySecret: 'CANARYKEYSECRET' };
const role = { name: 'vco-sweeper', trusted: [ACCOUNT] };
const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
const due = { 'vco-sweeper:orphan': `unassociated ${ago(2 * DAY)}`, 'vco-sweeper:seen': ago(HOUR) };
const place = { accountId: OTHER, regionId: 'eu-central-1' };
const cloudEstate = {
  accounts: [
    { accountId: ACCOUNT, keys: [OWN_KEY] },
    { accountId: OTHER, roles: [role] },
    { accountId: THIRD, roles: [] },
  ],
  ...estate(free('mine', due), free('theirs', due, { accountId: OTHER }), free('there', due, place)),
};
const policy = {
  mode: 'sweep',
  regions: 'all',
  accounts: { directory: { roleName: 'vco-sweeper' } },
  wait: { pollInterval: '20ms' },
  retry: { attempts: 2, minDelay: '1ms', maxDelay: '5ms' },
};
const timer = { triggerTime: '2026-11-22T19:30:00Z', triggerName: 'nightly', payload: '' };

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

type Options = { readonly answer?: Parameters<typeof startFunctionCompute>[0]; readonly estate?: object };

async function start({ answer, estate: changed = {} }: Options = {}) {
  const text = JSON.stringify({ ...cloudEstate, ...changed });
  const cloud = await startEmulator({ estate: parseEstate(text, 'test'), seed: 1, limits: 'off' });
  const fc = await startFunctionCompute(answer, OWN_KEY);
  stops.push(cloud.close, fc.close);
  const dispatch = (event: unknown, env: Record<string, string> = {}, more: object = { policy }) =>
    invoke(cloud, {
      event,
      policy: undefined,
      folder: 'dist/dispatch',
      env: { ALIBABA_CLOUD_FC_ENDPOINT: fc.url, ...env },
      ...more,
    }).ended;
  return { cloud, fc, dispatch };
}

const sweepAll = async (cloud: RunningEmulator, events: readonly unknown[]) =>
  await Promise.all(events.map((event) => invoke(cloud, { event, policy }).ended));

describe('the built dispatcher, over HTTP', () => {
  test('starts a sweep for each account of the directory and each region, and each sweep keeps to its scope', async () => {
    const { cloud, fc, dispatch } = await start();
    const { answer, lines } = await dispatch(timer);
    expect(answer).toMatchObject({
      moment: '20261122T193000Z',
      counts: { started: 4, 'already-started': 0, failed: 0 },
      calls: { ListAccounts: 1, DescribeRegions: 1, InvokeFunction: 4 },
    });
    expect(lines.map(({ event }) => event)).toEqual([
      'dispatch.started',
      ...Array.from({ length: 4 }, () => 'scope.started'),
      'dispatch.finished',
    ]);
    expect(lines.every(({ dispatchId, requestId }) => Boolean(dispatchId && requestId))).toBe(true);

    const events = fc.invoked.map(({ event }) => event);
    const ended = await sweepAll(cloud, events);
    expect(cloud.estate.vpnConnections.map(({ VpnConnectionId }) => VpnConnectionId)).toEqual(['vco-mine']);
    const failed = ended.filter(({ thrown }) => thrown !== undefined);
    expect(failed.map(({ thrown }) => thrown?.message)).toEqual(
      [REGION, 'eu-central-1'].map(() => expect.stringContaining(`${THIRD}: AssumeRole EntityNotExist.Role`)),
    );
    expect(ended.flatMap(({ answer: result }) => (result as { regions?: object[] })?.regions ?? [])).toMatchObject([
      { accountId: OTHER, regionId: REGION, listing: 'complete' },
      { accountId: OTHER, regionId: 'eu-central-1', listing: 'complete' },
    ]);
  });

  test('does not start a sweep again for a repeated tick, also in another process', async () => {
    const { fc, dispatch } = await start();
    await dispatch(timer);
    const { answer } = await dispatch(timer);
    expect(answer).toMatchObject({ counts: { started: 0, 'already-started': 4, failed: 0 } });
    expect(fc.started.size).toBe(4);
  });

  test('throws with counts and reasons if some sweeps were not started, and starts the other sweeps', async () => {
    const answer: Options['answer'] = ({ taskId }) =>
      taskId?.endsWith(`${OTHER}_${REGION}`) ? refusal(404, 'FunctionNotFound') : undefined;
    const { fc, dispatch } = await start({ answer });
    const { thrown, lines } = await dispatch(timer);
    expect(thrown).toMatchObject({ name: 'NotAllStarted' });
    expect(thrown?.message).toContain('{"started":3,"already-started":0,"failed":1}');
    expect(thrown?.message).toContain(`${OTHER} ${REGION}: FunctionNotFound. Deploy the sweep there`);
    expect(fc.started.size).toBe(3);
    expect(lines).toContainEqual(
      expect.objectContaining({ event: 'scope.failed', level: 'warn', code: 'FunctionNotFound' }),
    );
    const { answer: told } = await dispatch(timer, { SWEEP_THROW: 'never' });
    expect(told).toMatchObject({ counts: { started: 0, 'already-started': 3, failed: 1 } });
  });

  test('counts an answer with a web page as a sweep that was not started', async () => {
    const page = { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Welcome</html>' };
    const { dispatch } = await start({ answer: () => page });
    const { thrown } = await dispatch(timer);
    expect(thrown?.message).toContain('{"started":0,"already-started":0,"failed":4}');
    expect(thrown?.message).toContain(`${OTHER} ${REGION}: UnreadableReply. Check ALIBABA_CLOUD_FC_ENDPOINT`);
  });

  test('fails once, and clearly, if it may not read the directory', async () => {
    const { fc, dispatch } = await start({ estate: { directory: { accountId: OTHER } } });
    const { thrown } = await dispatch(timer);
    expect(thrown?.message).toContain('every account every region: NoPermission. Run the dispatcher in the management');
    expect(fc.invoked).toEqual([]);
  });

  test('starts the function that the environment names', async () => {
    const { fc, dispatch } = await start();
    const env = { SWEEP_FUNCTION: 'sweep', SWEEP_FUNCTION_SERVICE: 'janitors', SWEEP_FUNCTION_QUALIFIER: 'prod' };
    await dispatch({ accounts: [OTHER], regions: [REGION], tick: '2026-11-22T19:30:00Z' }, env);
    expect(fc.invoked).toMatchObject([
      {
        path: '/2016-08-15/services/janitors.prod/functions/sweep/invocations',
        taskId: `sweep_20261122T193000Z_${OTHER}_${REGION}`,
        headers: { 'x-fc-account-id': ACCOUNT },
      },
    ]);
  });

  test.each<[string, Record<string, string>, unknown, string]>([
    ['a plain http endpoint', { ALIBABA_CLOUD_FC_ENDPOINT: 'http://10.0.0.1' }, timer, 'ALIBABA_CLOUD_FC_ENDPOINT'],
    ['an ARN for a function', { SWEEP_FUNCTION: 'acs:fc:x' }, timer, 'SWEEP_FUNCTION is "acs:fc:x"; allowed:'],
    ['a service with a slash', { SWEEP_FUNCTION_SERVICE: 'a/b' }, timer, 'SWEEP_FUNCTION_SERVICE is "a/b"; allowed:'],
    [
      'a qualifier with blanks',
      { SWEEP_FUNCTION_QUALIFIER: 'a b' },
      timer,
      'SWEEP_FUNCTION_QUALIFIER is "a b"; allowed:',
    ],
    ['a region that is none', { SWEEP_FUNCTION_REGION: 'x.y' }, timer, 'SWEEP_FUNCTION_REGION is "x.y"; allowed:'],
    ['no concurrency', { DISPATCH_CONCURRENCY: '0' }, timer, 'DISPATCH_CONCURRENCY is "0"; allowed:'],
    ['noise that shows secrets', { DEBUG: 'lambda' }, timer, 'DEBUG is "lambda"'],
    ['noise of Node that shows secrets', { NODE_DEBUG: 'timer,h*' }, timer, 'NODE_DEBUG is "h*"'],
    ['an event outside the policy', {}, { regions: ['cn-hangzhou'], accounts: ['x'] }, 'accounts[0]: "x"'],
    ['a tick that is none', {}, { ...timer, triggerTime: 'now' }, 'triggerTime: "now"'],
  ])('refuses %s before any call', async (_what, env, event, message) => {
    const { cloud, fc, dispatch } = await start();
    const { thrown } = await dispatch(event, env);
    expect(thrown).toMatchObject({ name: 'ConfigError' });
    expect(thrown?.message).toContain(message);
    expect([...cloud.calls, ...fc.invoked]).toEqual([]);
  });

  test.each<[string, Options['answer']]>([
    ['taken', undefined],
    ['refused', () => refusal(403, 'SignatureNotMatch')],
    ['refused in words that repeat the key', () => refusal(400, OWN_KEY.accessKeySecret)],
    ['answered with an error named as the key', () => functionError('X', { errorType: OWN_KEY.accessKeySecret })],
    ['cut', () => 'reset'],
  ])('when invocations are %s, no key or signature gets out', async (_what, answer) => {
    const { dispatch } = await start(answer ? { answer } : {});
    const { stdout, stderr } = await dispatch(timer, { LOG_LEVEL: 'trace' });
    expect(stderr).toMatch(/ANSWER|THROWN/);
    for (const secret of [...Object.values(OWN_KEY), 'FC CANARY', 'authorization', 'Signature=']) {
      expect(stdout + stderr).not.toContain(secret);
    }
  });

  test('works from anywhere, with the policy packed beside it', async () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'vco-sweeper-')), 'code');
    cpSync('dist/dispatch', folder, { recursive: true });
    rmSync(join(folder, 'policy.json'), { force: true });
    writeFileSync(join(folder, 'policy.yaml'), 'mode: mark\nregions: [cn-hangzhou, eu-central-1]\n');
    const { fc, dispatch } = await start();
    expect(await dispatch(timer, {}, { folder })).toMatchObject({ answer: { counts: { started: 2 } } });
    expect(fc.invoked.map(({ event }) => event)).toEqual([
      { mode: 'mark', accounts: [ACCOUNT], regions: ['cn-hangzhou'] },
      { mode: 'mark', accounts: [ACCOUNT], regions: ['eu-central-1'] },
    ]);
    rmSync(folder, { recursive: true });
  });
});

describe('with the permissions of its RAM documents', () => {
  const granted = ['dispatch', 'dispatch-directory'].flatMap((name) =>
    (JSON.parse(readFileSync(`docs/ram/${name}.json`, 'utf8')) as Document).Statement.flatMap(({ Action }) => Action),
  );
  const allowing = (allow: readonly string[]) => {
    const [own, ...others] = cloudEstate.accounts;
    return { accounts: [{ ...own, keys: [{ ...OWN_KEY, allow }] }, ...others] };
  };

  test('the dispatcher does its job', async () => {
    const { dispatch } = await start({ estate: allowing(granted) });
    expect(await dispatch(timer)).toMatchObject({ answer: { counts: { started: 4, failed: 0 } } });
  });

  test.each([
    ['resourcemanager:ListAccounts', 'every account every region: NoPermission'],
    ['vpc:DescribeRegions', `${OTHER} every region: Forbidden.RAM`],
  ])('the dispatcher fails without %s, and says so', async (action, message) => {
    const { dispatch } = await start({ estate: allowing(granted.filter((name) => name !== action)) });
    expect((await dispatch(timer)).thrown?.message).toContain(message);
  });
});

describe('the built sweep, with its accounts', () => {
  test('leaves accounts to the directory only if the event names them', async () => {
    const { cloud } = await start();
    const { thrown } = await invoke(cloud, { event: timer, policy }).ended;
    expect(thrown).toMatchObject({
      name: 'ConfigError',
      message: expect.stringContaining('a run has to name its own'),
    });
    expect(cloud.calls).toEqual([]);
  });

  test('refuses any account but its own', async () => {
    const { cloud } = await start();
    const { thrown } = await invoke(cloud, { event: { accounts: [OTHER] }, policy: { mode: 'sweep' } }).ended;
    expect(thrown).toMatchObject({
      name: 'ConfigError',
      message: expect.stringContaining(`${OTHER} is not an account`),
    });
    expect(cloud.calls).toEqual([]);
  });
});
