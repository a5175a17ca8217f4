import { describe, expect, test } from 'vitest';
import { createEmulator } from '../../../lib/emulator/create-emulator.ts';
import type { Estate } from '../../../lib/emulator/estate/estate-types.ts';
import { generateEstate } from '../../../lib/emulator/generate/generate-estate.ts';
import { A, B, NOW, REGION } from '../emulator-support.ts';

const options = {
  seed: 7,
  connections: 80,
  regions: [REGION, 'cn-hangzhou', 'ap-southeast-1'],
  accounts: 2,
  nowMs: NOW,
};
const estate = generateEstate(options);

const values = (pick: (connection: Estate['vpnConnections'][number]) => unknown): unknown[] =>
  [...new Set(estate.vpnConnections.map(pick))].sort();
const tunnels = estate.vpnConnections.flatMap((row) => row.TunnelOptions ?? []);
const bound = (id: string) => estate.attachments.filter((row) => row.TransitRouterAttachmentId === id);

describe('a generated estate', () => {
  test('is the same for the same options, and differs for another seed', () => {
    expect(generateEstate(options)).toEqual(estate);
    expect(generateEstate({ ...options, seed: 8 })).not.toEqual(estate);
  });

  test('has as many connections as asked for, with ids of their own, in all regions', () => {
    expect(estate.vpnConnections).toHaveLength(80);
    expect(new Set(estate.vpnConnections.map((row) => row.VpnConnectionId)).size).toBe(80);
    expect(values((row) => row.regionId)).toEqual(['ap-southeast-1', 'cn-hangzhou', 'eu-central-1']);
    expect(generateEstate({ ...options, connections: 0 }).vpnConnections).toEqual([]);
  });

  test('holds every state, association and negotiation status', () => {
    expect(values((row) => row.State)).toEqual(
      [
        'active',
        'attached',
        'attaching',
        'deleted',
        'detaching',
        'financialLocked',
        'init',
        null,
        'provisioning',
        'updating',
        'upgrading',
      ].sort(),
    );
    expect(values((row) => row.AttachType)).toEqual(['CEN', 'NO_ASSOCIATED', 'VPNGW', null].sort());
    const statuses = [
      'ike_sa_established',
      'ike_sa_not_established',
      'ipsec_sa_established',
      'ipsec_sa_not_established',
    ];
    expect(values((row) => row.Status)).toEqual(statuses);
    expect([...new Set(tunnels.map((row) => row.Status))].sort()).toEqual(statuses);
    expect([...new Set(tunnels.map((row) => row.State))].sort()).toEqual(['active', 'deleting', 'updating']);
    expect([...new Set(tunnels.map((row) => row.Role))].sort()).toEqual(['master', 'slave']);
    expect(values((row) => row.TunnelOptions?.length)).toEqual([2, undefined]);
    expect([...new Set(estate.attachments.map((row) => row.Status))].sort()).toEqual([
      'Attached',
      'Attaching',
      'Detaching',
    ]);
  });

  test('holds dependencies of attachments in their various states', () => {
    expect([...new Set(estate.associations.map((row) => row.Status))].sort()).toEqual([
      'Active',
      'Associating',
      'Dissociating',
    ]);
    expect([...new Set(estate.routeEntries.map((row) => row.TransitRouterRouteEntryType))].sort()).toEqual([
      'Propagated',
      'Static',
    ]);
    for (const link of [...estate.associations, ...estate.propagations]) {
      const [attachment] = bound(link.TransitRouterAttachmentId);
      const table = estate.routeTables.find((row) => row.TransitRouterRouteTableId === link.TransitRouterRouteTableId);
      expect(table?.TransitRouterId).toBe(attachment?.TransitRouterId);
    }
  });

  test('each bound connection has an attachment, at the transit router that it names', () => {
    for (const connection of estate.vpnConnections) {
      const held = estate.attachments.filter((row) => row.VpnId === connection.VpnConnectionId);
      expect(held.map((row) => row.TransitRouterId)).toEqual(
        connection.TransitRouterId === undefined ? [] : [connection.TransitRouterId],
      );
    }
  });

  test('holds marks, protections and dates in every form', () => {
    const keys = new Set(estate.vpnConnections.flatMap((row) => Object.keys(row.tags)));
    expect([...keys].sort()).toEqual([
      'env',
      'owner',
      'vco-sweeper:detached',
      'vco-sweeper:expires',
      'vco-sweeper:keep',
      'vco-sweeper:orphan',
      'vco-sweeper:seen',
    ]);
    const ages = estate.vpnConnections.map((row) => NOW - row.CreateTime);
    expect(Math.min(...ages)).toBe(0);
    expect(Math.max(...ages)).toBeGreaterThan(100 * 86_400_000);
  });

  test('has connections bound across accounts only where there are several', () => {
    const foreign = (made: Estate) => made.vpnConnections.filter((row) => row.CrossAccountAuthorized === true);
    expect(foreign(estate).length).toBeGreaterThan(0);
    expect(estate.attachments.some((row) => row.accountId === B && row.VpnOwnerId === A)).toBe(true);
    expect(foreign(generateEstate({ ...options, accounts: 1 }))).toEqual([]);
  });

  test('has connections of several accounts when asked to, each with the transit routers of its own', () => {
    const made = generateEstate({ ...options, accounts: 3, owners: 2, connections: 60 });
    const of = (accountId: string) => made.vpnConnections.filter((row) => row.accountId === accountId);
    expect([of(A).length, of(B).length, made.vpnConnections.length]).toEqual([30, 30, 60]);
    expect(new Set(of(B).map(({ regionId }) => regionId)).size).toBe(3);
    const mine = new Set(made.transitRouters.filter((row) => row.accountId === B).map((row) => row.TransitRouterId));
    const [own, foreign] = [true, false].map((isOwn) =>
      of(B).filter(({ TransitRouterId: id }) => id !== undefined && mine.has(id) === isOwn),
    );
    expect(own?.length).toBeGreaterThan(5);
    for (const row of own ?? []) {
      expect(row.CrossAccountAuthorized).toBe(false);
    }
    for (const row of foreign ?? []) {
      expect(row.CrossAccountAuthorized).toBe(true);
    }
    expect(made.customerGateways.filter((row) => row.accountId === B)).toHaveLength(3);
  });

  test('secrets are canaries', () => {
    const keys = [
      ...estate.vpnConnections.map((row) => row.IkeConfig?.Psk),
      ...tunnels.map((row) => row.TunnelIkeConfig?.Psk),
    ].filter((key) => key !== undefined);
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys) {
      expect(key).toMatch(/^canary-psk-/);
    }
    for (const { keys: own } of estate.accounts) {
      for (const key of own) {
        expect(key.accessKeySecret).toMatch(/^canary-secret-/);
      }
    }
  });
});

test('thousands of connections can be listed page by page', async () => {
  const large = generateEstate({ seed: 1, connections: 5_000, regions: [REGION], nowMs: NOW });
  const emulator = createEmulator({
    estate: large,
    limits: 'off',
    clock: { now: () => NOW, sleep: async () => undefined },
  });
  let listed = 0;
  for (let page = 1; page <= 100; page++) {
    const { body } = await emulator.call({
      accountId: A,
      version: '2016-04-28',
      action: 'DescribeVpnConnections',
      params: {
        RegionId: REGION,
        PageSize: '50',
        PageNumber: String(page),
      },
    });
    const items = Reflect.get(Object(body.VpnConnections), 'VpnConnection');
    listed += Array.isArray(items) ? items.length : 0;
  }
  expect(listed).toBe(5_000);
});
