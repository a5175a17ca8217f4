import * as vpcModels from '@alicloud/vpc20160428';
import { describe, expect, test } from 'vitest';
import {
  ATTACHMENT_FIELDS,
  CONNECTION_FIELDS,
  CONNECTION_ROUTE_FIELDS,
  CUSTOMER_GATEWAY_FIELDS,
  type Field,
  STATIC_ROUTE_FIELDS,
} from '../../lib/undo/field-table.ts';
import { CBN, VPC } from '../emulator/emulator-support.ts';
import { parametersOf } from '../emulator/parameters/models.ts';

type Model = { names(): Record<string, string>; types(): Record<string, unknown> };
const isModel = (value: unknown): value is Model => typeof value === 'function' && 'names' in value && 'types' in value;

/** Every field of a reply in the official model, by its path. `[]` stands for the items of a list. */
function fieldsOf(type: unknown, path: string): readonly string[] {
  if (isModel(type)) {
    const types = type.types();
    return Object.entries(type.names()).flatMap(([field, wire]) =>
      fieldsOf(types[field], path ? `${path}.${wire}` : wire),
    );
  }
  if (typeof type === 'object' && type !== null && 'itemType' in type) {
    return fieldsOf(type.itemType, `${path}[]`);
  }
  return [path];
}

const replyOf = (action: string, below = ''): readonly string[] => {
  const paths = fieldsOf(Reflect.get(vpcModels, `${action}ResponseBody`), '');
  return paths.filter((path) => path.startsWith(below)).map((path) => path.slice(below.length));
};

const TUNNEL = 'TunnelOptionsSpecification.TunnelOptions[]';

/**
 * Fields of replies that no backup contains, and why. If a field is in neither table, it is new and a person has to
 * decide.
 */
const LEFT_OUT = {
  secret: ['IkeConfig.Psk', 'VpnBgpConfig.AuthKey', `${TUNNEL}.TunnelIkeConfig.Psk`, 'AuthKey'],
  // The current state of the tunnels.
  state: [
    'VcoHealthCheck.Status',
    'VpnBgpConfig.Status',
    `${TUNNEL}.State`,
    `${TUNNEL}.Status`,
    `${TUNNEL}.TunnelBgpConfig.BgpStatus`,
  ],
  // The backup has tags from the listing instead.
  elsewhere: ['Tags.Tag[].Key', 'Tags.Tag[].Value', 'RequestId'],
  // A connection for a transit router has no VPN gateway.
  notOurs: ['VpnGatewayId'],
  learned: ['AsPath', 'Community', 'NextHopTunnelIdList[]'],
} as const;
const leftOut: readonly string[] = Object.values(LEFT_OUT).flat();

const kept = (fields: readonly Field[]) => fields.map(({ reply }) => reply);

describe('the table of fields', () => {
  test.each([
    ['DescribeVpnConnection', '', CONNECTION_FIELDS],
    ['DescribeVcoRouteEntries', 'VcoRouteEntries[].', CONNECTION_ROUTE_FIELDS],
    ['DescribeCustomerGateways', 'CustomerGateways.CustomerGateway[].', CUSTOMER_GATEWAY_FIELDS],
  ])('decides about every field of %s', (action, below, fields) => {
    const reply = replyOf(action, below);
    expect(reply.length).toBeGreaterThan(5);
    expect(reply.filter((path) => !kept(fields).includes(path) && !leftOut.includes(path))).toEqual([]);
    expect(kept(fields).filter((path) => !reply.includes(path))).toEqual([]);
  });

  test('contains no secret', () => {
    const all = [
      CONNECTION_FIELDS,
      ATTACHMENT_FIELDS,
      CONNECTION_ROUTE_FIELDS,
      CUSTOMER_GATEWAY_FIELDS,
      STATIC_ROUTE_FIELDS,
    ].flatMap(kept);
    expect(all.filter((path) => LEFT_OUT.secret.some((secret) => secret === path))).toEqual([]);
    expect(all.filter((path) => /psk|secret|password|token|AuthKey|private/i.test(path))).toEqual([]);
  });

  test('contains each field once', () => {
    for (const fields of [CONNECTION_FIELDS, ATTACHMENT_FIELDS, STATIC_ROUTE_FIELDS, CONNECTION_ROUTE_FIELDS]) {
      expect(kept(fields)).toEqual([...new Set(kept(fields))]);
    }
  });
});

/** Parameters of the create operations that a restore does not take from the table, and why. */
const OTHERWISE: Readonly<Record<string, readonly string[]>> = {
  // Set by the restore itself, derived from the account, read from the keys' file, or missing in all replies.
  CreateVpnAttachment: [
    'AutoConfigRoute',
    'DryRun',
    'TunnelOptionsSpecification.1.TunnelIkeConfig.Psk',
    'Tags.1.Key',
    'Tags.1.Value',
  ],
  CreateTransitRouterVpnAttachment: ['CenId', 'DryRun', 'VpnId', 'VpnOwnerId'],
  CreateTransitRouterRouteEntry: ['DryRun', 'TransitRouterRouteEntryNextHopId', 'TransitRouterRouteTableId'],
  CreateVcoRouteEntry: ['Description', 'DryRun', 'NextHop', 'OverlayMode', 'VpnConnectionId'],
};
const COMMON = /^(ClientToken|RegionId|OwnerAccount|OwnerId|ResourceOwnerAccount|ResourceOwnerId)$/;

test.each([
  [VPC, 'CreateVpnAttachment', CONNECTION_FIELDS],
  [CBN, 'CreateTransitRouterVpnAttachment', ATTACHMENT_FIELDS],
  [CBN, 'CreateTransitRouterRouteEntry', STATIC_ROUTE_FIELDS],
  [VPC, 'CreateVcoRouteEntry', CONNECTION_ROUTE_FIELDS],
])('%s %s takes every parameter of the table, and the table has every parameter', (version, action, fields) => {
  const parameters = (parametersOf(version, action) ?? []).map(({ name }) => name).filter((name) => !COMMON.test(name));
  const json = /^(IkeConfig|IpsecConfig|HealthCheckConfig|BgpConfig)\./;
  const sent = fields.flatMap(({ create }) =>
    create === undefined ? [] : [json.test(create) ? (create.split('.')[0] ?? '') : create.replaceAll('[]', '.1')],
  );
  expect(sent.filter((name) => !parameters.includes(name))).toEqual([]);
  expect(parameters.filter((name) => !sent.includes(name) && !OTHERWISE[action]?.includes(name))).toEqual([]);
});
