import { describe, expect, test } from 'vitest';
import type { Backup } from '../../lib/undo/backup-document.ts';
import { readBackup } from '../../lib/undo/read-backup.ts';
import { DAY } from '../support/builders.ts';
import { startCloud } from '../support/cloud.ts';
import { down } from '../support/estates.ts';
import { aMemoryStore, DOWN_POLICY, restoreOn, SINGLE, wholeEstate } from './undo-support.ts';

const POLICY = { ...DOWN_POLICY, detach: { force: true, holdMs: 2 * DAY } };

/** The other ends know our addresses as our ids (`LocalId`). */
const CONNECTIONS = {
  'one tunnel': { ...SINGLE, IkeConfig: { ...SINGLE.IkeConfig, LocalId: SINGLE.InternetIp } },
  'two tunnels': {
    LocalSubnet: SINGLE.LocalSubnet,
    RemoteSubnet: SINGLE.RemoteSubnet,
    TunnelOptions: [1, 2].map((n) => ({
      CustomerGatewayId: `cgw-${n}`,
      InternetIp: `203.0.113.${n}`,
      TunnelIkeConfig: { IkeVersion: 'ikev2', LocalId: `203.0.113.${n}` },
    })),
  },
};

function aCloud(settings: object) {
  const whole = wholeEstate();
  const [old, ...others] = whole.vpnConnections;
  const connection = { VpnConnectionId: 'vco-old', Name: 'old', TransitRouterId: 'tr-1', tags: old?.tags, ...down };
  return startCloud({
    estate: { ...whole, vpnConnections: [{ ...connection, ...settings }, ...others] },
    policy: POLICY,
  });
}

type Row = ReturnType<typeof aCloud>['emulator']['estate']['vpnConnections'][number];

/** Detach the connection, let its owner change something during the hold, and delete it after the hold. */
async function sweepTwice(settings: object, change: (row: Row) => void = () => undefined) {
  const cloud = aCloud(settings);
  const { documents, store } = aMemoryStore();
  expect((await cloud.run({ store })).counts).toMatchObject({ held: 1 });
  const row = cloud.emulator.estate.vpnConnections.find(({ VpnConnectionId }) => VpnConnectionId === 'vco-old');
  change(row as Row);
  cloud.clock.advance(2 * DAY);
  const { outcomes } = await cloud.run({ store });
  expect(outcomes[0]).toMatchObject({ connectionId: 'vco-old', outcome: 'deleted' });
  const backups = [...documents].filter(([path]) => path.includes('/vco-old-'));
  return {
    cloud,
    named: outcomes[0]?.backup,
    paths: backups.map(([path]) => path),
    backups: backups.map(([, document]): Backup => {
      const read = readBackup(document);
      if ('problem' in read) {
        throw new Error(read.problem);
      }
      return read.backup;
    }),
  };
}

describe.each(Object.entries(CONNECTIONS))('a held connection with %s', (_what, settings) => {
  test('is deleted with its first backup if nothing changed', async () => {
    const { backups, paths, named } = await sweepTwice(settings);
    expect(backups).toHaveLength(1);
    expect(named).toBe(paths[0]);
  });

  test('gets a new backup if its settings changed, with attachment, routes and old addresses of the first backup', async () => {
    const { cloud, backups, paths, named } = await sweepTwice(settings, (row) => {
      row.RemoteSubnet = '10.8.0.0/16';
      row.Name = 'renamed';
    });
    expect(named).toBe(paths[1]);
    const [first, second] = backups;
    if (first === undefined || second === undefined) {
      throw new Error('there are too few backups');
    }
    expect(second.connection).toMatchObject({
      VpnConnectionId: 'vco-old',
      RemoteSubnet: '10.8.0.0/16',
      Name: 'renamed',
    });
    const { attachment, association, propagations, staticRoutes, vcoRoutes } = first;
    expect(attachment).not.toBeNull();
    expect(second).toMatchObject({ attachment, association, propagations, staticRoutes, vcoRoutes });

    const before = JSON.stringify(second.connection).match(/203\.0\.113\.\d+/g);
    expect(before?.length).toBeGreaterThan(1);
    const { connectionId = '', failed } = await restoreOn(cloud, second);
    expect(failed).toEqual([]);
    const restored = cloud.connection(connectionId);
    expect(restored).toMatchObject({ State: 'attached', RemoteSubnet: '10.8.0.0/16', Name: 'renamed' });
    // A restore must not send a LocalId that was the old address.
    expect(JSON.stringify(restored)).not.toContain('203.0.113.');
  });
});

test("a tag that the owner wrote during the hold is in the new backup, and the sweeper's tags cause no new backup", async () => {
  const { backups } = await sweepTwice(SINGLE, (row) => {
    row.tags = { ...row.tags, ticket: 'NET-7' };
  });
  expect(backups).toHaveLength(2);
  expect(backups[1]?.tags).toContainEqual({ Key: 'ticket', Value: 'NET-7' });
});

test('a health check from the time of the hold is in the new backup', async () => {
  const { backups } = await sweepTwice(SINGLE, (row) => {
    row.VcoHealthCheck = { ...SINGLE.VcoHealthCheck, Dip: '10.9.0.99' };
  });
  expect(backups[1]?.connection).toMatchObject({ VcoHealthCheck: { Dip: '10.9.0.99' } });
});
