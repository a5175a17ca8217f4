import { describe, expect, test } from 'vitest';
import type { EstateFile } from '../../lib/emulator/estate/estate-schema.ts';
import { aCloud, REGION } from './emulator-support.ts';

const one: EstateFile = { vpnConnections: [{ VpnConnectionId: 'vco-1' }] };
const list = { RegionId: REGION };

function controlled(estate: EstateFile = one) {
  const cloud = aCloud(estate);
  const ask = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
    const reply = await cloud.emulator.handle({ method, url: `/_emulator/${path}`, headers, body: text });
    if (reply === 'reset') {
      throw new Error('cut');
    }
    return { status: reply.status, body: JSON.parse(reply.body) };
  };
  return { ...cloud, ask };
}

describe('the control endpoint', () => {
  test('gives the estate, and accepts another estate', async () => {
    const { ask, vpc, emulator } = controlled();
    expect((await ask('GET', 'estate')).body).toEqual(JSON.parse(JSON.stringify(emulator.estate)));
    const other = {
      regions: [{ RegionId: REGION }],
      vpnConnections: [{ VpnConnectionId: 'vco-a' }, { VpnConnectionId: 'vco-b' }],
    };
    expect(await ask('PUT', 'estate', other)).toEqual({ status: 200, body: { connections: 2 } });
    expect((await vpc('DescribeVpnConnections', list)).body).toMatchObject({ TotalCount: 2 });
  });

  test('changes under way in the old estate do not affect the new estate', async () => {
    const bound = { vpnConnections: [{ VpnConnectionId: 'vco-1', regionId: REGION, TransitRouterId: 'tr-1' }] };
    const { ask, cbn, clock, emulator } = controlled(bound);
    await cbn('DeleteTransitRouterVpnAttachment', { TransitRouterAttachmentId: 'tr-attach-1' });
    const busy = { vpnConnections: [{ ...bound.vpnConnections[0], State: 'detaching', attachmentId: null }] };
    await ask('PUT', 'estate', busy);
    clock.ms += 86_400_000;
    await cbn('DescribeCens');
    await cbn('DescribeCens');
    expect(emulator.estate.vpnConnections).toMatchObject([{ State: 'detaching' }]);
  });

  test('gives and forgets the calls', async () => {
    const { ask, vpc } = controlled();
    await vpc('DescribeVpnConnections', list);
    expect((await ask('GET', 'calls')).body).toMatchObject([{ seq: 1, action: 'DescribeVpnConnections', code: 'OK' }]);
    await ask('DELETE', 'calls');
    expect((await ask('GET', 'calls')).body).toEqual([]);
    await vpc('DescribeVpnConnections', list);
    expect((await ask('GET', 'calls')).body).toMatchObject([{ seq: 2 }]);
  });

  test('takes and gives faults', async () => {
    const { ask, vpc } = controlled();
    const rules = [{ action: 'DescribeVpnConnections', times: 'always', fault: { kind: 'throttle' } }];
    expect(await ask('PUT', 'faults', rules)).toEqual({ status: 200, body: rules });
    expect((await ask('GET', 'faults')).body).toEqual(rules);
    expect((await vpc('DescribeVpnConnections', list)).code).toBe('Throttling.User');
  });

  test('changes each behaviour by itself', async () => {
    const { ask, vpc } = controlled();
    expect((await ask('PUT', 'behaviours', { deleteUnknown: 'success' })).body).toMatchObject({
      deleteUnknown: 'success',
      detachOrder: 'cbn-first',
    });
    expect((await ask('GET', 'behaviours')).body).toMatchObject({ deleteUnknown: 'success' });
    expect((await vpc('DeleteVpnAttachment', { ...list, VpnConnectionId: 'vco-9' })).body).toMatchObject({
      Success: true,
    });
  });

  test('sets the time ahead', async () => {
    const { ask, vpc, clock, emulator } = controlled();
    emulator.setBehaviours({ deleteReads: 3, deleteMs: 60_000 });
    await vpc('DeleteVpnAttachment', { ...list, VpnConnectionId: 'vco-1' });
    expect((await ask('PUT', 'clock', { offsetMs: 60_000 })).body).toEqual({
      offsetMs: 60_000,
      nowMs: clock.ms + 60_000,
    });
    expect((await ask('GET', 'clock')).body).toMatchObject({ offsetMs: 60_000 });
    expect((await vpc('DescribeVpnConnection', { ...list, VpnConnectionId: 'vco-1' })).status).toBe(404);
  });

  test.each<[string, unknown, string]>([
    ['estate', '{', 'the body is not JSON'],
    ['estate', { vpnConnections: [{}] }, 'estate: vpnConnections[0].VpnConnectionId: is missing'],
    ['faults', {}, 'faults: the document: an object is not allowed; it must be of type array'],
    ['faults', [{ fault: { kind: 'earthquake' } }], 'faults: [0].fault.kind: "earthquake" is not allowed'],
    ['faults', [{ fault: { kind: 'reset' } }], 'faults: [0].fault.when: is missing; it must be "before" or "after"'],
    [
      'faults',
      [{ probability: 2, fault: { kind: 'throttle' } }],
      'faults: [0].probability: 2 is not allowed; it must be at most 1',
    ],
    ['behaviours', { deleteAttached: 'maybe' }, 'behaviours: deleteAttached: "maybe" is not allowed'],
    ['behaviours', { deleteReads: -1 }, 'behaviours: deleteReads: -1 is not allowed'],
    ['behaviours', { nope: 1 }, 'behaviours: nope: unknown key; allowed are deleteAttached'],
    ['clock', { offsetMs: 'soon' }, 'clock: offsetMs: "soon" is not allowed; it must be of type number'],
  ])('PUT %s with %j is refused, and nothing changes', async (path, body, message) => {
    const { ask } = controlled();
    const all = async () => [
      (await ask('GET', 'estate')).body,
      (await ask('GET', 'faults')).body,
      (await ask('GET', 'behaviours')).body,
      (await ask('GET', 'clock')).body,
    ];
    const before = await all();
    const reply = await ask('PUT', path, body);
    expect(reply.status).toBe(400);
    expect(reply.body.error).toContain(message);
    expect(await all()).toEqual(before);
  });

  test('answers not found for an unknown path, and only to local names', async () => {
    const { ask } = controlled();
    expect(await ask('GET', 'nothing')).toMatchObject({ status: 404 });
    expect(await ask('POST', 'estate', {})).toMatchObject({ status: 404 });
    expect(await ask('GET', 'calls', undefined, { host: 'evil.example:80' })).toMatchObject({ status: 403 });
    for (const host of ['127.0.0.1:8080', 'localhost', '[::1]:1']) {
      expect(await ask('GET', 'calls', undefined, { host })).toMatchObject({ status: 200 });
    }
  });
});

test('the log has no secret in it', async () => {
  const { emulator, vpc, sts } = aCloud({
    customerGateways: [{ CustomerGatewayId: 'cgw-1' }],
    accounts: [{ accountId: '1000000000000001', roles: [{ name: 'r', trusted: ['*'] }] }],
  });
  await vpc('CreateVpnAttachment', {
    ...list,
    LocalSubnet: '0.0.0.0/0',
    RemoteSubnet: '0.0.0.0/0',
    CustomerGatewayId: 'cgw-1',
    IkeConfig: '{"Psk":"canary-psk-sent"}',
    'TunnelOptionsSpecification.1.TunnelIkeConfig.Psk': 'canary-psk-sent',
    ClientToken: 'kept',
  });
  await sts('AssumeRole', { RoleArn: 'acs:ram::1000000000000001:role/r', RoleSessionName: 'session' });
  expect(JSON.stringify(emulator.calls)).not.toContain('canary');
  expect(emulator.calls[0]?.params).toMatchObject({ ClientToken: 'kept', CustomerGatewayId: 'cgw-1' });
});
