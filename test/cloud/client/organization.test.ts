import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { ORGANIZATION_ACTIONS } from '../../../lib/cloud/client/actions.ts';
import { createCloudApi, createOrganizationApi } from '../../../lib/cloud/client/create-cloud-api.ts';
import { resolveEndpoints } from '../../../lib/cloud/client/endpoints.ts';
import type { OrganizationTransport, TransportReply } from '../../../lib/cloud/client/transport.ts';
import { CloudError } from '../../../lib/core/domain/errors.ts';
import type { RunningEmulator } from '../../../lib/emulator/emulator-types.ts';
import { parseEstate } from '../../../lib/emulator/estate/parse-estate.ts';
import { startEmulator } from '../../../lib/emulator/start-emulator.ts';
import { pathsOf, spoilAt, spoiling } from '../../support/spoil.ts';
import { failure, fakeClock, ok, rejection } from '../fake-transport.ts';

type Sent = Parameters<OrganizationTransport>[0];

const member = (AccountId: unknown, Status: unknown = 'CreateSuccess') => ({
  AccountId,
  DisplayName: `unit ${AccountId}`,
  Status,
});
const page = (TotalCount: number, Account: readonly unknown[]) =>
  ok({ TotalCount, PageNumber: 1, Accounts: { Account } });

/** The api on a transport with scripted answers. */
function organization(answer: (call: Sent) => TransportReply) {
  const sent: Sent[] = [];
  const options = {
    credentials: { accessKeyId: 'testid', accessKeySecret: 'testsecret' },
    endpoints: resolveEndpoints({}),
    policy: {
      retry: { attempts: 3, minDelayMs: 1000, maxDelayMs: 30_000 },
      pace: { share: 0.8, describePerMinute: undefined, writePerMinute: undefined, concurrency: 8 },
    },
    clock: fakeClock(),
    random: () => 1,
    deadlineMs: Number.POSITIVE_INFINITY,
    observer: { onCall: () => undefined, onRetry: () => undefined },
  };
  const transport: OrganizationTransport = async (call) => {
    sent.push(call);
    return answer(call);
  };
  return { sent, options, api: createOrganizationApi({ ...options, transport }) };
}

describe('the accounts of the resource directory', () => {
  test('are read with all pages, and distinguished by whether they may be swept', async () => {
    const ids = Array.from({ length: 101 }, (_, at) => String(2_000_000_000_000_000 + at));
    const { api, sent } = organization(({ params }) => {
      const from = (Number(params.PageNumber) - 1) * 50;
      return page(
        101,
        ids.slice(from, from + 50).map((id, at) => member(id, from + at === 100 ? 'InviteSuccess' : undefined)),
      );
    });
    const accounts = await api.listAccounts();
    expect(accounts.map(({ accountId }) => accountId)).toEqual(ids);
    expect(accounts.every(({ standing }) => standing === 'active')).toBe(true);
    expect(sent.map(({ service, action, params }) => [service, action, params])).toEqual(
      [1, 2, 3].map((PageNumber) => ['resourcedirectory', 'ListAccounts', { PageNumber, PageSize: 50 }]),
    );
  });

  test.each([
    'CreateVerifying',
    'CreateFailed',
    'Removed',
    'CloseSuspended',
    'Closing',
    'ResourceAccount',
    '',
    undefined,
    null,
    7,
  ])('with the status %j is not active', async (status) => {
    const { api } = organization(() => page(1, [{ AccountId: '1', Status: status }]));
    expect(await api.listAccounts()).toEqual([{ accountId: '1', name: '', standing: 'closed' }]);
  });

  test.each<[string, () => TransportReply, string]>([
    ['a page is missing', () => page(3, [member('1')]), 'IncompleteListing'],
    ['an account has no id', () => page(1, [{ DisplayName: 'x' }]), 'UnreadableReply'],
    ['an id lost digits', () => page(1, [member(2 ** 60)]), 'UnreadableReply'],
    ['the list is not there', () => ok({ TotalCount: 0 }), 'UnreadableReply'],
    [
      'there is no directory',
      () => failure('EntityNotExists.ResourceDirectory', 404),
      'EntityNotExists.ResourceDirectory',
    ],
    ['the account may not ask', () => failure('NoPermission', 403), 'NoPermission'],
  ])('are an error when %s', async (_when, answer, code) => {
    expect(await rejection(organization(answer).api.listAccounts())).toMatchObject({ name: 'CloudError', code });
  });

  test('are an answer or a CloudError for any reply', async () => {
    const whole = page(2, [member('2000000000000001'), member('2000000000000002', 'InviteSuccess')]).body;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...pathsOf(whole)), spoiling, async (path, how) => {
        const { api } = organization(() => ({ status: 200, body: spoilAt(whole, path, how) }));
        try {
          for (const { accountId, name } of await api.listAccounts()) {
            expect(accountId).toMatch(/^\d{1,20}$/);
            expect(typeof name).toBe('string');
          }
        } catch (error) {
          expect(error).toBeInstanceOf(CloudError);
        }
      }),
    );
  });

  test('are never requested by a run', () => {
    const { options } = organization(() => page(0, []));
    expect(createCloudApi(options)).not.toHaveProperty('listAccounts');
    expect(Object.keys(ORGANIZATION_ACTIONS)).toEqual(['ListAccounts']);
  });
});

describe('on the emulator, over HTTP', () => {
  let emulator: RunningEmulator | undefined;
  afterEach(() => emulator?.close());

  async function list(estate: object, key = { accessKeyId: 'one', accessKeySecret: 'secret-of-one' }) {
    emulator = await startEmulator({ estate: parseEstate(JSON.stringify(estate), 'test'), limits: 'off' });
    const { options } = organization(() => page(0, []));
    const endpoints = resolveEndpoints({ ALIBABA_CLOUD_RESOURCEDIRECTORY_ENDPOINT: emulator.url });
    const clock = { now: () => Date.now(), sleep: async () => undefined };
    return createOrganizationApi({ ...options, clock, endpoints, credentials: key }).listAccounts();
  }
  const accounts = [
    { accountId: '1000000000000001', keys: [{ accessKeyId: 'one', accessKeySecret: 'secret-of-one' }] },
    { accountId: '2000000000000002', keys: [{ accessKeyId: 'two', accessKeySecret: 'secret-of-two' }] },
  ];

  test('the first account manages the other accounts', async () => {
    expect(await list({ accounts })).toEqual([
      { accountId: '2000000000000002', name: 'account 2000000000000002', standing: 'active' },
    ]);
  });

  test('members are the accounts of the estate', async () => {
    const members = [{ accountId: '3000000000000003', DisplayName: 'old', Status: 'CloseSuspended' }];
    const directory = { accountId: '1000000000000001', members };
    expect(await list({ accounts, directory })).toEqual([
      { accountId: '3000000000000003', name: 'old', standing: 'closed' },
    ]);
  });

  test('a member may not ask, and a single account has no directory', async () => {
    const two = { accessKeyId: 'two', accessKeySecret: 'secret-of-two' };
    expect(await rejection(list({ accounts }, two))).toMatchObject({ code: 'NoPermission', status: 403 });
    await emulator?.close();
    expect(await rejection(list({ accounts: accounts.slice(0, 1) }))).toMatchObject({
      code: 'EntityNotExists.ResourceDirectory',
    });
  });
});
