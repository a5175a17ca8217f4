import { describe, expect, test } from 'vitest';
import type { Settings } from '../../lib/core/undo/settings.ts';
import type { Backup } from '../../lib/undo/backup-document.ts';
import { renewBackup } from '../../lib/undo/renew-backup.ts';
import { connectionCall } from '../../lib/undo/restore/create-calls.ts';
import { aBackup } from '../support/builders.ts';

const OLD_ADDRESS = { 1: '203.0.113.1', 2: '203.0.113.2' };

type Index = 1 | 2;

/** Its other end knows it by its address. */
const aTunnel = (index: Index): Settings => ({
  TunnelId: `tun-${index}`,
  TunnelIndex: index,
  CustomerGatewayId: `cgw-${index}`,
  TunnelIkeConfig: { LocalId: OLD_ADDRESS[index] },
});

const attached = (index: Index): Settings => ({ ...aTunnel(index), InternetIp: OLD_ADDRESS[index] });

/** A backup that was taken while the connection was held, unless `change` names an attachment. */
const backupOf = (tunnels: readonly Settings[], change: Partial<Backup> = {}) =>
  aBackup({
    connection: { VpnConnectionId: 'vco-1', Name: 'a', TunnelOptionsSpecification: { TunnelOptions: tunnels } },
    attachment: null,
    ...change,
  });

const ORDERS: readonly (readonly [Index, Index])[] = [
  [1, 2],
  [2, 1],
];
const EACH_ORDER = ORDERS.flatMap((before) => ORDERS.map((now) => [before, now] as const));

const paramsOf = (backup: Backup) =>
  connectionCall({
    backup,
    day: '2026-11-22',
    keys: new Map([
      [1, 'one'],
      [2, 'two'],
    ]),
  }).params;

const BOUND = { attachment: { TransitRouterAttachmentId: 'tr-attach-1', TransitRouterId: 'tr-1' } };

describe.each(EACH_ORDER)('tunnels in the order %j when attached, and %j when held', (before, now) => {
  const first = backupOf(before.map(attached), BOUND);

  test('are the same tunnels', () => {
    expect(renewBackup(first, backupOf(now.map(aTunnel)))).toBe(first);
  });

  test('are the same tunnels for a reply without their index', () => {
    const held = now.map(aTunnel).map(({ TunnelIndex: _, ...rest }) => rest);
    expect(renewBackup(first, backupOf(held))).toBe(first);
  });

  test('keep their own addresses, so that a restore sets no address of the past', () => {
    const { connection, ...rest } = backupOf(now.map(aTunnel));
    const renewed = renewBackup(first, { ...rest, connection: { ...connection, Name: 'renamed' } });
    const tunnels = renewed.connection.TunnelOptionsSpecification as { readonly TunnelOptions: readonly Settings[] };
    expect(tunnels.TunnelOptions).toEqual(expect.arrayContaining([attached(1), attached(2)]));
    expect(Object.values(paramsOf(renewed)).filter((value) => String(value).startsWith('203.0.113.'))).toEqual([]);
  });
});

test.each(ORDERS)('a restore sends the tunnels %i, %i by their index, each with its key', (...order) => {
  expect(paramsOf(backupOf(order.map(attached)))).toMatchObject({
    'TunnelOptionsSpecification.1.TunnelIndex': 1,
    'TunnelOptionsSpecification.1.CustomerGatewayId': 'cgw-1',
    'TunnelOptionsSpecification.1.TunnelIkeConfig.Psk': 'one',
    'TunnelOptionsSpecification.2.TunnelIndex': 2,
    'TunnelOptionsSpecification.2.CustomerGatewayId': 'cgw-2',
    'TunnelOptionsSpecification.2.TunnelIkeConfig.Psk': 'two',
  });
});
