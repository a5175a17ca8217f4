import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { connectionPage, singleConnection } from '../../../lib/cloud/wire/wire-connection.ts';
import type { Connection } from '../../../lib/core/domain/estate.ts';
import { connectionItem, connectionList } from '../fake-transport.ts';

// The parser the SDK uses: long numbers become objects, and objects have no prototype.
const { parse } = createRequire(import.meta.url)('json-bigint') as { parse(text: string): unknown };

const read = (item: unknown): Connection => {
  const page = connectionPage(connectionList([item]).body);
  if ('problem' in page) {
    throw new Error(page.problem);
  }
  const [connection] = page.value.items;
  if (!connection) {
    throw new Error('no connection');
  }
  return connection;
};
const problemOf = (body: unknown) => {
  const page = connectionPage(body);
  return 'problem' in page ? page.problem : undefined;
};

test('an unbound connection, with only the fields in use', () => {
  expect(read(connectionItem({ IkeConfig: { Psk: 'secret' }, LocalSubnet: '0.0.0.0/0' }))).toEqual({
    connectionId: 'vco-gw8aaaaaaaaaaaaaaaaaa',
    name: 'old-dc-1',
    createdAtMs: 1700000000000,
    attachType: 'NO_ASSOCIATED',
    state: 'init',
    status: 'ike_sa_not_established',
    tunnels: [],
    transitRouterId: undefined,
    cenId: undefined,
    vpnGatewayId: undefined,
    crossAccount: false,
    resourceGroupId: 'rg-acfm',
    tags: new Map([['env', 'test']]),
  });
});

test('a connection with two tunnels, bound to a transit router, as the SDK parses it', () => {
  const text = JSON.stringify(
    connectionList([
      connectionItem({
        AttachType: 'CEN',
        State: 'attached',
        AttachInstanceId: 'cen-a',
        TransitRouterId: 'tr-gw8c',
        CrossAccountAuthorized: true,
        TunnelOptionsSpecification: {
          TunnelOptions: [
            {
              TunnelId: 'tun-a',
              TunnelIndex: 1,
              Status: 'ipsec_sa_established',
              State: 'active',
              TunnelIkeConfig: { Psk: 'secret' },
            },
            { TunnelId: 'tun-b', TunnelIndex: 2, Status: 'ike_sa_not_established', State: 'updating' },
          ],
        },
      }),
    ]).body,
  );
  const page = connectionPage(parse(text));
  expect(page).toMatchObject({
    value: {
      totalCount: 1,
      items: [
        {
          attachType: 'CEN',
          state: 'attached',
          cenId: 'cen-a',
          transitRouterId: 'tr-gw8c',
          crossAccount: true,
          createdAtMs: 1700000000000,
          tunnels: [
            { tunnelId: 'tun-a', status: 'ipsec_sa_established', state: 'active' },
            { tunnelId: 'tun-b', status: 'ike_sa_not_established', state: 'updating' },
          ],
          tags: new Map([['env', 'test']]),
        },
      ],
    },
  });
  expect(JSON.stringify(page)).not.toContain('secret');
});

const without = (field: string) => {
  const { [field]: _, ...rest } = connectionItem() as Record<string, unknown>;
  return rest;
};

test.each<[string, unknown, Partial<Connection>]>([
  ['AttachType left out', without('AttachType'), { attachType: 'missing' }],
  ['AttachType empty', connectionItem({ AttachType: '' }), { attachType: 'missing' }],
  ['AttachType null', connectionItem({ AttachType: null }), { attachType: 'missing' }],
  ['AttachType undocumented', connectionItem({ AttachType: 'ECR' }), { attachType: 'unknown' }],
  ['AttachType in another case', connectionItem({ AttachType: 'no_associated' }), { attachType: 'unknown' }],
  ['AttachType an object', connectionItem({ AttachType: {} }), { attachType: 'unknown' }],
  [
    'AttachType VPNGW',
    connectionItem({ AttachType: 'VPNGW', VpnGatewayId: 'vpn-1' }),
    { attachType: 'VPNGW', vpnGatewayId: 'vpn-1' },
  ],
  ['State left out', without('State'), { state: 'unknown' }],
  ['State undocumented', connectionItem({ State: 'melting' }), { state: 'unknown' }],
  ['State a number', connectionItem({ State: 1 }), { state: 'unknown' }],
  ['State Upgrading', connectionItem({ State: 'Upgrading' }), { state: 'upgrading' }],
  ['State INIT', connectionItem({ State: 'INIT' }), { state: 'init' }],
  ['State FinancialLocked', connectionItem({ State: 'FinancialLocked' }), { state: 'financialLocked' }],
  ['Status left out', without('Status'), { status: 'missing' }],
  ['Status undocumented', connectionItem({ Status: 'phase_3' }), { status: 'unknown' }],
  ['Name left out', without('Name'), { name: undefined }],
  ['Name an object', connectionItem({ Name: {} }), { name: undefined }],
  ['Name empty', connectionItem({ Name: '' }), { name: '' }],
  ['CreateTime left out', without('CreateTime'), { createdAtMs: undefined }],
  ['CreateTime as text', connectionItem({ CreateTime: '1700000000000' }), { createdAtMs: 1700000000000 }],
  ['CreateTime an ISO date', connectionItem({ CreateTime: '2023-07-22T04:27Z' }), { createdAtMs: undefined }],
  ['CreateTime in seconds', connectionItem({ CreateTime: 1700000000 }), { createdAtMs: undefined }],
  ['CreateTime zero', connectionItem({ CreateTime: 0 }), { createdAtMs: undefined }],
  ['CreateTime a fraction', connectionItem({ CreateTime: 1700000000000.5 }), { createdAtMs: undefined }],
  ['CreateTime beyond what a date can hold', connectionItem({ CreateTime: 8.64e15 + 1 }), { createdAtMs: undefined }],
  ['CreateTime null', connectionItem({ CreateTime: null }), { createdAtMs: undefined }],
  ['TransitRouterId empty', connectionItem({ TransitRouterId: '' }), { transitRouterId: undefined }],
  ['TransitRouterId a number', connectionItem({ TransitRouterId: 7 }), { transitRouterId: undefined }],
  ['VpnGatewayId the literal for none', connectionItem({ VpnGatewayId: 'vpn-not-exist' }), { vpnGatewayId: undefined }],
  ['VpnGatewayId empty', connectionItem({ VpnGatewayId: '' }), { vpnGatewayId: undefined }],
  ['VpnGatewayId left out', without('VpnGatewayId'), { vpnGatewayId: undefined }],
  ['CrossAccountAuthorized left out', without('CrossAccountAuthorized'), { crossAccount: false }],
  ['CrossAccountAuthorized empty', connectionItem({ CrossAccountAuthorized: '' }), { crossAccount: false }],
  ['CrossAccountAuthorized "false"', connectionItem({ CrossAccountAuthorized: 'false' }), { crossAccount: false }],
  ['CrossAccountAuthorized "true"', connectionItem({ CrossAccountAuthorized: 'true' }), { crossAccount: true }],
  ['CrossAccountAuthorized malformed', connectionItem({ CrossAccountAuthorized: {} }), { crossAccount: true }],
  ['ResourceGroupId left out', without('ResourceGroupId'), { resourceGroupId: undefined }],
])('%s', (_what, item, expected) => {
  expect(read(item)).toMatchObject(expected);
});

const LOST = { tunnelId: '', status: 'unknown', state: undefined };
const UNREADABLE = [LOST, LOST];
test.each([
  ['left out', undefined, []],
  ['null', null, []],
  ['empty text', '', []],
  ['an empty list', { TunnelOptions: [] }, []],
  ['without its list', {}, UNREADABLE],
  ['a list that is none', { TunnelOptions: {} }, UNREADABLE],
  ['text', 'two', UNREADABLE],
  ['a tunnel that is none', { TunnelOptions: ['x'] }, UNREADABLE],
  ['a tunnel without fields', { TunnelOptions: [{}] }, UNREADABLE],
  [
    'an undocumented status',
    { TunnelOptions: [{ TunnelId: 'tun-a', Status: 'up', State: 'odd' }] },
    [{ tunnelId: 'tun-a', status: 'unknown', state: 'odd' }, LOST],
  ],
])('tunnels %s: no unreadable tunnel vanishes', (_what, TunnelOptionsSpecification, expected) => {
  expect(read(connectionItem({ TunnelOptionsSpecification })).tunnels).toEqual(expected);
});

test.each([[undefined], [null], [''], [{ TunnelOptions: [] }]])(
  'two tunnels that the reply shows as %j exist all the same, because EnableTunnelsBgp says that there are two',
  (TunnelOptionsSpecification) => {
    for (const EnableTunnelsBgp of [false, true, 'false']) {
      expect(read(connectionItem({ TunnelOptionsSpecification, EnableTunnelsBgp })).tunnels).toEqual(UNREADABLE);
    }
  },
);

test.each<[string, unknown, unknown]>([
  ['left out', undefined, 'unread'],
  ['null', null, 'unread'],
  ['text, as DescribeVpnAttachments says system flags', '{"BGPSupport":true}', 'unread'],
  ['without its list', {}, 'unread'],
  ['a list that is none', { Tag: {} }, 'unread'],
  ['not wrapped', [{ Key: 'a', Value: 'b' }], 'unread'],
  ['a tag without a key', { Tag: [{ Value: 'b' }] }, 'unread'],
  ['a tag with an empty key', { Tag: [{ Key: '', Value: 'b' }] }, 'unread'],
  ['a value that is no text', { Tag: [{ Key: 'a', Value: 1 }] }, 'unread'],
  [
    'one key with two values',
    {
      Tag: [
        { Key: 'a', Value: '1' },
        { Key: 'a', Value: '2' },
      ],
    },
    'unread',
  ],
  [
    'the same tag twice',
    {
      Tag: [
        { Key: 'a', Value: '1' },
        { Key: 'a', Value: '1' },
      ],
    },
    new Map([['a', '1']]),
  ],
  ['none', { Tag: [] }, new Map()],
  ['a tag without a value', { Tag: [{ Key: 'a' }] }, 'unread'],
  ['a tag with a null value', { Tag: [{ Key: 'a', Value: null }] }, 'unread'],
  ['a tag with an empty value', { Tag: [{ Key: 'a', Value: '' }] }, new Map([['a', '']])],
  [
    'two',
    {
      Tag: [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '' },
      ],
    },
    new Map([
      ['a', '1'],
      ['b', ''],
    ]),
  ],
])('tags %s', (_what, tags, expected) => {
  expect(read(connectionItem({ Tag: tags })).tags).toEqual(expected);
  const { Tag: _, ...flat } = connectionItem({ Tags: tags });
  const single = singleConnection('vco-gw8aaaaaaaaaaaaaaaaaa')({ RequestId: 'x', ...flat });
  expect(single).toMatchObject({ value: { tags: expected } });
});

test('each read has tags under its own name only', () => {
  const { Tag: tag, ...bare } = connectionItem();
  expect(read({ ...bare, Tags: tag }).tags).toBe('unread');
  expect(singleConnection(bare.VpnConnectionId)({ ...bare, Tag: tag })).toMatchObject({ value: { tags: 'unread' } });
});

test.each<[string, object]>([
  ['no list field', { VpnConnections: undefined }],
  ['a null list field', { VpnConnections: null }],
  ['an empty wrapper', { VpnConnections: {} }],
  ['a single item instead of a list', { VpnConnections: { VpnConnection: connectionItem() } }],
  ['a list without its wrapper', { VpnConnections: [connectionItem()] }],
  ['a null list', { VpnConnections: { VpnConnection: null } }],
  ['an item without its id', { VpnConnections: { VpnConnection: [connectionItem(), without('VpnConnectionId')] } }],
  ['an item with an empty id', { VpnConnections: { VpnConnection: [connectionItem({ VpnConnectionId: '' })] } }],
  ['an item with a numeric id', { VpnConnections: { VpnConnection: [connectionItem({ VpnConnectionId: 5 })] } }],
  ['an item that is null', { VpnConnections: { VpnConnection: [null] } }],
  ['no total', { TotalCount: undefined }],
  ['a null total', { TotalCount: null }],
  ['a negative total', { TotalCount: -1 }],
  ['a fractional total', { TotalCount: 1.5 }],
  ['a total in words', { TotalCount: 'one' }],
  ['an empty total', { TotalCount: '' }],
])('%s makes the whole listing unreadable, never empty', (_what, more) => {
  const problem = problemOf(connectionList([connectionItem()], more).body);
  expect(problem).toMatch(/^at (VpnConnections|TotalCount)/);
});

test('a total as digits is a total', () => {
  expect(connectionPage(connectionList([], { TotalCount: '0' }).body)).toMatchObject({ value: { totalCount: 0 } });
});

test.each([null, [], 'text', 5, undefined])('%j is no reply', (body) => {
  expect(problemOf(body)).toBe('at top level');
});

test('an answer about another connection is not an answer', () => {
  expect(singleConnection('vco-other')({ ...connectionItem(), RequestId: 'x' })).toHaveProperty('problem');
});

test('a problem names a place and never quotes the reply', () => {
  const problem = problemOf(connectionList([{ VpnConnectionId: { secret: 'psk' } }]).body);
  expect(problem).toBe('at VpnConnections.VpnConnection.0.VpnConnectionId');
});
