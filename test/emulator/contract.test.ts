import { $OpenApiUtil } from '@alicloud/openapi-core';
import RPCClient from '@alicloud/pop-core';
import VpcClient, * as vpcModel from '@alicloud/vpc20160428';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { RunningEmulator } from '../../lib/emulator/emulator-types.ts';
import { defineEstate } from '../../lib/emulator/estate/parse-estate.ts';
import { startEmulator } from '../../lib/emulator/start-emulator.ts';
import { A, B, CBN, REGION, STS, VPC } from './emulator-support.ts';

/** Official clients, unchanged, pointed at the emulator. A call that works here works in the cloud. */

let emulator: RunningEmulator;
const started: RunningEmulator[] = [];

type Key = { accessKeyId: string; accessKeySecret: string; securityToken?: string };

beforeEach(async () => {
  const estate = defineEstate({
    regions: [{ RegionId: REGION }],
    accounts: [
      { accountId: A, keys: [{ accessKeyId: 'test-id', accessKeySecret: 'test-secret' }] },
      { accountId: B, roles: [{ name: 'sweeper', trusted: [A] }] },
    ],
    vpnConnections: [
      { VpnConnectionId: 'vco-orphan', tags: { env: 'test' }, TunnelOptions: [{}, {}] },
      { VpnConnectionId: 'vco-bound', TransitRouterId: 'tr-1' },
      { VpnConnectionId: 'vco-b', accountId: B },
    ],
  });
  emulator = await startEmulator({ estate, behaviours: { deleteReads: 0, detachPolls: 1, detachSecondPolls: 0 } });
  started.push(emulator);
});

afterAll(async () => {
  await Promise.all(started.map((running) => running.close()));
});

describe('@alicloud/vpc20160428 (signature v3)', () => {
  const client = (key: Key = emulator) =>
    new VpcClient(
      new $OpenApiUtil.Config({
        accessKeyId: key.accessKeyId,
        accessKeySecret: key.accessKeySecret,
        ...(key.securityToken && { securityToken: key.securityToken }),
        endpoint: new URL(emulator.url).host,
        protocol: 'http',
        regionId: REGION,
      }),
    );
  const one = { regionId: REGION, vpnConnectionId: 'vco-orphan' };

  test('lists, describes, tags and deletes', async () => {
    const vpc = client();
    const list = await vpc.describeVpnConnections(
      new vpcModel.DescribeVpnConnectionsRequest({ regionId: REGION, pageSize: 50 }),
    );
    expect(list.statusCode).toBe(200);
    expect(list.body?.totalCount).toBe(2);
    const items = list.body?.vpnConnections?.vpnConnection ?? [];
    expect(items.map((item) => [item.vpnConnectionId, item.attachType, item.state])).toEqual([
      ['vco-bound', 'CEN', 'attached'],
      ['vco-orphan', 'NO_ASSOCIATED', 'init'],
    ]);
    expect(items[1]?.tag?.tag).toMatchObject([{ key: 'env', value: 'test' }]);
    expect(items[1]?.tunnelOptionsSpecification?.tunnelOptions?.map((tunnel) => tunnel.role)).toEqual([
      'master',
      'slave',
    ]);

    const described = await vpc.describeVpnConnection(new vpcModel.DescribeVpnConnectionRequest(one));
    expect(described.body).toMatchObject({ state: 'init', createTime: expect.any(Number) });

    const resource = { regionId: REGION, resourceType: 'VPNATTACHMENT', resourceId: ['vco-orphan'] };
    const tag = [new vpcModel.TagResourcesRequestTag({ key: "it's (100%) ~ * done", value: 'ü' })];
    await vpc.tagResources(new vpcModel.TagResourcesRequest({ ...resource, tag }));
    const tags = await vpc.listTagResources(new vpcModel.ListTagResourcesRequest(resource));
    expect(tags.body?.tagResources?.tagResource).toMatchObject([
      { tagKey: 'env' },
      { tagKey: "it's (100%) ~ * done", tagValue: 'ü' },
    ]);
    await vpc.unTagResources(new vpcModel.UnTagResourcesRequest({ ...resource, tagKey: ['env'] }));
    expect(Object.keys(emulator.estate.vpnConnections[0]?.tags ?? {})).toEqual(["it's (100%) ~ * done"]);

    const deleted = await vpc.deleteVpnAttachment(
      new vpcModel.DeleteVpnAttachmentRequest({ ...one, clientToken: 'once' }),
    );
    expect(deleted.body).toMatchObject({ code: '200', success: true, message: 'successful' });
    await expect(vpc.describeVpnConnection(new vpcModel.DescribeVpnConnectionRequest(one))).rejects.toMatchObject({
      code: 'InvalidVpnConnectionInstanceId.NotFound',
      statusCode: 404,
    });
  });

  test('reads attachments, customer gateways and regions', async () => {
    const vpc = client();
    const attachments = await vpc.describeVpnAttachments(
      new vpcModel.DescribeVpnAttachmentsRequest({ regionId: REGION }),
    );
    expect(attachments.body?.vpnAttachments).toMatchObject([{ instanceId: 'vco-bound', transitRouterId: 'tr-1' }]);
    const gateways = await vpc.describeCustomerGateways(
      new vpcModel.DescribeCustomerGatewaysRequest({ regionId: REGION }),
    );
    expect(gateways.body?.totalCount).toBe(0);
    const regions = await vpc.describeRegions(new vpcModel.DescribeRegionsRequest({}));
    expect(regions.body?.regions?.region?.map((region) => region.regionId)).toEqual([REGION]);
  });

  test('acts with temporary credentials', async () => {
    const params = { RoleArn: `acs:ram::${B}:role/sweeper`, RoleSessionName: 'test' };
    const { body } = await emulator.call({ accountId: A, version: STS, action: 'AssumeRole', params });
    const { AccessKeyId, AccessKeySecret, SecurityToken } = Object(body.Credentials);
    const key = { accessKeyId: AccessKeyId, accessKeySecret: AccessKeySecret, securityToken: SecurityToken };
    const request = new vpcModel.DescribeVpnConnectionsRequest({ regionId: REGION });
    expect((await client(key).describeVpnConnections(request)).body?.totalCount).toBe(1);
    await expect(client({ ...key, securityToken: '' }).describeVpnConnections(request)).rejects.toMatchObject({
      code: 'MissingSecurityToken',
    });
  });

  test('recognises a refusal as its own kind of error', async () => {
    emulator.setFaults([{ fault: { kind: 'throttle', retryAfterMs: 7 } }]);
    await expect(client().deleteVpnAttachment(new vpcModel.DeleteVpnAttachmentRequest(one))).rejects.toMatchObject({
      name: 'ThrottlingError',
      code: 'Throttling.User',
      retryAfter: 7,
    });
  });
});

describe.each(['GET', 'POST'])('@alicloud/pop-core (signature v1, %s)', (method) => {
  type Reply = Record<string, unknown>;
  function caller(apiVersion: string, key: Key = emulator) {
    const { accessKeyId, accessKeySecret, securityToken } = key;
    const client = new RPCClient({
      endpoint: emulator.url,
      apiVersion,
      accessKeyId,
      accessKeySecret,
      ...(securityToken && { securityToken }),
    });
    return (action: string, params: object = {}) => client.request<Reply>(action, params, { method });
  }
  const one = { RegionId: REGION, VpnConnectionId: 'vco-orphan' };

  test('lists, describes, tags and deletes', async () => {
    const vpc = caller(VPC);
    expect(await vpc('DescribeVpnConnections', { RegionId: REGION, PageSize: 50 })).toMatchObject({ TotalCount: 2 });
    expect(await vpc('DescribeVpnConnection', one)).toMatchObject({ State: 'init' });
    const resource = { RegionId: REGION, ResourceType: 'VPNATTACHMENT', ResourceId: ['vco-orphan'] };
    await vpc('TagResources', { ...resource, Tag: [{ Key: "it's (100%) ~ * done", Value: 'ü' }] });
    await vpc('UnTagResources', { ...resource, TagKey: ['env'] });
    expect(await vpc('ListTagResources', resource)).toMatchObject({
      TagResources: { TagResource: [{ TagKey: "it's (100%) ~ * done", TagValue: 'ü' }] },
    });
    expect(await vpc('DeleteVpnAttachment', one)).toMatchObject({ Code: '200', Success: true });
    await expect(vpc('DescribeVpnConnection', one)).rejects.toMatchObject({
      code: 'InvalidVpnConnectionInstanceId.NotFound',
    });
  });

  test('detaches, and then deletes', async () => {
    const cbn = caller(CBN);
    const vpc = caller(VPC);
    const bound = { RegionId: REGION, VpnConnectionId: 'vco-bound' };
    await expect(vpc('DeleteVpnAttachment', bound)).rejects.toMatchObject({ code: 'Vco.StatusNotSupport' });
    await cbn('DeleteTransitRouterVpnAttachment', { TransitRouterAttachmentId: 'tr-attach-bound' });
    expect(await cbn('ListTransitRouterVpnAttachments', { TransitRouterId: 'tr-1' })).toMatchObject({
      TransitRouterAttachments: [{ Status: 'Detaching' }],
    });
    expect(await cbn('ListTransitRouterVpnAttachments', { TransitRouterId: 'tr-1' })).toMatchObject({
      TransitRouterAttachments: [],
    });
    expect(await vpc('DeleteVpnAttachment', bound)).toMatchObject({ Success: true });
  });

  test('acts in another account through a role', async () => {
    const reply = await caller(STS)('AssumeRole', { RoleArn: `acs:ram::${B}:role/sweeper`, RoleSessionName: 'test' });
    const { AccessKeyId, AccessKeySecret, SecurityToken } = Object(reply.Credentials);
    const key = { accessKeyId: AccessKeyId, accessKeySecret: AccessKeySecret, securityToken: SecurityToken };
    expect(await caller(STS, key)('GetCallerIdentity')).toMatchObject({
      AccountId: B,
      IdentityType: 'AssumedRoleUser',
    });
    expect(await caller(VPC, key)('DescribeVpnConnections', { RegionId: REGION })).toMatchObject({ TotalCount: 1 });
  });

  test('takes a web page for an error without a code', async () => {
    emulator.setFaults([{ fault: { kind: 'html', status: 502 } }]);
    const failed = await caller(VPC)('DescribeVpnConnections', { RegionId: REGION }).catch((error: unknown) => error);
    expect(failed).toBeDefined();
    expect(failed).not.toHaveProperty('code');
  });
});
