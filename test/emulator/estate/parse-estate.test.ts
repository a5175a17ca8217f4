import { describe, expect, test } from 'vitest';
import { EstateError } from '../../../lib/emulator/estate/estate-problems.ts';
import type { Estate } from '../../../lib/emulator/estate/estate-types.ts';
import { formatEstate, parseEstate } from '../../../lib/emulator/estate/parse-estate.ts';
import { generateEstate } from '../../../lib/emulator/generate/generate-estate.ts';
import { aCloud, NOW, REGION } from '../emulator-support.ts';

const parse = (text: string): Estate => parseEstate(text, 'estate.yaml');

const problem = (text: string): string => {
  try {
    parse(text);
  } catch (error) {
    expect(error).toBeInstanceOf(EstateError);
    return error instanceof EstateError ? error.message : '';
  }
  return 'accepted';
};

describe('an estate written by hand', () => {
  test('needs no more than ids', () => {
    const estate = parse('vpnConnections: [{ VpnConnectionId: vco-1 }]');
    expect(estate).toMatchObject({
      regions: [{ RegionId: 'cn-hangzhou', vpn: true }],
      accounts: [{ accountId: '1000000000000001', keys: [{ user: 'emulator' }], roles: [] }],
      vpnConnections: [
        {
          accountId: '1000000000000001',
          regionId: 'cn-hangzhou',
          AttachType: 'NO_ASSOCIATED',
          State: 'init',
          CreateTime: Date.UTC(2023, 10, 14, 22, 13, 20),
          tags: {},
        },
      ],
    });
  });

  test('a transit router’s id brings the transit router, its CEN, its route table and the attachment', () => {
    const estate = parse('vpnConnections: [{ VpnConnectionId: vco-1, TransitRouterId: tr-1, regionId: eu-central-1 }]');
    expect(estate).toMatchObject({
      vpnConnections: [
        {
          AttachType: 'CEN',
          State: 'attached',
          AttachInstanceId: 'cen-1000000000000001',
          CrossAccountAuthorized: false,
        },
      ],
      transitRouters: [{ TransitRouterId: 'tr-1', RegionId: 'eu-central-1' }],
      cens: [{ CenId: 'cen-1000000000000001' }],
      attachments: [{ TransitRouterAttachmentId: 'tr-attach-1', VpnId: 'vco-1', Status: 'Attached' }],
      routeTables: [{ TransitRouterRouteTableId: 'vtb-1', TransitRouterId: 'tr-1' }],
    });
  });

  test('an attachment can be named, or be missing on the transit router’s side', () => {
    const estate = parse(`
vpnConnections:
  - { VpnConnectionId: vco-1, TransitRouterId: tr-1, attachmentId: tr-attach-own }
  - { VpnConnectionId: vco-2, TransitRouterId: tr-1, attachmentId: null }
  - { VpnConnectionId: vco-3, TransitRouterId: tr-1 }
attachments:
  - { TransitRouterAttachmentId: tr-attach-listed, VpnId: vco-3, TransitRouterId: tr-1 }`);
    expect(estate.attachments.map((row) => [row.TransitRouterAttachmentId, row.VpnId])).toEqual([
      ['tr-attach-listed', 'vco-3'],
      ['tr-attach-own', 'vco-1'],
    ]);
  });

  test('with derive: false nothing is filled in', () => {
    const estate = parse('{ derive: false, vpnConnections: [{ VpnConnectionId: vco-1, TransitRouterId: tr-1 }] }');
    expect(estate).toMatchObject({ transitRouters: [], attachments: [], cens: [], routeTables: [] });
  });

  test('numbers, booleans and dates are read as people write them', () => {
    const estate = parse(`
accounts: [{ accountId: 1000000000000009 }]
vpnConnections:
  - VpnConnectionId: vco-1
    CreateTime: 2026-01-01T00:00:00Z
    tags: { keep: true, year: 2026 }`);
    expect(estate.accounts[0]?.accountId).toBe('1000000000000009');
    expect(estate.vpnConnections[0]).toMatchObject({
      accountId: '1000000000000009',
      CreateTime: Date.UTC(2026, 0, 1),
      tags: { keep: 'true', year: '2026' },
    });
  });

  test('tunnels are numbered and get keys of their own', () => {
    const [connection] = parse(
      'vpnConnections: [{ VpnConnectionId: vco-ab, TunnelOptions: [{}, { Status: ipsec_sa_established }] }]',
    ).vpnConnections;
    expect(connection?.TunnelOptions).toMatchObject([
      {
        TunnelId: 'tun-ab1',
        Role: 'master',
        Status: 'ike_sa_not_established',
        TunnelIkeConfig: { Psk: 'canary-psk-ab-1' },
      },
      {
        TunnelId: 'tun-ab2',
        Role: 'slave',
        Status: 'ipsec_sa_established',
        TunnelIkeConfig: { Psk: 'canary-psk-ab-2' },
      },
    ]);
  });
});

describe('a malformed estate is a clear error', () => {
  test.each([
    [
      'vpnConnections: [{ VpnConnectionId: vco-1, Stat: init }]',
      'estate.yaml: vpnConnections[0].Stat: unknown key; allowed are accountId, regionId, VpnConnectionId, Name,',
    ],
    [
      'vpnConnections: [{ Name: x }]',
      'estate.yaml: vpnConnections[0].VpnConnectionId: is missing; it must be of type string',
    ],
    [
      'vpnConnections: [{ VpnConnectionId: i-123 }]',
      'estate.yaml: vpnConnections[0].VpnConnectionId: "i-123" is not allowed; it must match',
    ],
    [
      'vpnConnections: [{ VpnConnectionId: vco-1, EnableDpd: yes please }]',
      'estate.yaml: vpnConnections[0].EnableDpd: "yes please" is not allowed; it must be of type boolean',
    ],
    [
      'vpnConnections: [{ VpnConnectionId: vco-1, CreateTime: yesterday }]',
      'estate.yaml: vpnConnections[0].CreateTime: "yesterday" is not allowed; it must be of type number',
    ],
    [
      'vpnConnections: [{ VpnConnectionId: vco-1, pending: { to: mars, polls: 1, atMs: null } }]',
      'estate.yaml: vpnConnections[0].pending.to: "mars" is not allowed; it must be "init" or "attached" or "active" or "gone" or "deleted"',
    ],
    ['accounts: [{ accountId: me }]', 'estate.yaml: accounts[0].accountId: "me" is not allowed; it must match'],
    ['vpnConnections: 3', 'estate.yaml: vpnConnections: 3 is not allowed; it must be of type array'],
    [
      'connections: []',
      'estate.yaml: connections: unknown key; allowed are derive, regions, accounts, directory, vpnConnections,',
    ],
    ['- 1', 'estate.yaml: the document: a list is not allowed; it must be of type object'],
    ['', 'estate.yaml: the document: null is not allowed'],
    ['a: [1, 2', 'estate.yaml: neither JSON nor YAML at line 1'],
    ['{"vpnConnections": [', 'estate.yaml: neither JSON nor YAML'],
  ])('%s', (text, message) => {
    expect(problem(text)).toContain(message);
  });

  test('no secret is quoted', () => {
    expect(problem('accounts: [{ accountId: 1, keys: [{ accessKeyId: a, accessKeySecret: 1234567 }] }]')).toBe(
      'estate.yaml: accounts[0].keys[0].accessKeySecret: the value is not allowed; it must be of type string',
    );
    expect(problem('accounts: [{ accessKeySecret: s3cr3t')).not.toContain('s3cr3t');
  });
});

describe('saving and loading', () => {
  const generated = generateEstate({
    seed: 3,
    connections: 60,
    regions: [REGION, 'cn-hangzhou'],
    accounts: 2,
    nowMs: NOW,
  });

  test.each(['json', 'yaml'] as const)('%s comes back the same', (format) => {
    expect(parse(formatEstate(generated, format))).toEqual(generated);
  });

  test.each(['json', 'yaml'] as const)('%s in the middle of a detach comes back the same', async (format) => {
    const { cbn, emulator } = aCloud(
      { vpnConnections: [{ VpnConnectionId: 'vco-1', TransitRouterId: 'tr-1' }] },
      { behaviours: { detachPolls: 0, detachSecondPolls: 5 } },
    );
    await cbn('DeleteTransitRouterVpnAttachment', { TransitRouterAttachmentId: 'tr-attach-1' });
    await cbn('ListTransitRouterVpnAttachments', { TransitRouterId: 'tr-1' });
    expect(emulator.estate.attachments).toEqual([]);
    expect(parse(formatEstate(emulator.estate, format))).toEqual(emulator.estate);
  });
});
