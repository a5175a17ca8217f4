import { describe, expect, test } from 'vitest';
import { scopeRun } from '../../lib/core/plan/run-scope.ts';
import { ACCOUNT, DAY, REGION } from '../support/builders.ts';
import { startCloud } from '../support/cloud.ts';
import { bound, down, dueTags, estate, free, inUse } from '../support/estates.ts';

const OTHER = '2000000000000002';
const role = (accountId: string) => ({ roleArn: `acs:ram::${accountId}:role/vco-sweeper`, accountId });
const ACCOUNTS = [
  { accountId: ACCOUNT, roles: [{ name: 'vco-sweeper', trusted: [ACCOUNT] }] },
  { accountId: OTHER, roles: [{ name: 'vco-sweeper', trusted: [ACCOUNT] }] },
];
const theirs = (name: string) => free(name, dueTags(), { accountId: OTHER });

describe('several accounts', () => {
  test('a run sweeps each account through its role, and reports it by its own id', async () => {
    const cloud = startCloud({
      estate: { accounts: ACCOUNTS, ...estate(free('mine', dueTags()), theirs('theirs'), ...inUse(3)) },
      policy: {
        accounts: [
          { ...role(ACCOUNT), regions: undefined },
          { ...role(OTHER), regions: undefined },
        ],
      },
    });
    const result = await cloud.run();
    expect(result).toMatchObject({ status: 'complete', counts: { deleted: 2 } });
    expect(result.regions.map(({ accountId, regionId }) => [accountId, regionId])).toEqual([
      [ACCOUNT, REGION],
      [OTHER, REGION],
    ]);
  });

  test('a role that cannot be assumed leaves its account unread, and the other accounts are swept', async () => {
    const cloud = startCloud({
      estate: {
        accounts: [ACCOUNTS[0], { accountId: OTHER, roles: [] }],
        ...estate(free('mine', dueTags()), theirs('theirs')),
      },
      policy: {
        accounts: [
          { ...role(ACCOUNT), regions: undefined },
          { ...role(OTHER), regions: undefined },
        ],
      },
    });
    const result = await cloud.run();
    expect(result).toMatchObject({ status: 'incomplete', counts: { deleted: 1 } });
    expect(result.regions).toMatchObject([
      { accountId: ACCOUNT, listing: 'complete' },
      { accountId: OTHER, listing: 'unread' },
    ]);
    expect(cloud.connectionIds()).toEqual(['vco-theirs']);
  });

  test('two roles of the same account do not sweep it twice', async () => {
    const cloud = startCloud({
      estate: { accounts: ACCOUNTS, ...estate(free('mine', dueTags())) },
      policy: {
        accounts: [
          { ...role(ACCOUNT), regions: undefined },
          { ...role(ACCOUNT), regions: undefined },
        ],
      },
    });
    expect((await cloud.run()).regions).toHaveLength(1);
  });
});

describe('a narrowed run', () => {
  const everything = {
    accounts: ACCOUNTS,
    ...estate(
      free('mine', dueTags()),
      free('mine2', dueTags(), { regionId: 'eu-central-1' }),
      theirs('theirs'),
      free('theirs2', dueTags(), { accountId: OTHER, regionId: 'eu-central-1' }),
    ),
  };
  const list = [
    { ...role(ACCOUNT), regions: undefined },
    { ...role(OTHER), regions: undefined },
  ];
  const directory = { roleName: 'vco-sweeper', include: undefined, exclude: [] };
  const part = { mode: 'sweep' as const, connections: undefined };

  test.each([
    ['listed', list],
    ['left to a directory', directory],
  ])('to a single account and region touches and reads nothing else, accounts being %s', async (_how, declared) => {
    const cloud = startCloud({ estate: everything, policy: { regions: [REGION, 'eu-central-1'] } });
    const scope = scopeRun(
      { ...cloud.policy, accounts: declared },
      [{ ...part, accounts: [OTHER], regions: ['eu-central-1'] }],
      ACCOUNT,
    );
    const result = await cloud.run(scope);
    expect(result).toMatchObject({ status: 'complete', counts: { deleted: 1 } });
    expect(result.regions).toMatchObject([{ accountId: OTHER, regionId: 'eu-central-1' }]);
    expect(cloud.connectionIds()).toEqual(['vco-mine', 'vco-mine2', 'vco-theirs']);
    const regional = cloud.emulator.calls.filter(({ params }) => params.RegionId !== undefined);
    expect(new Set(regional.map(({ accountId, params }) => `${accountId} ${params.RegionId}`))).toEqual(
      new Set([`${OTHER} eu-central-1`]),
    );
  });

  test('by an array that names several accounts, looks in each account where its own events say', async () => {
    const cloud = startCloud({ estate: everything, policy: { regions: [REGION, 'eu-central-1'] } });
    const scope = scopeRun(
      { ...cloud.policy, accounts: list },
      [
        { ...part, accounts: [ACCOUNT], regions: ['eu-central-1'] },
        { ...part, accounts: [OTHER], regions: [REGION] },
        { ...part, mode: 'plan', accounts: [OTHER], regions: ['eu-central-1'] },
      ],
      ACCOUNT,
    );
    const result = await cloud.run(scope);
    expect(result).toMatchObject({ status: 'complete', counts: { deleted: 2, planned: 1 } });
    expect(result.regions.map(({ accountId, regionId }) => `${accountId} ${regionId}`)).toEqual([
      `${ACCOUNT} eu-central-1`,
      `${OTHER} ${REGION}`,
      `${OTHER} eu-central-1`,
    ]);
    expect(cloud.connectionIds()).toEqual(['vco-mine', 'vco-theirs2']);
    const inOwn = cloud.emulator.calls.filter(
      ({ accountId, params }) => accountId === ACCOUNT && params.RegionId === REGION,
    );
    expect(inOwn).toEqual([]);
  });

  test("a batch event with a region that only another event's account has is refused, and no other event is", async () => {
    const cloud = startCloud({ estate: everything });
    const declared = {
      ...cloud.policy,
      accounts: [
        { ...role(ACCOUNT), regions: 'all' as const },
        { ...role(OTHER), regions: ['us-east-1'] },
      ],
    };
    const parts = [
      { ...part, accounts: [ACCOUNT], regions: ['us-east-1'], event: { index: 0, id: 'a' } },
      { ...part, accounts: [ACCOUNT], regions: [REGION], event: { index: 1, id: 'b' } },
      { ...part, accounts: [OTHER], regions: undefined, connections: [], event: { index: 2, id: 'c' } },
    ];
    const result = await cloud.run(scopeRun(declared, parts, ACCOUNT));
    expect(result).toMatchObject({ counts: { deleted: 1 }, refusedEvents: [{ index: 0, id: 'a' }] });
  });

  test('a run for its own account is incomplete if the account id cannot be read', async () => {
    const fault = { kind: 'error', status: 403, code: 'Forbidden' } as const;
    const cloud = startCloud({
      estate: everything,
      faults: [{ action: 'GetCallerIdentity', times: 'always', fault }],
    });
    const scope = scopeRun(cloud.policy, [{ ...part, accounts: [ACCOUNT], regions: [REGION] }], ACCOUNT);
    expect(await cloud.run(scope)).toMatchObject({ status: 'incomplete', regions: [{ listing: 'unread' }] });
  });

  test('a run for no account makes no call', async () => {
    const cloud = startCloud({ estate: everything, policy: { regions: [REGION] } });
    const scope = scopeRun(
      { ...cloud.policy, accounts: list },
      [{ ...part, accounts: [], regions: undefined }],
      ACCOUNT,
    );
    expect(await cloud.run(scope)).toMatchObject({ status: 'complete', regions: [] });
    expect(cloud.calls()).toEqual([]);
  });

  test('a run for an account without the role is incomplete, and names the account', async () => {
    const cloud = startCloud({ estate: { ...everything, accounts: [ACCOUNTS[0], { accountId: OTHER, roles: [] }] } });
    const scope = scopeRun(
      { ...cloud.policy, accounts: directory },
      [{ ...part, accounts: [OTHER], regions: [REGION] }],
      ACCOUNT,
    );
    const result = await cloud.run(scope);
    expect(result).toMatchObject({ status: 'incomplete', regions: [{ accountId: OTHER, listing: 'unread' }] });
    expect(cloud.lines).toContainEqual(expect.objectContaining({ event: 'step.failed', code: 'EntityNotExist.Role' }));
  });
});

describe('a transit router of another account', () => {
  const crossAccount = {
    accounts: ACCOUNTS,
    transitRouters: [{ TransitRouterId: 'tr-1' }, { TransitRouterId: 'tr-far', accountId: OTHER }],
    ...estate(
      bound('far', dueTags('tunnels-down'), { ...down, TransitRouterId: 'tr-far' }),
      free('mine', dueTags()),
      ...inUse(4),
    ),
  };
  const rules = { unassociated: DAY, 'tunnels-down': DAY } as const;

  test("with its owner's role in detach.roles, the sweep detaches the connection there and deletes it here", async () => {
    const cloud = startCloud({ estate: crossAccount, policy: { rules, detach: { roles: [role(OTHER)] } } });
    expect(await cloud.run()).toMatchObject({ status: 'complete', counts: { deleted: 2 } });
    const detach = cloud.emulator.calls.find(({ action }) => action === 'DeleteTransitRouterVpnAttachment');
    const deletion = cloud.emulator.calls.find(
      ({ action, params }) => action === 'DeleteVpnAttachment' && params.VpnConnectionId === 'vco-far',
    );
    expect(detach?.accountId).toBe(OTHER);
    expect(deletion?.accountId).toBe(ACCOUNT);
  });

  test('the connection is deleted, now or later, even if the cloud still says that another account may hold it', async () => {
    const policy = { rules, detach: { roles: [role(OTHER)] } };
    const behaviours = { crossAccountAfterDetach: 'kept' } as const;
    const cloud = startCloud({ estate: crossAccount, policy, behaviours });
    expect(await cloud.run()).toMatchObject({ counts: { deleted: 2 } });

    const interrupted = startCloud({
      estate: crossAccount,
      policy,
      behaviours,
      faults: [{ action: 'DeleteVpnAttachment', times: 99, fault: { kind: 'error', status: 500, code: 'X' } }],
    });
    expect(await interrupted.run()).toMatchObject({ counts: { deleted: 0 } });
    interrupted.emulator.setFaults([]);
    expect(await interrupted.run()).toMatchObject({ counts: { deleted: 2 } });
  });

  test("while the owner's role cannot be assumed, the connection is kept", async () => {
    const cloud = startCloud({
      estate: { ...crossAccount, accounts: [ACCOUNTS[0], { accountId: OTHER, roles: [] }] },
      policy: { rules, detach: { roles: [role(OTHER)] } },
    });
    expect(await cloud.run()).toMatchObject({ status: 'incomplete', counts: { unknown: 2, deleted: 0 } });
    expect(cloud.writes()).toEqual([]);
  });
});

describe('regions', () => {
  test('all: a run reads every region, and ignores regions that do not serve the API', async () => {
    const cloud = startCloud({
      estate: {
        ...estate(free('mine', dueTags()), free('far', dueTags(), { regionId: 'eu-central-1' })),
        regions: [{ RegionId: REGION }, { RegionId: 'eu-central-1' }, { RegionId: 'cn-fuzhou', vpn: false }],
      },
      policy: { regions: 'all' },
    });
    const result = await cloud.run();
    expect(result).toMatchObject({ status: 'complete', counts: { deleted: 2 } });
    expect(result.regions.map(({ regionId, listing }) => [regionId, listing])).toEqual([
      ['cn-fuzhou', 'unsupported'],
      [REGION, 'complete'],
      ['eu-central-1', 'complete'],
    ]);
  });

  test('a run does not read an excluded region, and an event cannot ask for it', async () => {
    const cloud = startCloud({
      estate: {
        ...estate(free('mine', dueTags()), free('far', dueTags(), { regionId: 'eu-central-1' })),
        regions: [{ RegionId: REGION }, { RegionId: 'eu-central-1' }, { RegionId: 'cn-fuzhou', vpn: false }],
      },
      policy: { regions: { except: ['eu-central-1'] } },
    });
    const result = await cloud.run();
    expect(result).toMatchObject({ status: 'complete', counts: { deleted: 1 } });
    expect(result.regions.map(({ regionId, listing }) => [regionId, listing])).toEqual([
      ['cn-fuzhou', 'unsupported'],
      [REGION, 'complete'],
    ]);
    const parts = [{ mode: 'sweep' as const, regions: ['eu-central-1'], connections: undefined }];
    await expect(cloud.run({ parts })).rejects.toThrow('the region "eu-central-1" is not in the policy');
    expect(cloud.connectionIds()).toContain('vco-far');
  });

  test('a listed region that does not serve the API is unread', async () => {
    const cloud = startCloud({
      estate: {
        ...estate(free('mine', dueTags())),
        regions: [{ RegionId: REGION }, { RegionId: 'cn-fuzhou', vpn: false }],
      },
      policy: { regions: [REGION, 'cn-fuzhou'] },
    });
    expect(await cloud.run()).toMatchObject({ status: 'incomplete', counts: { deleted: 1 } });
  });

  test('with all, a region that does not exist is refused', async () => {
    const cloud = startCloud({ estate: estate(free('mine', dueTags())), policy: { regions: 'all' } });
    const parts = [{ mode: 'sweep' as const, regions: ['xx-nowhere'], connections: undefined }];
    await expect(cloud.run({ parts })).rejects.toThrow(/xx-nowhere.*not in the policy's scope/);
    expect(cloud.writes()).toEqual([]);
  });

  test('with all, a run refuses a batch event with an unknown region, ignores a hint about it, and does the rest', async () => {
    const cloud = startCloud({ estate: estate(free('mine', dueTags())), policy: { regions: 'all' } });
    const part = { mode: 'sweep' as const, connections: undefined };
    const hint = { ...part, regions: ['xx-nowhere'], hint: true as const };
    const wish = { ...part, regions: ['xx-nowhere'], event: { index: 1, id: 'b' } };
    expect(await cloud.run({ parts: [hint] })).toMatchObject({ status: 'complete', regions: [] });
    const result = await cloud.run({ parts: [hint, wish, { ...part, regions: [REGION] }] });
    expect(result).toMatchObject({ counts: { deleted: 1 }, refusedEvents: [{ index: 1, id: 'b' }] });
  });

  test('an event that is refused for a region is not carried out in its other regions', async () => {
    const cloud = startCloud({ estate: estate(free('mine', dueTags()), ...inUse(3)), policy: { regions: 'all' } });
    const plan = { mode: 'plan' as const, regions: ['eu-central-1'], connections: undefined };
    const wish = { mode: 'sweep' as const, regions: [REGION, 'xx-nowhere'], connections: undefined };
    const result = await cloud.run({ parts: [plan, { ...wish, event: { index: 1, id: 'b' } }] });
    expect(result).toMatchObject({
      mode: 'plan',
      regions: [{ regionId: 'eu-central-1' }],
      refusedEvents: [{ id: 'b' }],
    });
    expect(result.regions).toHaveLength(1);
    expect(cloud.writes()).toEqual([]);
  });

  test('a run without any region is refused before any call', async () => {
    const cloud = startCloud({ estate: estate(free('mine', dueTags())), policy: { regions: undefined } });
    await expect(cloud.run({ defaultRegion: null })).rejects.toThrow(/no region/);
    expect(cloud.calls()).toEqual([]);
  });

  test('when the regions cannot be listed, the run is incomplete', async () => {
    const cloud = startCloud({
      estate: estate(free('mine', dueTags())),
      policy: { regions: 'all' },
      faults: [
        { action: 'DescribeRegions', times: 'always', fault: { kind: 'error', status: 403, code: 'Forbidden.RAM' } },
      ],
    });
    expect(await cloud.run()).toMatchObject({ status: 'incomplete', regions: [] });
  });

  test('if the account id cannot be read, the regions of the account are unread', async () => {
    const cloud = startCloud({
      estate: estate(free('mine', dueTags())),
      faults: [
        { action: 'GetCallerIdentity', times: 'always', fault: { kind: 'error', status: 403, code: 'Forbidden' } },
      ],
    });
    expect(await cloud.run()).toMatchObject({
      status: 'incomplete',
      regions: [{ regionId: REGION, listing: 'unread' }],
    });
  });
});
