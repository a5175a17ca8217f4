import { afterEach, describe, expect, test } from 'vitest';
import type { Backup } from '../../lib/undo/backup-document.ts';
import { lookAtEstate } from '../../lib/undo/restore/estate-now.ts';
import { planRestore } from '../../lib/undo/restore/plan-restore.ts';
import { cleanUp } from '../store/store-support.ts';
import { startCloud } from '../support/cloud.ts';
import { free } from '../support/estates.ts';
import { aDualCloud, aFreeCloud, aWholeCloud } from './undo-clouds.ts';
import { aMemoryStore, DOWN_POLICY, Killed, restoreApiOn, restoreOn, sweepAway, wholeEstate } from './undo-support.ts';

afterEach(cleanUp);

type Cloud = ReturnType<typeof startCloud>;

/** Everything on a connection, without the ids that are always new. */
function hanging({ emulator: { estate: all } }: Cloud, id: string) {
  const attachment = all.attachments.find(({ VpnId }) => VpnId === id);
  const of = (rows: readonly object[]) =>
    rows
      .filter((row) => Reflect.get(row, 'TransitRouterAttachmentId') === attachment?.TransitRouterAttachmentId)
      .map((row) => Reflect.get(row, 'TransitRouterRouteTableId'))
      .sort();
  return {
    attachment: attachment && [
      attachment.TransitRouterId,
      attachment.TransitRouterAttachmentName,
      attachment.AutoPublishRouteEnabled,
      attachment.tags,
    ],
    associations: of(all.associations),
    propagations: of(all.propagations),
    staticRoutes: all.routeEntries
      .filter((row) => row.TransitRouterRouteEntryNextHopId === attachment?.TransitRouterAttachmentId)
      .map((row) => [
        row.TransitRouterRouteTableId,
        row.TransitRouterRouteEntryDestinationCidrBlock,
        row.TransitRouterRouteEntryName,
      ]),
    vcoRoutes: all.vcoRouteEntries
      .filter(({ VpnConnectionId }) => VpnConnectionId === id)
      .map(({ RouteDest, Weight }) => [RouteDest, Weight]),
  };
}

const restoredIn = ({ emulator }: Cloud) =>
  emulator.estate.vpnConnections.filter(({ tags }) => tags['vco-sweeper:keep'] !== undefined);

describe.each([
  ['one tunnel', aWholeCloud],
  ['two tunnels', aDualCloud],
])('a connection with %s', (_what, cloudOf) => {
  test('is restored with everything on it', async () => {
    const cloud = cloudOf();
    const before = hanging(cloud, 'vco-old');
    const backup = await sweepAway(cloud);

    const { connectionId = '', failed, differences } = await restoreOn(cloud, backup);

    expect(failed).toEqual([]);
    expect(hanging(cloud, connectionId)).toEqual(before);
    expect(cloud.connection(connectionId)?.State).toBe('attached');
    expect(cloud.tags(connectionId)).toEqual({
      owner: 'alice',
      'vco-sweeper:keep': 'restored 2026-11-22 from vco-old',
    });
    const fields = differences.map(({ field }) => field.replace(/ of tunnel \d/, ''));
    expect([...new Set(fields)]).toEqual(['VpnConnectionId', 'InternetIp', 'TransitRouterAttachmentId']);
  });

  test('is created only once, and stays', async () => {
    const cloud = cloudOf();
    const backup = await sweepAway(cloud);
    const { connectionId } = await restoreOn(cloud, backup);
    const { length } = cloud.writes();

    const again = await restoreOn(cloud, backup);

    expect(again).toMatchObject({ connectionId, done: [], failed: [] });
    expect(cloud.writes()).toHaveLength(length);
    // S17: a connection that a person restored stays.
    const later = await cloud.run();
    expect(later.outcomes.find((one) => one.connectionId === connectionId)).toMatchObject({ outcome: 'protected' });
  });

  test('gets the keys of a file, and new keys without a file', async () => {
    const cloud = cloudOf();
    const backup = await sweepAway(cloud);
    const keys = new Map([
      [1, 'first-key'],
      [2, 'second-key'],
    ]);
    const result = await restoreOn(cloud, backup, { keys });

    const made = cloud.connection(result.connectionId ?? '');
    const psks = made?.TunnelOptions?.map(({ TunnelIkeConfig }) => TunnelIkeConfig?.Psk) ?? [made?.IkeConfig?.Psk];
    expect(psks).toEqual(made?.TunnelOptions ? ['first-key', 'second-key'] : ['first-key']);
    expect(JSON.stringify(result)).not.toContain('-key"');
  });
});

test('an address of the cloud that was the LocalId is not sent again', async () => {
  const cloud = aDualCloud();
  const { connectionId = '' } = await restoreOn(cloud, await sweepAway(cloud));
  const ids = cloud.connection(connectionId)?.TunnelOptions?.map(({ TunnelIkeConfig }) => TunnelIkeConfig?.LocalId);
  expect(ids).toEqual([undefined, undefined]);
});

test('a connection that was bound to nothing is restored without an attachment', async () => {
  const cloud = aFreeCloud();
  const { connectionId = '', failed } = await restoreOn(cloud, await sweepAway(cloud));
  expect(failed).toEqual([]);
  expect(cloud.connection(connectionId)).toMatchObject({ State: 'init', VpnBgpConfig: { EnableBgp: 'true' } });
});

describe('a held connection', () => {
  const held = async () => {
    const cloud = aWholeCloud();
    const before = hanging(cloud, 'vco-old');
    let backup: Backup | undefined;
    const { documents, store } = aMemoryStore();
    await cloud
      .run({
        store,
        before: ({ action }) => {
          if (action === 'DeleteVpnAttachment') {
            throw new Killed();
          }
        },
      })
      .catch(() => undefined);
    for (const document of documents.values()) {
      backup = document as unknown as Backup;
    }
    return { cloud, before, backup: backup as Backup };
  };

  test('is only attached again', async () => {
    const { cloud, before, backup } = await held();
    expect(cloud.connection('vco-old')).toMatchObject({ State: 'init' });

    const result = await restoreOn(cloud, backup);

    expect(result).toMatchObject({ connectionId: 'vco-old', failed: [] });
    expect(hanging(cloud, 'vco-old')).toEqual(before);
    expect(cloud.writes()).not.toContain('CreateVpnAttachment');
    expect(cloud.tags('vco-old')).toMatchObject({ 'vco-sweeper:keep': 'restored 2026-11-22 from vco-old' });
    const later = await cloud.run();
    expect(later.outcomes.find((one) => one.connectionId === 'vco-old')).toMatchObject({ outcome: 'protected' });
  });

  test('gets its keep tag before any other step', async () => {
    const { cloud, backup } = await held();
    const from = cloud.emulator.calls.length;
    await restoreOn(cloud, backup);
    const writes = cloud.emulator.calls.slice(from).filter(({ action }) => /^(Tag|Create|Associate)/.test(action));
    expect(writes.map(({ action }) => action).slice(0, 2)).toEqual([
      'TagResources',
      'CreateTransitRouterVpnAttachment',
    ]);
  });
});

/** The same cloud after somebody has changed something else in it. */
function changed({ emulator }: Cloud, change: (estate: Cloud['emulator']['estate']) => void): Cloud {
  const copy = structuredClone(emulator.estate);
  change(copy);
  return startCloud({ estate: copy, policy: DOWN_POLICY });
}

describe('stops before the first write if', () => {
  test.each<[string, Parameters<typeof changed>[1], RegExp]>([
    [
      'a customer gateway is gone',
      (all) => {
        all.customerGateways = [];
      },
      /the customer gateway cgw-1 \(192\.0\.2\.1\) does not exist any more/,
    ],
    [
      'the transit router is gone',
      (all) => {
        all.vpnConnections = all.vpnConnections.filter(({ AttachType }) => AttachType !== 'CEN');
        all.attachments = [];
        all.transitRouters = [];
        all.routeTables = [];
      },
      /the transit router tr-1 does not exist/,
    ],
  ])('%s', async (_why, change, words) => {
    const cloud = aWholeCloud();
    const backup = await sweepAway(cloud);
    const now = changed(cloud, change);
    await expect(restoreOn(now, backup)).rejects.toThrow(words);
    expect(now.writes()).toEqual([]);
  });
});

test.each([
  ['a connection with two tunnels', aDualCloud],
  ['a connection with one tunnel', aWholeCloud],
])('stops before the first write if the backup of %s names no customer gateway', async (_which, start) => {
  const cloud = start();
  const backup = await sweepAway(cloud);
  const nameless = JSON.parse(JSON.stringify(backup).replace(/"CustomerGatewayId":"[^"]*",?/g, ''));
  const before = cloud.writes().length;
  await expect(restoreOn(cloud, nameless)).rejects.toThrow(/does not name a customer gateway for each tunnel/);
  expect(cloud.writes()).toHaveLength(before);
});

describe('continues with the other steps if', () => {
  test('a route table is gone', async () => {
    const cloud = aWholeCloud();
    const backup = await sweepAway(cloud);
    const now = changed(cloud, (all) => {
      all.routeTables = all.routeTables.filter(({ TransitRouterRouteTableId: id }) => id !== 'vtb-2');
    });

    const { failed, connectionId = '' } = await restoreOn(now, backup);

    expect(failed).toEqual([]);
    expect(hanging(now, connectionId)).toMatchObject({ associations: ['vtb-1'], propagations: ['vtb-1'] });
  });

  test.each([
    ['AssociateTransitRouterAttachmentWithRouteTable', 'Forbidden'],
    ['EnableTransitRouterRouteTablePropagation', 'Forbidden'],
    ['CreateTransitRouterRouteEntry', 'OperationFailed.CreateRouteEntryWithSameDestinationCidrBlock'],
    ['CreateVcoRouteEntry', 'Forbidden'],
  ])('%s is refused, and makes up for it in the next run', async (action, code) => {
    const cloud = aWholeCloud();
    const before = hanging(cloud, 'vco-old');
    const backup = await sweepAway(cloud);
    cloud.emulator.setFaults([{ action, times: 'always', fault: { kind: 'error', status: 400, code } }]);
    const { failed, connectionId = '' } = await restoreOn(cloud, backup);
    expect(failed.length).toBeGreaterThan(0);
    expect(failed[0]?.why).toContain(code);
    expect(restoredIn(cloud)).toHaveLength(1);

    cloud.emulator.setFaults([]);
    expect(await restoreOn(cloud, backup)).toMatchObject({ connectionId, failed: [] });
    expect(hanging(cloud, connectionId)).toEqual(before);
  });

  test.each([
    ['CreateVpnAttachment', 'Resource.QuotaFull', /Raise the quota/],
    ['CreateTransitRouterVpnAttachment', 'OperationFailed.AllocateCidrFailed', /Add a CIDR block/],
  ])('%s is refused with %s, and succeeds once a person has followed the advice', async (action, code, words) => {
    const cloud = aWholeCloud();
    const backup = await sweepAway(cloud);
    cloud.emulator.setFaults([{ action, times: 'always', fault: { kind: 'error', status: 400, code } }]);
    const { failed } = await restoreOn(cloud, backup);
    expect(failed).toHaveLength(1);
    expect(failed[0]?.why).toMatch(words);

    cloud.emulator.setFaults([]);
    expect((await restoreOn(cloud, backup)).failed).toEqual([]);
    expect(restoredIn(cloud)).toHaveLength(1);
  });
});

test("for another account's transit router, it creates the connection, tells its owner the next step, and continues later", async () => {
  const OTHER = '2000000000000002';
  const swept = await sweepAway(aWholeCloud());
  const backup: Backup = { ...swept, connection: { ...swept.connection, CrossAccountAuthorized: true } };
  const { customerGateways, regions } = wholeEstate();
  const cloud = startCloud({
    estate: {
      regions,
      accounts: [{ accountId: backup.accountId }, { accountId: OTHER }],
      customerGateways,
      transitRouters: [{ TransitRouterId: 'tr-1', accountId: OTHER, CenId: 'cen-other' }],
      cens: [{ CenId: 'cen-other', accountId: OTHER }],
      vpnConnections: [free('other')],
    },
  });
  const needed = async () => {
    const { api } = restoreApiOn(cloud);
    return planRestore(backup, await lookAtEstate(api, backup), cloud.clock.now()).needed;
  };

  const first = await restoreOn(cloud, backup);
  expect(first).toMatchObject({ done: ['create the connection, and wait until it is ready'], failed: [] });
  const { connectionId = '' } = first;
  expect((await needed()).join('\n')).toMatch(new RegExp(`grant ${connectionId} .*GrantInstanceToTransitRouter`));

  const call = (accountId: string, action: string, params: Record<string, string>) =>
    cloud.emulator.call({ accountId, version: '2017-09-12', action, params });
  const grant = { InstanceId: connectionId, InstanceType: 'VPN', CenId: 'cen-other', CenOwnerId: OTHER };
  const granted = await call(backup.accountId, 'GrantInstanceToTransitRouter', { ...grant, RegionId: 'cn-hangzhou' });
  expect(granted.status).toBe(200);
  const attach = {
    VpnId: connectionId,
    VpnOwnerId: backup.accountId,
    TransitRouterId: 'tr-1',
    RegionId: 'cn-hangzhou',
  };
  expect((await call(OTHER, 'CreateTransitRouterVpnAttachment', attach)).status).toBe(200);
  cloud.clock.advance(120_000);

  expect(await restoreOn(cloud, backup)).toMatchObject({
    connectionId,
    done: ['add its route to 10.9.0.0/16, weight 100'],
    failed: [],
  });
  expect(await needed()).toEqual([]);
});

/** Four stories. A restore is killed before and after each of its calls. */
describe.each<[string, (more?: object) => Cloud]>([
  ['one tunnel', aWholeCloud],
  ['two tunnels', aDualCloud],
  ['bound to nothing', aFreeCloud],
  ['slow states', (more) => aWholeCloud({ ...more, behaviours: { createPolls: 2, attachOrder: 'cbn-first' } })],
])('a restore of a connection with %s that is killed and run again', (_what, cloudOf) => {
  test.each(['before', 'after'] as const)(
    '%s each call restores a single connection, completely',
    async (when) => {
      const probe = cloudOf();
      const expected = hanging(probe, 'vco-old');
      const probed = await sweepAway(probe);
      const from = probe.emulator.calls.length;
      await restoreOn(probe, probed);
      const calls = probe.emulator.calls.length - from;
      expect(calls).toBeGreaterThan(5);

      for (let at = 1; at <= calls; at += 1) {
        const cloud = cloudOf();
        const backup = await sweepAway(cloud);
        let seen = 0;
        const die = () => {
          seen += 1;
          if (seen >= at) {
            throw new Killed();
          }
        };
        const watch =
          when === 'before'
            ? { before: die }
            : {
                after: (_call: unknown, reply: { readonly status: number; readonly body: unknown }) => {
                  die();
                  return reply;
                },
              };
        await restoreOn(cloud, backup, watch).catch(() => undefined);

        const { connectionId = '', failed } = await restoreOn(cloud, backup);

        expect(failed).toEqual([]);
        expect(restoredIn(cloud).map(({ VpnConnectionId }) => VpnConnectionId)).toEqual([connectionId]);
        expect(hanging(cloud, connectionId)).toEqual(expected);
        expect(cloud.emulator.estate.attachments.filter(({ VpnId }) => VpnId === connectionId)).toHaveLength(
          expected.attachment ? 1 : 0,
        );
      }
    },
    300_000,
  );
});
