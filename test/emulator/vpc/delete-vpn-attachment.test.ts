import { describe, expect, test } from 'vitest';
import type { Behaviours } from '../../../lib/emulator/behaviours.ts';
import type { EstateFile } from '../../../lib/emulator/estate/estate-schema.ts';
import { A, aCloud, B, KEY, REGION, rows, send, v1, v3 } from '../emulator-support.ts';

const ID = { RegionId: REGION, VpnConnectionId: 'vco-1' };
type Item = NonNullable<EstateFile['vpnConnections']>[number];

const aConnection = (item: Omit<Item, 'VpnConnectionId'> = {}): EstateFile => ({
  vpnConnections: [{ VpnConnectionId: 'vco-1', ...item }],
});

const GONE = '404 InvalidVpnConnectionInstanceId.NotFound';
const BUSY = '400 VpnConnection.Configuring';
const NOT_NOW = '400 Vco.StatusNotSupport';
const REFUSED = '400 IncorrectStatus.VpnConnection';
const bound = { TransitRouterId: 'tr-1' };

const TABLE: [string, Omit<Item, 'VpnConnectionId'>, Partial<Behaviours>, string][] = [
  ['bound to nothing', {}, {}, '200 true'],
  ['bound to a transit router', bound, {}, NOT_NOW],
  ['bound to a transit router', bound, { deleteAttached: 'incorrect-status' }, REFUSED],
  ['bound to a transit router', bound, { deleteAttached: 'configuring' }, BUSY],
  ['bound to a transit router', bound, { deleteAttached: 'success-false' }, '200 false'],
  ['bound, and overdue', { ...bound, State: 'financialLocked' }, {}, NOT_NOW],
  ['bound, without a state', { ...bound, State: null }, {}, NOT_NOW],
  ['attached, though bound to nothing', { State: 'attached' }, {}, NOT_NOW],
  ['being attached', { ...bound, State: 'attaching' }, {}, NOT_NOW],
  ['being detached', { ...bound, State: 'detaching' }, {}, NOT_NOW],
  ['being detached', { ...bound, State: 'detaching' }, { deleteChanging: 'configuring' }, BUSY],
  ['being updated', { ...bound, State: 'updating' }, {}, NOT_NOW],
  ['being upgraded', { ...bound, State: 'upgrading' }, {}, NOT_NOW],
  ['being provisioned', { State: 'provisioning' }, {}, NOT_NOW],
  ['in a state that nobody knows', { State: 'hibernating' }, {}, NOT_NOW],
  ['a VPN gateway’s', { VpnGatewayId: 'vpn-1' }, {}, GONE],
  ['a VPN gateway’s', { VpnGatewayId: 'vpn-1' }, { deleteVpnGateway: 'refused' }, REFUSED],
  ['an old one without AttachType', { AttachType: null, State: null }, {}, GONE],
  ['overdue', { State: 'financialLocked' }, {}, '400 VpnConnection.FinancialLocked'],
  ['overdue', { State: 'financialLocked' }, { deleteFinancialLocked: 'success' }, '200 true'],
  ['deleted already', { State: 'deleted' }, {}, GONE],
  ['deleted already', { State: 'deleted' }, { deleteUnknown: 'success' }, '200 true'],
  ['another region’s', { regionId: 'cn-hangzhou' }, {}, GONE],
  ['another account’s', { accountId: B }, {}, GONE],
  ['another account’s', { accountId: B }, { deleteUnknown: 'success' }, '200 true'],
];

const outcome = (status: number, body: Record<string, unknown>): string =>
  `${status} ${status === 200 ? body.Success : body.Code}`;

test.each(TABLE)('%s (%j) with %j: %s', async (_what, item, behaviours, expected) => {
  const { vpc, emulator } = aCloud(aConnection(item), { behaviours });
  const before = structuredClone(emulator.estate.vpnConnections);
  const { status, body } = await vpc('DeleteVpnAttachment', ID);
  expect(outcome(status, body)).toBe(expected);
  const isDeleted = expected === '200 true' && item.State !== 'deleted' && item.accountId === undefined;
  expect(emulator.calls[0]?.effect ?? false).toBe(isDeleted);
  if (!isDeleted) {
    expect(emulator.estate.vpnConnections).toEqual(before);
  }
});

test('an unknown id is not found, an unknown region is, and both ids are needed', async () => {
  const { vpc } = aCloud(aConnection());
  const go = async (params: Record<string, string>) => (await vpc('DeleteVpnAttachment', params)).code;
  expect(await go({ ...ID, VpnConnectionId: 'vco-2' })).toBe('InvalidVpnConnectionInstanceId.NotFound');
  expect(await go({ ...ID, RegionId: 'mars-1' })).toBe('InvalidRegionId.NotFound');
  expect(await go({ ...ID, RegionId: 'cn-fuzhou' })).toBe('InvalidRegionId.NotFound');
  expect(await go({ VpnConnectionId: 'vco-1' })).toBe('MissingRegionId');
  expect(await go({ RegionId: REGION })).toBe('MissingVpnConnectionId');
});

describe('the reply', () => {
  const xml =
    /^<\?xml version='1\.0' encoding='UTF-8'\?><DeleteVpnAttachmentResponse><RequestId>[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}<\/RequestId><Code>200<\/Code><Success>true<\/Success><Message>successful<\/Message><\/DeleteVpnAttachmentResponse>$/;

  test.each([
    ['without Format', undefined],
    ['with Format XML', 'XML'],
  ])('%s is XML, as documented', async (_name, Format) => {
    const { emulator } = aCloud(aConnection());
    const reply = await emulator.handle(v1('DeleteVpnAttachment', ID, { common: { Format } }));
    expect(reply).toMatchObject({ status: 200, headers: { 'content-type': 'text/xml;charset=utf-8' } });
    expect(reply === 'reset' ? '' : reply.body).toMatch(xml);
  });

  test.each([
    ['v1 with Format JSON', v1('DeleteVpnAttachment', ID)],
    ['v3', v3('DeleteVpnAttachment', ID)],
  ])('%s is the JSON twin', async (_name, request) => {
    const { emulator } = aCloud(aConnection());
    const { body } = await send(emulator, request);
    expect(body).toEqual({
      RequestId: expect.stringMatching(/^[0-9A-F-]{36}$/),
      Code: '200',
      Success: true,
      Message: 'successful',
    });
  });
});

describe('after an accepted delete', () => {
  const read = async (cloud: ReturnType<typeof aCloud>) => {
    const { status, body } = await cloud.vpc('DescribeVpnConnection', ID);
    return status === 200 ? String(body.State) : String(status);
  };
  const deleted = async (behaviours: Partial<Behaviours>, seed = 1) => {
    const cloud = aCloud(aConnection(), { behaviours, seed });
    await cloud.vpc('DeleteVpnAttachment', ID);
    return cloud;
  };

  test.each([0, 1, 3])('%i more reads show it, then it is not found', async (deleteReads) => {
    const cloud = await deleted({ deleteReads });
    const seen: string[] = [];
    for (let reads = 0; reads <= deleteReads; reads++) {
      seen.push(await read(cloud));
    }
    expect(seen).toEqual([...Array<string>(deleteReads).fill('init'), '404']);
    expect(cloud.emulator.estate.vpnConnections).toEqual([]);
  });

  test('the usual number of reads comes from the seed: 0 to 3', async () => {
    const counts = new Set<number>();
    for (let seed = 1; seed <= 40; seed++) {
      const cloud = await deleted({ deleteReads: 'random' }, seed);
      let count = 0;
      while ((await read(cloud)) !== '404') {
        count += 1;
      }
      counts.add(count);
    }
    expect([...counts].sort()).toEqual([0, 1, 2, 3]);
  });

  test('State can be `deleted` for a while', async () => {
    const cloud = await deleted({ deleteReads: 1, deletedStateReads: 2 });
    expect([await read(cloud), await read(cloud), await read(cloud), await read(cloud)]).toEqual([
      'init',
      'deleted',
      'deleted',
      '404',
    ]);
  });

  test('reads of a list count as well, and it leaves the list', async () => {
    const cloud = await deleted({ deleteReads: 1 });
    const listed = async () =>
      rows((await cloud.vpc('DescribeVpnConnections', ID)).body, 'VpnConnections', 'VpnConnection').length;
    expect([await listed(), await listed()]).toEqual([1, 0]);
  });

  test('time ends it as well', async () => {
    const cloud = await deleted({ deleteReads: 3, deleteMs: 60_000 });
    cloud.clock.ms += 60_000;
    expect(await read(cloud)).toBe('404');
  });

  test('a second delete does not find it', async () => {
    const cloud = await deleted({ deleteReads: 3 });
    expect((await cloud.vpc('DeleteVpnAttachment', ID)).status).toBe(404);
  });
});

describe('ClientToken', () => {
  const withToken = (ClientToken: string, more = {}) => ({ ...ID, ClientToken, ...more });

  test('the same request with the same token gets the same reply, even when nothing is left', async () => {
    const { vpc, emulator } = aCloud(aConnection());
    const first = await vpc('DeleteVpnAttachment', withToken('t'));
    await vpc('DescribeVpnConnection', ID);
    expect(await vpc('DeleteVpnAttachment', withToken('t'))).toEqual(first);
    expect((await vpc('DeleteVpnAttachment', withToken('other'))).status).toBe(404);
    expect(emulator.calls.map((call) => call.effect)).toEqual([true, undefined, undefined, undefined]);
  });

  test('a refusal is repeated as well, because it has used up its token', async () => {
    const { vpc, emulator } = aCloud(aConnection(bound));
    const first = await vpc('DeleteVpnAttachment', withToken('t'));
    Object.assign(emulator.estate.vpnConnections[0] ?? {}, { AttachType: 'NO_ASSOCIATED', State: 'init' });
    expect(await vpc('DeleteVpnAttachment', withToken('t'))).toEqual(first);
    expect((await vpc('DeleteVpnAttachment', withToken('fresh'))).code).toBe('OK');
  });

  test('the same token for another connection is a mismatch', async () => {
    const { vpc } = aCloud(aConnection());
    await vpc('DeleteVpnAttachment', withToken('t'));
    const reply = await vpc('DeleteVpnAttachment', withToken('t', { VpnConnectionId: 'vco-2' }));
    expect(reply).toMatchObject({ status: 400, code: 'IdempotentParameterMismatch' });
  });

  test('a token is forgotten after a day, and is another account’s own', async () => {
    const { vpc, clock } = aCloud({ vpnConnections: [{ VpnConnectionId: 'vco-1' }] });
    await vpc('DeleteVpnAttachment', withToken('t'));
    expect((await vpc('DeleteVpnAttachment', withToken('t'), B)).status).toBe(404);
    clock.ms += 24 * 60 * 60 * 1000 + 1;
    expect((await vpc('DeleteVpnAttachment', withToken('t'))).status).toBe(404);
  });
});

test('a key that lacks the permission is refused, and nothing happens', async () => {
  const { emulator } = aCloud({
    ...aConnection(),
    accounts: [{ accountId: A, keys: [{ ...KEY, deny: ['vpc:Delete*'] }] }],
  });
  expect(await send(emulator, v1('DeleteVpnAttachment', ID))).toMatchObject({ status: 403, code: 'Forbidden.RAM' });
  expect(await send(emulator, v1('DescribeVpnConnection', ID))).toMatchObject({ code: 'OK' });
});
