import { describe, expect, test } from 'vitest';
import type { Policy } from '../../lib/core/domain/policy.ts';
import { HINT_TYPES } from '../../lib/event/hint-actions.ts';
import { parseEvent } from '../../lib/event/parse-event.ts';

const policy: Pick<Policy, 'mode' | 'regions' | 'accounts'> = {
  mode: 'mark',
  regions: ['cn-hangzhou', 'ap-southeast-1'],
  accounts: [],
};

/** The documented sample of an ActionTrail event, with `data` changed. */
const trail = (data: object, more: object = {}) => ({
  id: '9c9f7c1e-0b1a-4f0e-9f6e-4f4d7f6a1b11',
  source: 'acs.vpc',
  specversion: '1.0',
  type: 'vpc:ActionTrail:ApiCall',
  subject: 'acs:vpc:cn-hangzhou:1234567890123456:vpnattachment/vco-test1',
  time: '2026-11-22T03:11:04Z',
  aliyunregionid: 'cn-hangzhou',
  ...more,
  data: { eventName: 'DeleteTransitRouterVpnAttachment', eventRW: 'Write', acsRegion: 'cn-hangzhou', ...data },
});
const parse = (event: unknown) => parseEvent(JSON.stringify(event), policy, undefined);
const partOf = (data: object, more: object = {}) => parse(trail(data, more)).parts[0];

test('a hint narrows the run to the region and the connections it names, in the mode of the policy', () => {
  const data = {
    eventName: 'DeleteVpnAttachment',
    requestParameters: { RegionId: 'cn-hangzhou', VpnConnectionId: 'vco-test1' },
    referencedResources: { 'ACS::VPN::VpnConnection': ['vco-test1'] },
  };
  expect(parse(trail(data))).toMatchObject({
    parts: [{ mode: 'mark', regions: ['cn-hangzhou'], connections: ['vco-test1'] }],
    whole: false,
    refused: [],
    source: 'events',
    notes: [],
  });
});

test('a hint that names no connection narrows the run to its region', () => {
  expect(partOf({ requestParameters: { TransitRouterAttachmentId: 'tr-attach-1' } })).toMatchObject({
    mode: 'mark',
    regions: ['cn-hangzhou'],
    connections: undefined,
  });
});

test('data that is JSON text counts as well', () => {
  const event = trail({});
  expect(parse({ ...event, data: JSON.stringify(event.data) }).parts).toHaveLength(1);
});

describe('the region is', () => {
  test.each<[string, object, object, string | undefined]>([
    ["the call's, first", { requestParameters: { RegionId: 'ap-southeast-1' } }, {}, 'ap-southeast-1'],
    ["the call's, from its text", { requestParameterJson: '{"RegionId":"ap-southeast-1"}' }, {}, 'ap-southeast-1'],
    ["the trail's, when the call names none", { acsRegion: 'ap-southeast-1' }, {}, 'ap-southeast-1'],
    [
      "the event's, when the trail names none",
      { acsRegion: undefined },
      { aliyunregionid: 'ap-southeast-1' },
      'ap-southeast-1',
    ],
    ['not what is no region id', { acsRegion: 'global', requestParameters: { RegionId: 7 } }, {}, 'cn-hangzhou'],
  ])('%s', (_what, data, more, region) => {
    expect(partOf(data, more)?.regions).toEqual([region]);
  });
});

describe('connections are found', () => {
  test.each<[string, object, readonly string[] | undefined]>([
    ['in a parameter', { requestParameters: { VpnId: 'vco-a' } }, ['vco-a']],
    ['in a list', { requestParameters: { ResourceId: ['vco-b', 'vco-a', 'vpn-c'] } }, ['vco-a', 'vco-b']],
    ['in the text of the parameters', { requestParameterJson: '{"a":{"b":["vco-a"]}}' }, ['vco-a']],
    ['in the resources', { referencedResources: { 'ACS::VPN::VpnConnection': ['vco-a'] } }, ['vco-a']],
    ['in the name of the resource', { resourceName: 'vco-a,vco-b; vco-c' }, ['vco-a', 'vco-b', 'vco-c']],
    ['once each', { resourceName: 'vco-a', requestParameters: { VpnConnectionId: 'vco-a' } }, ['vco-a']],
    ['not in keys', { requestParameters: { 'vco-a': 1 } }, undefined],
    ['not inside other text', { requestParameters: { Description: 'instead of vco-a' } }, undefined],
    ['not where the caller is described', { userIdentity: { userName: 'vco-a' } }, undefined],
    ['not in text that is not JSON', { requestParameterJson: '{vco-a' }, undefined],
  ])('%s', (_where, data, connections) => {
    expect(partOf(data)?.connections).toEqual(connections);
  });
});

describe('a hint that concerns nothing here is answered by no part and a note:', () => {
  test.each<[string, object, object, string]>([
    ['a failed call', { errorCode: 'Forbidden' }, {}, '"DeleteTransitRouterVpnAttachment" is a failed call'],
    ['a failed call in another form', { errorCode: 403 }, {}, 'is a failed call'],
    ['a region outside the policy', { acsRegion: 'eu-west-1' }, {}, 'region "eu-west-1" is not in the policy'],
    ['no region', { acsRegion: undefined }, { aliyunregionid: undefined }, 'names no region'],
    ['an action about something else', { eventName: 'RunInstances' }, {}, '"RunInstances" concerns no connection'],
    ['an action that is only nearly one', { eventName: 'deletecen' }, {}, 'concerns no connection'],
    ['an action with the name of a property', { eventName: 'constructor' }, {}, 'concerns no connection'],
    ['tags of something else', { eventName: 'TagResources', resourceName: 'vpc-a' }, {}, 'concerns no connection'],
  ])('%s', (_what, data, more, note) => {
    const answer = parse(trail(data, more));
    expect(answer).toMatchObject({ parts: [], whole: false, refused: [] });
    expect(answer.notes).toEqual([expect.stringMatching(/^event ignored: /)]);
    expect(answer.notes[0]).toContain(note);
  });

  test.each<[string, unknown]>([
    ['an event of the cloud without data', undefined],
    ['one with a configuration change', { configurationItem: {} }],
    ['one with text', 'IpsecPhase1NegoFailed'],
    ['one with a list', []],
  ])('%s', (_what, data) => {
    const event = { ...trail({}), data };
    expect(parse(event)).toMatchObject({ parts: [], notes: ['event ignored: it is about something else'] });
  });
});

test.each(['', ' ', null])('an error code of %j counts as no error code', (errorCode) => {
  expect(partOf({ errorCode })).toBeDefined();
});

test.each(['TagResources', 'UnTagResources', 'UntagResources'])('%s counts when it names a connection', (eventName) => {
  expect(partOf({ eventName, requestParameters: { ResourceId: ['vco-a'] } })?.connections).toEqual(['vco-a']);
});

test.each([
  ...['CreateTransitRouterVpnAttachment', 'DeleteTransitRouterVpnAttachment', 'DeleteTransitRouter', 'DeleteCen'],
  ...['CreateVpnAttachment', 'ModifyVpnAttachmentAttribute', 'DeleteVpnAttachment', 'DeleteVpnConnection'],
  ...['DeleteVpnGateway', 'DeleteCustomerGateway', 'GrantInstanceToTransitRouter', 'RevokeInstanceFromTransitRouter'],
  ...['DissociateTransitRouterAttachmentFromRouteTable', 'DisableTransitRouterRouteTablePropagation'],
  ...['DeleteTransitRouterRouteEntry', 'DeleteTransitRouterRouteTable'],
])('%s is a hint', (eventName) => {
  expect(partOf({ eventName })).toMatchObject({ regions: ['cn-hangzhou'] });
});

describe('an event about the health of a tunnel', () => {
  const health = (more: object = {}) => ({
    ...trail({}),
    source: 'acs.vpn',
    type: 'vpn:CloudMonitor:IpsecPhase1NegoFailed',
    aliyunaccountid: '1234567890123456',
    data: { content: { instanceId: 'vco-a' } },
    ...more,
  });

  test.each([...HINT_TYPES])('%s narrows the run to the region it is of', (type) => {
    expect(parse(health({ type }))).toMatchObject({
      parts: [{ mode: 'mark', regions: ['cn-hangzhou'], connections: undefined, happenedIn: '1234567890123456' }],
      refused: [],
      notes: [],
    });
  });

  test.each<[string, object, string]>([
    ['that says a tunnel is up', { type: 'vpn:CloudMonitor:IpsecPhase1NegoSuccess' }, 'about something else'],
    ['without a region', { aliyunregionid: undefined }, '"vpn:CloudMonitor:IpsecPhase1NegoFailed" names no region'],
    ['from a region outside the policy', { aliyunregionid: 'eu-west-1' }, 'region "eu-west-1" is not in the policy'],
  ])('%s is answered by no part and a note', (_what, more, note) => {
    const { parts, notes } = parse(health(more));
    expect(parts).toEqual([]);
    expect(notes[0]).toContain(note);
  });

  test('is only an event of the cloud, and from another source it is an event of your own', () => {
    const answer = parse(health({ source: 'my.app', data: { connections: ['vco-b'] } }));
    expect(answer.parts).toMatchObject([{ regions: undefined, connections: ['vco-b'] }]);
  });
});
