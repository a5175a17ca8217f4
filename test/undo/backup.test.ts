import { afterEach, describe, expect, test } from 'vitest';
import type { Store } from '../../lib/core/store/store.ts';
import { StoreError } from '../../lib/core/store/store-error.ts';
import { cleanUp, filesIn } from '../store/store-support.ts';
import { ago, DAY, HOUR } from '../support/builders.ts';
import type { RunOptions } from '../support/cloud.ts';
import { startCloud } from '../support/cloud.ts';
import { bound, down, dueTags, estate, free, inUse } from '../support/estates.ts';
import { aMemoryStore, aStore, backupsIn, DOWN_POLICY, SINGLE, wholeEstate } from './undo-support.ts';

afterEach(cleanUp);

const aWholeCloud = () => startCloud({ estate: wholeEstate(), policy: DOWN_POLICY });
const oneFree = (tags: Record<string, string> = dueTags()) =>
  startCloud({ estate: estate(free('old', tags), ...inUse(8)) });
const halfDone = (attachmentId = 'tr-attach-x') =>
  oneFree({ 'vco-sweeper:detached': `${ago(HOUR)} ${attachmentId}`, 'vco-sweeper:seen': ago(HOUR) });

test('keeps everything that a restore needs, with the names of the cloud', async () => {
  const cloud = aWholeCloud();
  const { folder, store } = await aStore();

  const result = await cloud.run({ store });

  expect(result.outcomes[0]).toMatchObject({ connectionId: 'vco-old', outcome: 'deleted' });
  const [[path, backup] = []] = backupsIn(folder);
  expect(path).toBe('backups/1000000000000001/cn-hangzhou/2026-11-22/vco-old-120000Z-run.json');
  expect(Object.keys(backup ?? {})).toEqual([
    ...['format', 'takenAt', 'runId', 'accountId', 'regionId', 'connection', 'attachment', 'association'],
    ...['propagations', 'staticRoutes', 'vcoRoutes', 'customerGateways', 'tags', 'verdict', 'sha256'],
  ]);
  expect(backup).toMatchObject({
    format: 'vco-sweeper/backup@1',
    runId: 'run',
    accountId: '1000000000000001',
    regionId: 'cn-hangzhou',
    connection: {
      VpnConnectionId: 'vco-old',
      Name: 'old',
      LocalSubnet: '10.1.0.0/16,10.2.0.0/16',
      RemoteSubnet: '10.9.0.0/16',
      EffectImmediately: true,
      InternetIp: '203.0.113.77',
      CustomerGatewayId: 'cgw-1',
      IkeConfig: { IkeVersion: 'ikev2', IkeEncAlg: 'aes256', IkeLifetime: 3600 },
      VcoHealthCheck: { Enable: 'true', Dip: '10.9.0.1', Policy: 'reserve_route' },
      VpnBgpConfig: { EnableBgp: 'true', LocalAsn: 65_530, TunnelCidr: '169.254.11.0/30' },
    },
    attachment: {
      TransitRouterAttachmentId: 'tr-attach-old',
      TransitRouterId: 'tr-1',
      VpnOwnerId: '1000000000000001',
      TransitRouterAttachmentName: 'branch-office',
      AutoPublishRouteEnabled: false,
      Tags: [{ Key: 'team', Value: 'network' }],
    },
    association: { TransitRouterRouteTableId: 'vtb-1' },
    propagations: [{ TransitRouterRouteTableId: 'vtb-1' }, { TransitRouterRouteTableId: 'vtb-2' }],
    staticRoutes: [
      {
        TransitRouterRouteTableId: 'vtb-2',
        TransitRouterRouteEntryDestinationCidrBlock: '10.9.0.0/16',
        TransitRouterRouteEntryName: 'to-branch',
      },
    ],
    vcoRoutes: [{ RouteDest: '10.9.0.0/16', Weight: 100 }],
    customerGateways: [{ CustomerGatewayId: 'cgw-1', IpAddress: '192.0.2.1', Asn: 65_001 }],
    verdict: { rule: 'tunnels-down', since: '2026-11-20T12:00:00.000Z' },
  });
  expect(backup?.tags).toContainEqual({ Key: 'owner', Value: 'alice' });
  expect(backup?.customerGateways).toHaveLength(1);
});

test('keeps both tunnels of a dual-tunnel connection', async () => {
  const TunnelOptions = [1, 2].map((n) => ({
    CustomerGatewayId: `cgw-${n}`,
    TunnelIkeConfig: { IkeLifetime: '7200', Psk: 'canary-psk' },
    TunnelBgpConfig: { LocalAsn: '65530', TunnelCidr: `169.254.1${n}.0/30`, LocalBgpIp: `169.254.1${n}.1` },
  }));
  const cloud = startCloud({
    estate: estate(free('old', dueTags(), { TunnelOptions, EnableTunnelsBgp: true }), ...inUse(8)),
  });
  const { folder, store } = await aStore();

  await cloud.run({ store });

  const [[, backup] = []] = backupsIn(folder);
  expect(backup).toMatchObject({
    attachment: null,
    association: null,
    connection: {
      EnableTunnelsBgp: true,
      TunnelOptionsSpecification: {
        TunnelOptions: [1, 2].map((n) => ({
          TunnelIndex: n,
          CustomerGatewayId: `cgw-${n}`,
          TunnelIkeConfig: { IkeVersion: 'ikev2', IkeLifetime: '7200' },
          TunnelBgpConfig: { TunnelCidr: `169.254.1${n}.0/30` },
        })),
      },
    },
  });
});

test('the store contains no secret of any reply', async () => {
  const cloud = aWholeCloud();
  const { folder, store } = await aStore();

  await cloud.run({ store });

  expect(JSON.stringify(cloud.emulator.estate)).toContain('canary-');
  expect(backupsIn(folder)).toHaveLength(1);
  expect(Object.entries(filesIn(folder)).filter(([, text]) => /canary|Psk|AuthKey/i.test(text))).toEqual([]);
});

test.each([
  [aWholeCloud, ['TagResources', 'DeleteTransitRouterVpnAttachment', 'DeleteVpnAttachment']],
  [oneFree, ['DeleteVpnAttachment']],
])('the backup is written before the detach note and before a delete', async (cloudOf, actions) => {
  const { folder, store } = await aStore();
  const seen: [string, number][] = [];
  const before: RunOptions['before'] = ({ action, params }) => {
    const isNote = action === 'TagResources' && JSON.stringify(params).includes('vco-sweeper:detached');
    if (isNote || action.startsWith('Delete')) {
      seen.push([action, backupsIn(folder).length]);
    }
  };

  await cloudOf().run({ store, before });

  expect(seen).toEqual(actions.map((action) => [action, 1]));
});

describe('the outcome and its log line name the backup', () => {
  const told = async (cloud: ReturnType<typeof startCloud>, options: RunOptions) => {
    cloud.lines.length = 0;
    const { outcomes } = await cloud.run(options);
    const line = cloud.lines.find(({ connectionId, outcome }) => connectionId === 'vco-old' && outcome);
    return [outcomes[0]?.outcome, outcomes[0]?.backup, line?.backup];
  };

  test('of a deletion, even if an earlier run has taken it', async () => {
    const cloud = startCloud({
      estate: wholeEstate(),
      policy: { ...DOWN_POLICY, detach: { force: true, holdMs: DAY } },
    });
    const { folder, store } = await aStore();
    const held = await told(cloud, { store });
    const [[path] = []] = backupsIn(folder);
    expect(held).toEqual(['held', path, path]);
    cloud.clock.advance(DAY);
    expect(await told(cloud, { store })).toEqual(['deleted', path, path]);
  });

  test('of a connection that was backed up but could not be deleted', async () => {
    const fault = { kind: 'error', status: 403, code: 'Forbidden' } as const;
    const cloud = startCloud({
      estate: estate(free('old', dueTags()), ...inUse(8)),
      faults: [{ action: 'DeleteVpnAttachment', times: 'always', fault }],
    });
    const { folder, store } = await aStore();
    const [outcome, backup] = await told(cloud, { store });
    expect(outcome).toBe('failed');
    expect(backup).toBe(backupsIn(folder)[0]?.[0]);
  });

  test('but name no backup if there is no store', async () => {
    expect(await told(oneFree(), {})).toEqual(['deleted', null, null]);
  });
});

describe('if no backup can be taken', () => {
  const broken = (store: Store, change: Partial<Store>): Store => ({
    folder: store.folder,
    put: store.put,
    begin: store.begin,
    get: store.get,
    list: store.list,
    isStopped: store.isStopped,
    ...change,
  });
  const full = async () => {
    throw new StoreError('StoreFull', 'no space is left');
  };

  const CASES: readonly (readonly [string, (store: Store) => Store])[] = [
    ['it cannot be written', (store) => broken(store, { put: full })],
    ['it cannot be read back', (store) => broken(store, { get: async () => ({ kind: 'absent' }) })],
    [
      'its text differs when it is read back',
      (store) =>
        broken(store, {
          get: async (path, format) => {
            const read = await store.get(path, format);
            return read.kind === 'document' ? { ...read, document: { ...read.document, runId: 'other' } } : read;
          },
        }),
    ],
  ];

  test.each(CASES)('because %s, nothing is detached or deleted', async (_why, spoil) => {
    for (const cloud of [aWholeCloud(), oneFree()]) {
      const { store } = await aStore();
      const result = await cloud.run({ store: spoil(store) });

      expect(result.outcomes[0]).toMatchObject({ outcome: 'failed', code: 'BackupFailed' });
      expect(result.status).toBe('incomplete');
      expect(cloud.writes().filter((line) => line.startsWith('Delete'))).toEqual([]);
      expect(cloud.tags('vco-old')).not.toHaveProperty('vco-sweeper:detached');
    }
  });

  test.each([
    'DescribeVcoRouteEntries',
    'DescribeCustomerGateways',
    'ListTransitRouterRouteEntries',
    'ListTransitRouterRouteTableAssociations',
  ])('because %s fails, nothing is detached or deleted', async (action) => {
    const cloud = startCloud({
      estate: wholeEstate(),
      policy: DOWN_POLICY,
      faults: [{ action, times: 'always', fault: { kind: 'error', status: 403, code: 'Forbidden' } }],
    });
    const { store } = await aStore();

    const result = await cloud.run({ store });

    expect(result.outcomes[0]).toMatchObject({ outcome: 'failed', code: 'BackupFailed' });
    expect(result.outcomes[0]?.reason).toContain(action);
    expect(cloud.writes().filter((line) => line.startsWith('Delete'))).toEqual([]);
  });

  test('because a reply lacks a field that a restore needs, nothing is deleted', async () => {
    const cloud = startCloud({
      estate: estate(free('old', dueTags()), ...inUse(8)),
      faults: [{ times: 'always', fault: { kind: 'drop-field', field: 'RemoteSubnet' } }],
    });
    const { store } = await aStore();

    const result = await cloud.run({ store });

    expect(result.outcomes[0]).toMatchObject({ outcome: 'failed', code: 'BackupFailed' });
    expect(result.outcomes[0]?.reason).toContain('RemoteSubnet');
    expect(cloud.connectionIds()).toContain('vco-old');
  });
});

test('a connection that somebody detaches meanwhile gets no backup without its routes', async () => {
  const cloud = aWholeCloud();
  const { folder, store } = await aStore();
  const now = cloud.emulator.estate;
  const before: RunOptions['before'] = ({ action }) => {
    if (action === 'ListTransitRouterRouteEntries') {
      Object.assign(now.attachments[0] ?? {}, { Status: 'Detaching' });
      Object.assign(now, { routeEntries: [], associations: [], propagations: [] });
    }
  };

  const result = await cloud.run({ store, before });

  expect(result.outcomes[0]).toMatchObject({
    outcome: 'unknown',
    reason: 'changed since it was judged: tr-attach-old is Detaching',
  });
  expect(backupsIn(folder)).toEqual([]);
});

test('a connection that somebody detaches meanwhile gets no backup without its own routes', async () => {
  const whole = wholeEstate();
  const next = bound('next', dueTags('tunnels-down'), { ...down, ...SINGLE });
  const cloud = startCloud({
    estate: { ...whole, vpnConnections: [...whole.vpnConnections, next] },
    policy: DOWN_POLICY,
    latencyMs: 100,
    faults: [
      {
        action: 'DescribeVcoRouteEntries',
        match: { VpnConnectionId: 'vco-old' },
        times: 1,
        fault: { kind: 'error', status: 400, code: 'Throttling.User' },
      },
    ],
  });
  const { documents, store } = aMemoryStore();
  let reads = 0;
  // The backup of the other connection lists the attachments while the routes of this connection are still unread.
  const before: RunOptions['before'] = ({ action, params }) => {
    reads += action === 'DescribeVcoRouteEntries' && params.VpnConnectionId === 'vco-old' ? 1 : 0;
    if (reads === 2) {
      Object.assign(cloud.emulator.estate.attachments[0] ?? {}, { Status: 'Detaching' });
      Object.assign(cloud.emulator.estate, { vcoRouteEntries: [] });
    }
  };

  const result = await cloud.run({ store, before });

  expect(reads).toBe(2);
  expect(result.outcomes.find(({ connectionId }) => connectionId === 'vco-old')).toMatchObject({ outcome: 'unknown' });
  expect([...documents.keys()].filter((path) => path.includes('vco-old'))).toEqual([]);
});

describe('a half-done connection', () => {
  test('is deleted with the backup of the attachment in its note', async () => {
    const cloud = aWholeCloud();
    const { folder, store } = await aStore();
    // The run is killed between detach and delete.
    const killed = cloud.run({
      store,
      before: ({ action }) => {
        if (action === 'DeleteVpnAttachment') {
          throw new TypeError('killed');
        }
      },
    });
    await expect(killed.then(({ outcomes }) => outcomes[0]?.outcome)).resolves.not.toBe('deleted');
    expect(backupsIn(folder)).toHaveLength(1);

    const result = await cloud.run({ store });

    expect(result.outcomes[0]).toMatchObject({ connectionId: 'vco-old', outcome: 'deleted' });
    expect(backupsIn(folder)).toHaveLength(1);
  });

  test('gets a backup of the remaining data if there is no backup of its attachment', async () => {
    const cloud = halfDone();
    const { folder, store } = await aStore();

    const result = await cloud.run({ store });

    expect(result.outcomes[0]).toMatchObject({ connectionId: 'vco-old', outcome: 'deleted' });
    expect(backupsIn(folder).map(([, { attachment }]) => attachment)).toEqual([null]);
  });

  test('stays if the run cannot find out whether a backup exists', async () => {
    const cloud = halfDone();
    const { store } = await aStore();
    const unreadable: Store = Object.assign(Object.create(store), {
      list: async () => {
        throw new StoreError('StoreTimeout', 'no answer');
      },
    });

    const result = await cloud.run({ store: unreadable });

    expect(result.outcomes[0]).toMatchObject({ outcome: 'failed', code: 'BackupFailed' });
    expect(cloud.connectionIds()).toContain('vco-old');
  });
});

test('without a store, a run makes every call except the reads for backups', async () => {
  const [plain, stored] = [aWholeCloud(), aWholeCloud()];
  const { store } = await aStore();
  await plain.run();
  await stored.run({ store });

  const more = stored.calls().filter((line) => !plain.calls().includes(line));
  expect([...new Set(more.map((line) => line.split(' ')[0]))].sort()).toEqual([
    'DescribeCustomerGateways',
    'DescribeVcoRouteEntries',
    'ListTransitRouterRouteEntries',
    'ListTransitRouterRouteTableAssociations',
    'ListTransitRouterRouteTablePropagations',
    'ListTransitRouterRouteTables',
  ]);
  expect(plain.connectionIds()).toEqual(stored.connectionIds());
});

test('the backups of several connections share their reads', async () => {
  const many = Array.from({ length: 40 }, (_, n) => free(`old${n}`, dueTags()));
  const calls = async (store?: Store) => {
    const cloud = startCloud({ estate: estate(...many), policy: { limits: { perRun: 40, perRegionShare: 1 } } });
    const result = await cloud.run(store ? { store } : {});
    expect(result.counts.deleted).toBe(40);
    return cloud.calls().length;
  };
  const { documents, store } = aMemoryStore();
  const plain = await calls();
  expect((await calls(store)) - plain).toBeLessThanOrEqual(4);
  expect([...documents.keys()].filter((path) => path.startsWith('backups/'))).toHaveLength(40);
});
