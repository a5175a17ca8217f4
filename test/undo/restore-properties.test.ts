import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ACCOUNT, REGION } from '../support/builders.ts';
import { startCloud } from '../support/cloud.ts';
import { down, dueTags, inUse } from '../support/estates.ts';
import { DOWN_POLICY, restoreOn, sweepAway } from './undo-support.ts';

type Cloud = ReturnType<typeof startCloud>;

const encryption = fc.constantFrom('aes', 'aes192', 'aes256', 'des', '3des');
const authentication = fc.constantFrom('md5', 'sha1', 'sha256', 'sha384', 'sha512');
const group = fc.constantFrom('group1', 'group2', 'group5', 'group14');
const lifetime = fc.integer({ min: 0, max: 86_400 });
const ADDRESSES = ['203.0.113.77', '203.0.113.78'] as const;

/** @param address the address of its own tunnel */
const ike = (address: string) =>
  fc.record(
    {
      IkeVersion: fc.constantFrom('ikev1', 'ikev2'),
      IkeMode: fc.constantFrom('main', 'aggressive'),
      IkeEncAlg: encryption,
      IkeAuthAlg: authentication,
      IkePfs: group,
      LocalId: fc.constantFrom('left.example', address),
      RemoteId: fc.constantFrom('right.example', '192.0.2.9'),
      Psk: fc.constant('canary-psk-of-the-estate'),
    },
    { requiredKeys: [] },
  );
const ipsec = fc.record(
  { IpsecEncAlg: encryption, IpsecAuthAlg: authentication, IpsecPfs: fc.constantFrom('disabled', 'group2', 'group14') },
  { requiredKeys: [] },
);
const withLifetime = <T extends object>(settings: fc.Arbitrary<T>, name: string, asText: boolean) =>
  fc.tuple(settings, fc.option(lifetime, { nil: undefined })).map(([rest, seconds]) => ({
    ...rest,
    ...(seconds === undefined ? {} : { [name]: asText ? String(seconds) : seconds }),
  }));

const bgpOf = (n: number) => ({ TunnelCidr: `169.254.${20 + n}.0/30`, LocalBgpIp: `169.254.${20 + n}.1` });
const flag = fc.boolean();

const single = fc
  .record(
    {
      EnableDpd: flag,
      EnableNatTraversal: flag,
      IkeConfig: withLifetime(ike(ADDRESSES[0]), 'IkeLifetime', false),
      IpsecConfig: withLifetime(ipsec, 'IpsecLifetime', false),
      VcoHealthCheck: fc.record({
        Enable: fc.constant('true'),
        Dip: fc.constant('10.9.0.1'),
        Sip: fc.constant('10.1.0.1'),
        Interval: fc.integer({ min: 1, max: 60 }),
        Retry: fc.integer({ min: 1, max: 9 }),
        Policy: fc.constantFrom('revoke_route', 'reserve_route'),
      }),
      VpnBgpConfig: fc.integer({ min: 1, max: 4_294_967_295 }).map((LocalAsn) => ({
        EnableBgp: 'true',
        Status: 'false',
        LocalAsn,
        ...bgpOf(0),
        PeerBgpIp: '169.254.20.2',
      })),
    },
    { requiredKeys: [] },
  )
  .map((settings) => ({ CustomerGatewayId: 'cgw-1', InternetIp: ADDRESSES[0], ...settings }));

const tunnel = (n: 1 | 2, isBgp: boolean) =>
  fc
    .record(
      {
        EnableDpd: flag.map(String),
        EnableNatTraversal: flag.map(String),
        TunnelIkeConfig: withLifetime(ike(n === 1 ? ADDRESSES[0] : ADDRESSES[1]), 'IkeLifetime', true),
        TunnelIpsecConfig: withLifetime(ipsec, 'IpsecLifetime', true),
      },
      { requiredKeys: [] },
    )
    .map((settings) => ({
      CustomerGatewayId: `cgw-${n}`,
      InternetIp: ADDRESSES[n - 1],
      ...settings,
      ...(isBgp && {
        TunnelBgpConfig: { BgpStatus: 'false', LocalAsn: '65530', ...bgpOf(n), PeerBgpIp: `169.254.${20 + n}.2` },
      }),
    }));
const dual = flag.chain((isBgp) =>
  fc.tuple(tunnel(1, isBgp), tunnel(2, isBgp)).map((TunnelOptions) => ({ EnableTunnelsBgp: isBgp, TunnelOptions })),
);

const title = fc.constantFrom('Branch office', '分部 1', 'a "quoted" & <odd> name', '');
const common = fc.record(
  {
    LocalSubnet: fc.constantFrom('0.0.0.0/0', '10.1.0.0/16,10.2.0.0/16'),
    RemoteSubnet: fc.constantFrom('0.0.0.0/0', '10.9.0.0/16'),
    Name: title,
    NetworkType: fc.constantFrom('public', 'private'),
    EffectImmediately: flag,
    ResourceGroupId: fc.constantFrom('rg-1', 'rg-2'),
    TunnelBandwidth: fc.constantFrom('Standard', 'Large'),
    RemoteCaCertificate: fc.constant('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'),
  },
  { requiredKeys: ['LocalSubnet', 'RemoteSubnet'] },
);
const ownersTags = fc.dictionary(fc.constantFrom('owner', 'env', '团队', 'a:b'), fc.constantFrom('', 'x', '王'), {
  maxKeys: 4,
});

const hanging = fc.record({
  isBound: fc.constantFrom(true, true, false),
  attachment: fc.record(
    {
      TransitRouterAttachmentName: fc.constantFrom('to-branch', '分部'),
      TransitRouterAttachmentDescription: fc.constantFrom('described', 'other'),
      AutoPublishRouteEnabled: flag,
    },
    { requiredKeys: [] },
  ),
  attachmentTags: fc.dictionary(fc.constantFrom('team', 'cost'), fc.constantFrom('', '1'), { maxKeys: 2 }),
  association: fc.option(fc.constantFrom('vtb-1', 'vtb-2'), { nil: undefined }),
  propagations: fc.subarray(['vtb-1', 'vtb-2']),
  routes: fc.subarray(['10.9.0.0/16', '10.10.0.0/16', '192.168.0.0/24']),
  connectionRoutes: fc.subarray(['10.9.0.0/16', '10.11.0.0/24']),
});

const world = fc.tuple(common, fc.oneof(single, dual), ownersTags, hanging);
type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

function estateOf([settings, tunnels, tags, more]: World) {
  const { isBound, attachment, attachmentTags, association, propagations, routes, connectionRoutes } = more;
  const TransitRouterAttachmentId = 'tr-attach-old';
  const isDual = 'TunnelOptions' in tunnels;
  const connection = {
    VpnConnectionId: 'vco-old',
    ...settings,
    ...tunnels,
    ...(isBound ? { TransitRouterId: 'tr-1', TransitRouterName: 'core', ...down } : withoutAddresses(tunnels)),
    tags: { ...tags, ...dueTags(isBound ? 'tunnels-down' : 'unassociated') },
  };
  const bound = <T>(rows: readonly T[]): readonly T[] => (isBound ? rows : []);
  return {
    regions: [{ RegionId: REGION }],
    customerGateways: [1, 2].map((n) => ({
      CustomerGatewayId: `cgw-${n}`,
      IpAddress: `192.0.2.${n}`,
      Asn: 65_000 + n,
    })),
    transitRouters: [{ TransitRouterId: 'tr-1', TransitRouterName: 'core' }],
    routeTables: ['vtb-1', 'vtb-2'].map((id) => ({ TransitRouterRouteTableId: id, TransitRouterId: 'tr-1' })),
    attachments: bound([
      {
        TransitRouterAttachmentId,
        VpnId: 'vco-old',
        TransitRouterId: 'tr-1',
        ...attachment,
        ...(isDual ? {} : { Zones: [{ ZoneId: 'cn-hangzhou-h' }] }),
        tags: attachmentTags,
      },
    ]),
    associations: bound(
      association === undefined ? [] : [{ TransitRouterAttachmentId, TransitRouterRouteTableId: association }],
    ),
    propagations: bound(propagations.map((id) => ({ TransitRouterAttachmentId, TransitRouterRouteTableId: id }))),
    routeEntries: bound(
      routes.map((destination, at) => ({
        TransitRouterRouteEntryId: `rte-${at}`,
        TransitRouterRouteTableId: at % 2 ? 'vtb-1' : 'vtb-2',
        TransitRouterRouteEntryDestinationCidrBlock: destination,
        TransitRouterRouteEntryName: `route-${at}`,
        TransitRouterRouteEntryDescription: 'a route',
        TransitRouterRouteEntryNextHopId: TransitRouterAttachmentId,
      })),
    ),
    vcoRouteEntries: bound(
      connectionRoutes.map((RouteDest, at) => ({
        VpnConnectionId: 'vco-old',
        RouteDest,
        NextHop: 'vco-old',
        Weight: at === 0 ? 100 : 0,
      })),
    ),
    vpnConnections: [connection, ...inUse(8)],
  };
}

/** A connection that is bound to nothing has no address. */
const withoutAddresses = (tunnels: World[1]) =>
  'TunnelOptions' in tunnels
    ? { TunnelOptions: tunnels.TunnelOptions.map(({ InternetIp: _, ...rest }) => rest) }
    : { InternetIp: undefined };

/**
 * Fields that differ after a restore, as docs/restore.md says: ids, addresses, times, keys, states, the sweeper's tags.
 */
const OTHER =
  /^(RequestId|CreateTime|CreationTime|InternetIp|ZoneNo|TunnelId|Psk|Status|BgpStatus|State|TransitRouterRouteEntryId)$/;

/** A reply without these fields. The ids of the connection and its attachment are replaced by their roles. */
function shown(value: unknown, ids: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => shown(item, ids)).filter((item) => !isSweepersTag(item));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name, inner]) => !OTHER.test(name) && inner !== '' && !(name === 'LocalId' && ids.has(String(inner))))
        .map(([name, inner]) => [name, shown(inner, ids)]),
    );
  }
  return ids.get(String(value)) ?? value;
}

const isSweepersTag = (item: unknown): boolean =>
  typeof item === 'object' && item !== null && 'Key' in item && String(item.Key).startsWith('vco-sweeper:');

/** Everything that describe and list operations show of a connection. */
async function look({ emulator }: Cloud, connectionId: string) {
  const ask = async (version: string, action: string, params: Record<string, string>) => {
    const { body } = await emulator.call({
      accountId: ACCOUNT,
      version,
      action,
      params: { RegionId: REGION, ...params },
    });
    return body as Record<string, readonly Record<string, unknown>[]>;
  };
  const [VPC, CBN] = ['2016-04-28', '2017-09-12'];
  const one = await ask(VPC, 'DescribeVpnConnection', { VpnConnectionId: connectionId });
  const list = (await ask(VPC, 'DescribeVpnConnections', { VpnConnectionId: connectionId })).VpnConnections;
  const vcoRoutes =
    (await ask(VPC, 'DescribeVcoRouteEntries', { VpnConnectionId: connectionId })).VcoRouteEntries ?? [];
  const attachments = (
    await ask(CBN, 'ListTransitRouterVpnAttachments', { TransitRouterId: 'tr-1' })
  ).TransitRouterAttachments?.filter(({ VpnId }) => VpnId === connectionId);
  const id = String(attachments?.[0]?.TransitRouterAttachmentId);
  const tables = await Promise.all(
    ['vtb-1', 'vtb-2'].map(async (TransitRouterRouteTableId) => {
      const of = { TransitRouterRouteTableId };
      const { TransitRouterAssociations = [] } = await ask(CBN, 'ListTransitRouterRouteTableAssociations', of);
      const { TransitRouterPropagations = [] } = await ask(CBN, 'ListTransitRouterRouteTablePropagations', of);
      const { TransitRouterRouteEntries = [] } = await ask(CBN, 'ListTransitRouterRouteEntries', of);
      const isOwn = (row: Record<string, unknown>) =>
        [row.TransitRouterAttachmentId, row.TransitRouterRouteEntryNextHopId].includes(id);
      const byDestination = (row: Record<string, unknown>) => String(row.TransitRouterRouteEntryDestinationCidrBlock);
      return [
        TransitRouterAssociations.filter(isOwn),
        TransitRouterPropagations.filter(isOwn),
        TransitRouterRouteEntries.filter(isOwn).toSorted((a, b) => (byDestination(a) < byDestination(b) ? -1 : 1)),
      ];
    }),
  );
  const routes = vcoRoutes.toSorted((a, b) => (String(a.RouteDest) < String(b.RouteDest) ? -1 : 1));
  const addresses = JSON.stringify(one).match(/"InternetIp":"[^"]+/g) ?? [];
  const ids = new Map([
    [connectionId, 'the connection'],
    [id, 'the attachment'],
    ...addresses.map((text): [string, string] => [text.slice('"InternetIp":"'.length), 'its address']),
  ]);
  return shown({ one, list, attachments, tables, routes }, ids);
}

test('sweep and restore change only the fields that docs/restore.md names', async () => {
  await fc.assert(
    fc.asyncProperty(world, async (generated) => {
      const cloud = startCloud({ estate: estateOf(generated), policy: DOWN_POLICY });
      const before = await look(cloud, 'vco-old');
      const backup = await sweepAway(cloud);
      expect(JSON.stringify(backup)).not.toContain('canary');

      const { connectionId = '', failed } = await restoreOn(cloud, backup);

      expect(failed).toEqual([]);
      expect(await look(cloud, connectionId)).toEqual(before);
    }),
    { numRuns: 150 },
  );
}, 120_000);
