import { afterEach, describe, expect, test } from 'vitest';
import type { DispatchResult } from '../../lib/core/domain/dispatch-result.ts';
import type { Invocation } from '../../lib/emulator/fc/invocation.ts';
import { ACCOUNT } from '../support/builders.ts';
import { A, B, deployPlatform, REGIONS, type Setup, TICK } from '../support/platform.ts';

const directory = (more: object = {}) => ({ accounts: { directory: { roleName: 'vco-sweeper', ...more } } });
const task = (accountId: string, regionId: string) => `sweep_20261122T193000Z_${accountId}_${regionId}`;

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) {
    await stop();
  }
});

async function deploy(setup: Setup = {}) {
  const deployed = await deployPlatform(setup);
  stops.push(deployed.emulator.close);
  return deployed;
}

/** The visible error of a failed invocation. */
const errorOf = ({ status, result }: Invocation) => {
  expect(status).toBe('Failed');
  return (JSON.parse(result ?? '') as { errorMessage: string }).errorMessage;
};

describe('a dispatcher that cannot start some sweeps starts the rest, and says how to fix the cause', () => {
  test.each<[string, Setup, RegExp]>([
    [
      'a function that does not exist',
      { env: { SWEEP_FUNCTION: 'missing' } },
      /cn-hangzhou: FunctionNotFound\. Deploy the sweep there, or correct SWEEP_FUNCTION,/,
    ],
    [
      'a function of 3.0 that is called as one of 2.0',
      { env: { SWEEP_FUNCTION_SERVICE: 'janitors' } },
      /: ServiceNotFound\. Correct SWEEP_FUNCTION_SERVICE, or unset it: functions of generation 3\.0 are in no service/,
    ],
    [
      'a function of 2.0 that is called as one of 3.0',
      { sweep: { serviceName: 'janitors' } },
      /: FunctionNotFound\. Deploy the sweep there, or correct SWEEP_FUNCTION, SWEEP_FUNCTION_SERVICE \(for generation 2\.0/,
    ],
    [
      'an alias that was not published',
      { env: { SWEEP_FUNCTION_QUALIFIER: 'prod' } },
      /: AliasNotFound\. Correct SWEEP_FUNCTION_QUALIFIER, or publish that alias/,
    ],
    [
      'a role that may not invoke',
      {
        dispatcher: { role: 'poor' },
        estate: {
          accounts: [ACCOUNT, A, B].map((accountId) => ({
            accountId,
            roles: [
              { name: 'vco-sweeper', trusted: [ACCOUNT] },
              ...(accountId === ACCOUNT ? [{ name: 'poor', trusted: [], deny: ['fc:*'] }] : []),
            ],
          })),
        },
      },
      /: AccessDenied\. Grant fc:InvokeFunction on the sweep \(docs\/ram\/dispatch\.json\)/,
    ],
  ])('%s', async (_what, setup, message) => {
    const { ticked, sweeps, emulator } = await deploy(setup);
    const told = errorOf(await ticked());
    expect(told).toMatch(message);
    expect(told).toContain('{"started":0,"already-started":0,"failed":12}');
    expect(told).toMatch(/; and 2 more$/);
    expect(sweeps()).toEqual([]);
    expect(emulator.estate.vpnConnections).toHaveLength(12);
  });

  test('a function of 2.0 that is called as a function of 2.0 does everything', async () => {
    const { tick, left } = await deploy({
      sweep: { serviceName: 'janitors' },
      env: { SWEEP_FUNCTION_SERVICE: 'janitors' },
    });
    expect(await tick()).toMatchObject({ counts: { started: 12, failed: 0 } });
    expect(left()).toEqual([]);
  });

  test.each<[string, Parameters<typeof deploy>[0], RegExp]>([
    [
      'throttling that does not end',
      {
        faults: [
          {
            action: 'InvokeFunction',
            match: { TaskId: task(A, 'cn-shanghai') },
            times: 'always',
            fault: { kind: 'throttle', status: 429, code: 'ResourceExhausted' },
          },
        ],
      },
      /: ResourceExhausted\. Raise the account's limits, or lower DISPATCH_CONCURRENCY/,
    ],
    [
      'a conflict that is no duplicate',
      {
        faults: [
          {
            action: 'InvokeFunction',
            match: { TaskId: task(A, 'cn-shanghai') },
            times: 'always',
            fault: { kind: 'error', status: 409, code: 'ConcurrentUpdateError' },
          },
        ],
      },
      /: ConcurrentUpdateError\. /,
    ],
    [
      'a platform that is broken there',
      {
        faults: [
          {
            action: 'InvokeFunction',
            match: { TaskId: task(A, 'cn-shanghai') },
            times: 'always',
            fault: { kind: 'html', status: 502 },
          },
        ],
      },
      /: (HttpStatus502|UnreadableReply)\. /,
    ],
  ])('%s, of a single scope', async (_what, setup, message) => {
    const { ticked, left, emulator, tick } = await deploy(setup);
    const told = errorOf(await ticked());
    expect(told).toContain('{"started":11,"already-started":0,"failed":1}');
    expect(told).toMatch(new RegExp(`; ${A} cn-shanghai${message.source}`));
    expect(left()).toEqual([`${A} cn-shanghai`]);
    // The same tick, when the trouble is over. Only the missing sweeps are started.
    emulator.setFaults([]);
    expect(await tick()).toMatchObject({ counts: { started: 1, 'already-started': 11, failed: 0 } });
    expect(left()).toEqual([]);
  });

  test('throttling that ends costs only time', async () => {
    const fault = { kind: 'throttle', status: 429, code: 'ResourceExhausted' } as const;
    const { tick, left, sweeps } = await deploy({ faults: [{ action: 'InvokeFunction', times: 20, fault }] });
    expect(await tick()).toMatchObject({ counts: { started: 12, failed: 0 } });
    expect(sweeps()).toHaveLength(12);
    expect(left()).toEqual([]);
  });

  test('an invocation whose answer was lost starts nothing twice', async () => {
    const { tick, sweeps } = await deploy({
      faults: [{ action: 'InvokeFunction', times: 5, fault: { kind: 'reset', when: 'after' } }],
    });
    expect(await tick()).toMatchObject({ counts: { started: 7, 'already-started': 5, failed: 0 } });
    expect(sweeps()).toHaveLength(12);
  });

  test('a request about a scope that is too large', async () => {
    const { emulator, left } = await deploy();
    const many = Array.from({ length: 6_000 }, (_, at) => `vco-${String(at).padStart(20, '0')}`);
    const event = (data: object, id: string) => ({ specversion: '1.0', id, source: 'my.app', type: 't', data });
    const body = JSON.stringify([
      event({ accounts: [A], regions: ['cn-hangzhou'], connections: many }, 'large'),
      event({ accounts: [B], regions: ['cn-hangzhou'] }, 'small'),
    ]);
    expect(body.length).toBeGreaterThan(128 * 1024);
    // Only a synchronous call can have an event of this size.
    const told = errorOf(await emulator.fc.invoke('dispatcher', body));
    await emulator.fc.idle();
    expect(told).toContain('{"started":1,"already-started":0,"failed":1}');
    expect(told).toContain(`${A} cn-hangzhou: PayloadTooLarge. Name fewer connections in one request`);
    expect(left()).not.toContain(`${B} cn-hangzhou`);
    expect(left()).toHaveLength(11);
  });
});

describe('the accounts of the directory', () => {
  test('that may not be listed are a single clear failure', async () => {
    const { ticked, sweeps } = await deploy({ policy: directory(), estate: { directory: { accountId: B } } });
    expect(errorOf(await ticked())).toMatch(
      /every account every region: NoPermission\. Run the dispatcher in the management account or a delegated/,
    );
    expect(sweeps()).toEqual([]);
  });

  test('are a failure if the directory is empty, because nobody meant to sweep nothing', async () => {
    const { ticked } = await deploy({ policy: directory({ exclude: [A, B] }) });
    expect(errorOf(await ticked())).toMatch(/every account every region: NoAccounts\. Check accounts\.directory/);
  });

  const members = [{ accountId: A }, { accountId: B, Status: 'RemoveSuccess' }];

  test('a closed account is left out, or is a failure of its own if an event names it', async () => {
    const { tick, ticked, left } = await deploy({
      policy: directory(),
      estate: { directory: { accountId: ACCOUNT, members } },
    });
    expect(await tick()).toMatchObject({ counts: { started: 4, failed: 0 } });
    expect(left()).toHaveLength(8);
    const named = await ticked('2026-11-22T20:30:00Z', JSON.stringify({ accounts: [A, B] }));
    expect(errorOf(named)).toContain('{"started":4,"already-started":0,"failed":1}');
    expect(errorOf(named)).toContain(
      `${B} every region: AccountClosed. Take the account out of accounts.directory.include, or out of the request`,
    );
  });

  test('an account that is closed after it was listed fails its own sweeps, and the other accounts are swept', async () => {
    const { tick, sweeps, left } = await deploy({
      policy: directory(),
      estate: {
        accounts: [ACCOUNT, A].map((accountId) => ({
          accountId,
          roles: [{ name: 'vco-sweeper', trusted: [ACCOUNT] }],
        })),
        directory: { accountId: ACCOUNT, members: [{ accountId: A }, { accountId: B }] },
        vpnConnections: REGIONS.map((regionId) => ({
          VpnConnectionId: `vco-${regionId.replaceAll('-', '')}`,
          accountId: A,
          regionId,
        })),
      },
    });
    expect(await tick()).toMatchObject({ counts: { started: 8, failed: 0 } });
    const failed = sweeps().filter(({ status }) => status === 'Failed');
    expect(failed).toHaveLength(4);
    for (const one of failed) {
      expect(errorOf(one)).toMatch(new RegExp(`not read: [\\w-]+; ${B}: AssumeRole \\S+ \\([^(]*\\(docs/ram`));
    }
    expect(left()).toHaveLength(4);
  });
});

test('no key, token or signature appears in any output or answer, in any kind of trouble', async () => {
  const { emulator, ticked } = await deploy({
    trusting: [ACCOUNT, A],
    faults: [
      { action: 'InvokeFunction', times: 2, fault: { kind: 'reset', when: 'after' } },
      { action: 'InvokeFunction', times: 2, fault: { kind: 'html', status: 502 } },
      { action: 'DescribeVpnConnections', times: 2, fault: { kind: 'truncated' } },
      { action: 'AssumeRole', times: 2, fault: { kind: 'html', status: 500 } },
    ],
    env: { LOG_LEVEL: 'trace' },
  });
  await ticked();
  await ticked(TICK, 'not JSON');
  const shown = JSON.stringify(emulator.fc.invocations) + JSON.stringify(emulator.calls.map(({ params }) => params));
  const results = emulator.fc.invocations.flatMap(({ result }) => result ?? []);
  expect(results.length).toBeGreaterThan(10);
  // Patterns for keys, tokens and pre-shared keys of the emulator, and for the headers of signatures.
  for (const secret of [/canary-/, /STS\.\w/, /secret-of-one/, /FC STS/i, /Signature(?!NotMatch)/, /authorization/i]) {
    expect(shown).not.toMatch(secret);
  }
});

test('a dispatched result lists every scope with its task', async () => {
  const { tick } = await deploy();
  const { scopes } = (await tick()) as DispatchResult;
  expect(scopes.map(({ taskId }) => taskId).sort()).toEqual(
    [ACCOUNT, A, B].flatMap((id) => REGIONS.map((regionId) => task(id, regionId))).sort(),
  );
});
