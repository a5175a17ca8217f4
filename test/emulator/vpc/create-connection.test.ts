import { describe, expect, test } from 'vitest';
import type { EstateFile } from '../../../lib/emulator/estate/estate-schema.ts';
import { A, aCloud, at, B, REGION } from '../emulator-support.ts';

const estate: EstateFile = {
  customerGateways: [{ CustomerGatewayId: 'cgw-1' }, { CustomerGatewayId: 'cgw-b', accountId: B }],
};
const params = {
  RegionId: REGION,
  LocalSubnet: '10.0.0.0/8',
  RemoteSubnet: '192.168.0.0/16',
  Name: 'new',
  CustomerGatewayId: 'cgw-1',
};

describe('CreateVpnAttachment', () => {
  test('makes a connection that is bound to nothing, with a key of its own', async () => {
    const { vpc, clock } = aCloud(estate);
    const { body } = await vpc('CreateVpnAttachment', {
      ...params,
      IkeConfig: JSON.stringify({ IkeVersion: 'ikev2', LocalId: 'here' }),
      'Tags.1.Key': 'env',
      'Tags.1.Value': 'test',
    });
    expect(body).toMatchObject({
      VpnConnectionId: expect.stringMatching(/^vco-[0-9a-z]{21}$/),
      Name: 'new',
      CreateTime: clock.ms,
      Code: '200',
      Success: true,
    });
    const found = await vpc('DescribeVpnConnection', {
      RegionId: REGION,
      VpnConnectionId: String(body.VpnConnectionId),
    });
    expect(found.body).toMatchObject({
      State: 'init',
      AttachType: 'NO_ASSOCIATED',
      CustomerGatewayId: 'cgw-1',
      LocalSubnet: '10.0.0.0/8',
      IkeConfig: { IkeVersion: 'ikev2', LocalId: 'here', Psk: expect.stringMatching(/^canary-psk-/) },
      Tags: { Tag: [{ Key: 'env', Value: 'test' }] },
    });
  });

  test('two tunnels have two gateways and two keys', async () => {
    const { vpc } = aCloud(estate);
    const { CustomerGatewayId: _single, ...dual } = params;
    const tunnel = (n: number) => ({
      [`TunnelOptionsSpecification.${n}.CustomerGatewayId`]: 'cgw-1',
      [`TunnelOptionsSpecification.${n}.TunnelIndex`]: String(n),
    });
    const one = await vpc('CreateVpnAttachment', { ...dual, ...tunnel(1) });
    expect(one).toMatchObject({ status: 400, code: 'InvalidParameter' });
    const { body } = await vpc('CreateVpnAttachment', {
      ...dual,
      ...tunnel(1),
      ...tunnel(2),
      'TunnelOptionsSpecification.1.TunnelIkeConfig.Psk': 'mine',
    });
    const found = await vpc('DescribeVpnConnection', {
      RegionId: REGION,
      VpnConnectionId: String(body.VpnConnectionId),
    });
    expect(at(found.body, 'TunnelOptionsSpecification', 'TunnelOptions')).toMatchObject([
      { TunnelIndex: 1, Role: 'master', EnableDpd: 'true', TunnelIkeConfig: { Psk: 'mine' } },
      { TunnelIndex: 2, Role: 'slave', TunnelIkeConfig: { Psk: expect.stringMatching(/^canary-psk-/) } },
    ]);
  });

  test('the same token makes a single connection', async () => {
    const { vpc, emulator } = aCloud(estate);
    const first = await vpc('CreateVpnAttachment', { ...params, ClientToken: 't' });
    expect(await vpc('CreateVpnAttachment', { ...params, ClientToken: 't' })).toEqual(first);
    expect(emulator.estate.vpnConnections).toHaveLength(1);
  });

  test('it can take a while to be provisioned', async () => {
    const { vpc } = aCloud(estate, { behaviours: { createPolls: 1 } });
    const { body } = await vpc('CreateVpnAttachment', params);
    const state = async () =>
      (await vpc('DescribeVpnConnection', { RegionId: REGION, VpnConnectionId: String(body.VpnConnectionId) })).body
        .State;
    expect([await state(), await state()]).toEqual(['provisioning', 'init']);
  });

  test.each([
    [{ DryRun: 'true' }, 'DryRunOperation'],
    [{ CustomerGatewayId: 'cgw-9' }, 'InvalidCustomerGatewayInstanceId.NotFound'],
    [{ CustomerGatewayId: 'cgw-b' }, 'InvalidCustomerGatewayInstanceId.NotFound'],
    [{ LocalSubnet: '' }, 'MissingLocalSubnet'],
    [{ IkeConfig: '{' }, 'InvalidParameter'],
    [{ IpsecConfig: '[]' }, 'InvalidParameter'],
  ])('%j: %s, and nothing is made', async (change, code) => {
    const { vpc, emulator } = aCloud(estate);
    expect((await vpc('CreateVpnAttachment', { ...params, ...change } as Record<string, string>)).code).toBe(code);
    expect(emulator.estate.vpnConnections).toEqual([]);
  });
});

describe('AssumeRole and GetCallerIdentity', () => {
  const roles: EstateFile = {
    accounts: [
      {
        accountId: A,
        keys: [
          { accessKeyId: 'root', accessKeySecret: 's', root: true },
          { accessKeyId: 'limited', accessKeySecret: 's', allow: ['vpc:*'] },
          { accessKeyId: 'bob', accessKeySecret: 's', user: 'bob' },
        ],
      },
      {
        accountId: B,
        roles: [
          { name: 'open', trusted: ['*'] },
          { name: 'ours', trusted: [A] },
          { name: 'closed', trusted: [B] },
          { name: 'long', trusted: [A], maxSessionSeconds: 43_200 },
        ],
      },
    ],
  };
  const role = (name: string) => ({ RoleArn: `acs:ram::${B}:role/${name}`, RoleSessionName: 'session' });

  test.each<[Record<string, string>, string]>([
    [role('open'), 'OK'],
    [role('ours'), 'OK'],
    [role('closed'), 'NoPermission'],
    [role('none'), 'EntityNotExist.Role'],
    [{ ...role('open'), RoleArn: 'acs:ram::x:role/open' }, 'InvalidParameter.RoleArn'],
    [{ ...role('open'), RoleSessionName: 'no spaces' }, 'InvalidParameter.RoleSessionName'],
    [{ ...role('open'), DurationSeconds: '899' }, 'InvalidParameter.DurationSeconds'],
    [{ ...role('open'), DurationSeconds: '3601' }, 'InvalidParameter.DurationSeconds'],
    [{ ...role('long'), DurationSeconds: '43200' }, 'OK'],
    [{ RoleSessionName: 'session' }, 'MissingRoleArn'],
  ])('%j: %s', async (params, code) => {
    expect((await aCloud(roles).sts('AssumeRole', params)).code).toBe(code);
  });

  test('the credentials say when they end', async () => {
    const { body } = await aCloud(roles).sts('AssumeRole', role('open'));
    expect(body).toMatchObject({
      AssumedRoleUser: { Arn: `acs:ram::${B}:role/open/session`, AssumedRoleId: expect.stringMatching(/:session$/) },
      Credentials: {
        AccessKeyId: expect.stringMatching(/^STS\./),
        Expiration: '2026-01-02T04:04:05Z',
        SecurityToken: expect.any(String),
      },
    });
  });

  test('neither the account’s own key nor a key without permission may assume a role', async () => {
    const { emulator } = aCloud(roles);
    for (const accessKeyId of ['root', 'limited']) {
      const reply = await emulator.call({
        accountId: A,
        version: '2015-04-01',
        action: 'AssumeRole',
        params: role('open'),
        accessKeyId,
      });
      expect(reply).toMatchObject({ status: 403, body: { Code: 'NoPermission' } });
    }
  });

  test.each([
    [{ accessKeyId: 'root' }, { IdentityType: 'Account', Arn: `acs:ram::${A}:root` }],
    [{ accessKeyId: 'limited' }, { IdentityType: 'RAMUser', Arn: `acs:ram::${A}:user/emulator` }],
    [{ accessKeyId: 'bob' }, { IdentityType: 'RAMUser', Arn: `acs:ram::${A}:user/bob` }],
  ])('%j learns its identity', async (as, expected) => {
    const { body } = await aCloud(roles).emulator.call({
      accountId: A,
      version: '2015-04-01',
      action: 'GetCallerIdentity',
      params: {},
      ...as,
    });
    expect(body).toMatchObject({ AccountId: A, ...expected });
  });

  test('a role learns its identity, and is restricted to its permissions', async () => {
    const estate: EstateFile = {
      accounts: [{ accountId: A, roles: [{ name: 'reader', trusted: [A], allow: ['vpc:Describe*'] }] }],
    };
    const { emulator } = aCloud(estate);
    const go = (version: string, action: string) =>
      emulator.call({ accountId: A, version, action, params: { RegionId: REGION }, role: 'reader' });
    expect((await go('2015-04-01', 'GetCallerIdentity')).body).toMatchObject({
      IdentityType: 'AssumedRoleUser',
      Arn: `acs:ram::${A}:assumed-role/reader/emulator`,
      RoleId: expect.any(String),
    });
    expect((await go('2016-04-28', 'DescribeVpnConnections')).status).toBe(200);
    expect((await go('2016-04-28', 'TagResources')).body).toMatchObject({ Code: 'Forbidden.RAM' });
    expect((await go('2017-09-12', 'DescribeCens')).body).toMatchObject({ Code: 'Unauthorized' });
  });
});
