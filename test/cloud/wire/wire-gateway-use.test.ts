import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gatewaysUsed } from '../../../lib/cloud/wire/wire-gateway-use.ts';

const tunnels = (...ids: readonly unknown[]) => ({
  TunnelOptionsSpecification: { TunnelOptions: ids.map((CustomerGatewayId) => ({ CustomerGatewayId })) },
});

describe('the customer gateways of a connection', () => {
  test.each([
    ['one tunnel', { CustomerGatewayId: 'cgw-1' }, ['cgw-1']],
    ['one tunnel, with an empty list of tunnels', { CustomerGatewayId: 'cgw-1', ...tunnels() }, ['cgw-1']],
    ['two tunnels', tunnels('cgw-1', 'cgw-2'), ['cgw-1', 'cgw-2']],
    [
      'two tunnels beside its own',
      { CustomerGatewayId: 'cgw-0', ...tunnels('cgw-1', 'cgw-2') },
      ['cgw-0', 'cgw-1', 'cgw-2'],
    ],
  ])('with %s', (_what, row, expected) => {
    expect(gatewaysUsed(row)).toEqual(expected);
  });

  test.each([
    ['nothing', {}],
    ['an empty id', { CustomerGatewayId: '' }],
    ['a number', { CustomerGatewayId: 7 }],
    ['only one tunnel in the list', tunnels('cgw-1')],
    ['one tunnel in the list beside its own', { CustomerGatewayId: 'cgw-0', ...tunnels('cgw-1') }],
    ['a tunnel without a gateway', tunnels('cgw-1', undefined)],
    ['a tunnel with an empty one', tunnels('cgw-1', '')],
    ['a sign of two tunnels, and no tunnels', { CustomerGatewayId: 'cgw-0', EnableTunnelsBgp: false }],
    ['tunnels in another form', { CustomerGatewayId: 'cgw-0', TunnelOptionsSpecification: [] }],
    [
      'a tunnel that is text',
      { CustomerGatewayId: 'cgw-0', TunnelOptionsSpecification: { TunnelOptions: ['x', 'y'] } },
    ],
    ['no object', 'text'],
  ])('are unread with %s', (_what, row) => {
    expect(gatewaysUsed(row)).toBe('unread');
  });

  test('are unread, or every id that the row holds under the name', () => {
    const id = fc.constantFrom('cgw-1', 'cgw-2', 'cgw-3', '', null, undefined, 7);
    fc.assert(
      fc.property(id, fc.array(id, { maxLength: 3 }), (own, ids) => {
        const used = gatewaysUsed({ CustomerGatewayId: own, ...tunnels(...ids) });
        const named = [own, ...ids].filter((one) => typeof one === 'string' && one !== '');
        expect(used === 'unread' || named.every((one) => used.includes(String(one)))).toBe(true);
      }),
    );
  });
});
