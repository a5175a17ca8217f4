import { describe, expect, test } from 'vitest';
import { aCloud, at, B, REGION, rows } from '../emulator-support.ts';

const base = { RegionId: REGION, ResourceType: 'VPNATTACHMENT' };
const one = { ...base, 'ResourceId.1': 'vco-1' };
const tag = (key: string, value?: string, at = 1) => ({
  [`Tag.${at}.Key`]: key,
  ...(value !== undefined && { [`Tag.${at}.Value`]: value }),
});

const aTagged = (tags: Record<string, string> = {}) =>
  aCloud({
    vpnConnections: [
      { VpnConnectionId: 'vco-1', tags },
      { VpnConnectionId: 'vco-2', tags: { env: 'prod' } },
      { VpnConnectionId: 'vco-gw', VpnGatewayId: 'vpn-1' },
    ],
    customerGateways: [{ CustomerGatewayId: 'cgw-1' }],
  });

test('tags are added and overwritten, on several resources at once', async () => {
  const { vpc, emulator } = aTagged({ env: 'test', owner: 'a' });
  const reply = await vpc('TagResources', {
    ...one,
    'ResourceId.2': 'vco-2',
    ...tag('env', 'new'),
    ...tag('empty', undefined, 2),
  });
  expect(reply.body).toEqual({ RequestId: expect.any(String) });
  expect(emulator.estate.vpnConnections.map((row) => row.tags)).toEqual([
    { env: 'new', owner: 'a', empty: '' },
    { env: 'new', empty: '' },
    {},
  ]);
});

test('keys are removed, and a key that was never present is no error', async () => {
  const { vpc, emulator } = aTagged({ env: 'test', owner: 'a' });
  expect((await vpc('UnTagResources', { ...one, 'TagKey.1': 'env', 'TagKey.2': 'nothing' })).code).toBe('OK');
  expect(emulator.estate.vpnConnections[0]?.tags).toEqual({ owner: 'a' });
  expect((await vpc('UnTagResources', one)).code).toBe('MissingTagKey');
  expect((await vpc('UnTagResources', { ...one, All: 'true' })).code).toBe('OK');
  expect(emulator.estate.vpnConnections[0]?.tags).toEqual({});
});

test('a resource that does not exist refuses the whole call, unless the switch says otherwise', async () => {
  const { vpc, emulator } = aTagged();
  const params = { ...one, 'ResourceId.2': 'vco-none', ...tag('a', 'b') };
  expect(await vpc('TagResources', params)).toMatchObject({ status: 400, code: 'InvalidInstanceIds.NotFound' });
  expect(emulator.estate.vpnConnections[0]?.tags).toEqual({});
  emulator.setBehaviours({ tagUnknownResource: 'ignored' });
  expect((await vpc('TagResources', params)).code).toBe('OK');
  expect(emulator.estate.vpnConnections[0]?.tags).toEqual({ a: 'b' });
});

test('the type decides the possible ids, in any letter case', async () => {
  const { vpc } = aTagged();
  const go = async (ResourceType: string, id: string) =>
    (await vpc('TagResources', { RegionId: REGION, ResourceType, 'ResourceId.1': id, ...tag('a') })).code;
  expect(await go('VpnAttachment', 'vco-1')).toBe('OK');
  expect(await go('VPNCONNECTION', 'vco-1')).toBe('InvalidInstanceIds.NotFound');
  expect(await go('VPNCONNECTION', 'vco-gw')).toBe('OK');
  expect(await go('VPNATTACHMENT', 'vco-gw')).toBe('InvalidInstanceIds.NotFound');
  expect(await go('CUSTOMERGATEWAY', 'cgw-1')).toBe('OK');
  expect(await go('ROUTER', 'vco-1')).toBe('InvalidInstanceType.NotFound');
});

const numbered = (count: number, name: (at: number) => string, value: (at: number) => string) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [name(index + 1), value(index + 1)]));

test('limits: twenty resources, twenty tags in a call and on a resource, and the form of a key', async () => {
  const { vpc, emulator } = aTagged(
    numbered(
      19,
      (n) => `k${n}`,
      () => 'v',
    ),
  );
  const go = async (params: Record<string, string>) => (await vpc('TagResources', params)).code;
  const resources = numbered(
    21,
    (n) => `ResourceId.${n}`,
    (n) => `vco-${n}`,
  );
  const tags = numbered(
    21,
    (n) => `Tag.${n}.Key`,
    (n) => `t${n}`,
  );
  expect(await go({ ...base, ...resources, ...tag('a') })).toBe('SizeLimitExceeded.ResourceId');
  expect((await vpc('ListTagResources', { ...base, ...resources })).code).toBe('SizeLimitExceeded.ResourceId');
  emulator.setBehaviours({ tagResourceMax: 50 });
  expect(await go({ ...base, ...resources, ...tag('a') })).toBe('InvalidInstanceIds.NotFound');
  expect((await vpc('ListTagResources', { ...base, ...resources })).code).toBe('OK');
  expect(await go({ ...one, ...tags })).toBe('SizeLimitExceeded.TagNum');
  expect(await go({ ...one, ...tag('x'), ...tag('y', '', 2) })).toBe('QuotaExceeded.TagNum');
  emulator.setBehaviours({ tooManyTagsCode: 'NumberExceed.Tags' });
  expect(await go({ ...one, ...tag('x'), ...tag('y', '', 2) })).toBe('NumberExceed.Tags');
  expect(await go({ ...one, ...tag('x'), ...tag('x', 'z', 2) })).toBe('Forbidden.TagKey.Duplicated');
  expect(await go({ ...one, ...tag('x') })).toBe('OK');
  for (const key of ['aliyun-x', 'acs:x', 'see http://x', 'k'.repeat(129)]) {
    expect(await go({ ...one, ...tag(key) })).toBe('InvalidTagKey');
  }
  expect(await go({ ...one, ...tag('k1', 'v'.repeat(129)) })).toBe('InvalidTagValue');
  expect(await go(one)).toBe('MissingTag');
  expect(await go({ ...base, ...tag('a') })).toBe('MissingResourceId');
});

test('listing has a row for each tag of each resource, and pages by token', async () => {
  const { vpc } = aTagged({ a: '1', b: '2', c: '3' });
  const page = async (more: Record<string, string>) =>
    (await vpc('ListTagResources', { ...one, MaxResults: '2', ...more })).body;
  const first = await page({});
  expect(at(first, 'TagResources', 'TagResource')).toEqual([
    { ResourceId: 'vco-1', ResourceType: 'VPNATTACHMENT', TagKey: 'a', TagValue: '1' },
    { ResourceId: 'vco-1', ResourceType: 'VPNATTACHMENT', TagKey: 'b', TagValue: '2' },
  ]);
  const second = await page({ NextToken: String(first.NextToken) });
  expect(second).toMatchObject({ NextToken: '', TagResources: { TagResource: [{ TagKey: 'c' }] } });
  expect((await vpc('ListTagResources', { ...one, NextToken: 'bogus' })).code).toBe('IllegalParam.NextToken');
});

test('listing asks for resources or tags', async () => {
  const { vpc } = aTagged({ env: 'test' });
  const find = async (params: Record<string, string>) =>
    rows((await vpc('ListTagResources', { ...base, ...params })).body, 'TagResources', 'TagResource').map(
      (row) => row.ResourceId,
    );
  expect((await vpc('ListTagResources', base)).code).toBe('MissingResourceId');
  expect(await find(tag('env'))).toEqual(['vco-1', 'vco-2']);
  expect(await find(tag('env', 'prod'))).toEqual(['vco-2']);
  expect(await find({ 'ResourceId.1': 'vco-none' })).toEqual([]);
});

test('another account’s connection cannot be tagged', async () => {
  const { vpc } = aTagged();
  expect((await vpc('TagResources', { ...one, ...tag('a') }, B)).code).toBe('InvalidInstanceIds.NotFound');
});

describe('reads that lag behind tag writes', () => {
  const aLagging = () => {
    const cloud = aCloud(
      { vpnConnections: [{ VpnConnectionId: 'vco-1', tags: { env: 'test' } }, { VpnConnectionId: 'vco-2' }] },
      { behaviours: { tagReadLagMs: 2_000 } },
    );
    const listed = async (id: string) => {
      const { body } = await cloud.vpc('ListTagResources', { ...base, 'ResourceId.1': id });
      const found = rows(body, 'TagResources', 'TagResource');
      return Object.fromEntries(found.map(({ TagKey, TagValue }) => [String(TagKey), TagValue]));
    };
    return { ...cloud, listed };
  };

  test('every reply with tags shows the old tags until the time is over, for each connection by itself', async () => {
    const { vpc, clock, listed } = aLagging();
    await vpc('TagResources', { ...one, ...tag('env', 'prod'), ...tag('new', 'x', 2) });
    clock.ms += 1_500;
    await vpc('TagResources', { ...base, 'ResourceId.1': 'vco-2', ...tag('late', 'y') });
    await vpc('UnTagResources', { ...one, 'TagKey.1': 'new' });
    expect([await listed('vco-1'), await listed('vco-2')]).toEqual([{ env: 'test' }, {}]);
    const single = await vpc('DescribeVpnConnection', { RegionId: REGION, VpnConnectionId: 'vco-1' });
    expect(at(single.body, 'Tags', 'Tag')).toEqual([{ Key: 'env', Value: 'test' }]);
    const all = await vpc('DescribeVpnConnections', { RegionId: REGION, 'Tag.1.Key': 'env', 'Tag.1.Value': 'test' });
    expect(at(all.body, 'VpnConnections', 'VpnConnection', 0, 'Tag', 'Tag')).toEqual([{ Key: 'env', Value: 'test' }]);
    clock.ms += 500;
    expect([await listed('vco-1'), await listed('vco-2')]).toEqual([{ env: 'prod', new: 'x' }, {}]);
    clock.ms += 1_500;
    expect([await listed('vco-1'), await listed('vco-2')]).toEqual([{ env: 'prod' }, { late: 'y' }]);
  });

  test('a write without effect leaves nothing to lag behind, and a person’s change shows at once', async () => {
    const { vpc, emulator, clock, listed } = aLagging();
    emulator.setFaults([{ action: 'TagResources', fault: { kind: 'no-effect' } }]);
    await vpc('TagResources', { ...one, ...tag('env', 'prod') });
    const [row] = emulator.estate.vpnConnections;
    if (row) {
      row.tags = { ...row.tags, 'vco-sweeper:keep': 'yes' };
    }
    expect(await listed('vco-1')).toEqual({ env: 'test', 'vco-sweeper:keep': 'yes' });
    clock.ms += 2_000;
    expect(await listed('vco-1')).toEqual({ env: 'test', 'vco-sweeper:keep': 'yes' });
  });
});
