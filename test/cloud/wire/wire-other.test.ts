import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { assumedCredentials, callerAccount, regions, tagPage } from '../../../lib/cloud/wire/wire-account.ts';
import { associationPage, propagationPage, routePage, routeTablePage } from '../../../lib/cloud/wire/wire-routing.ts';
import { attachmentPage, transitRouterPage } from '../../../lib/cloud/wire/wire-transit-router.ts';

const { parse } = createRequire(import.meta.url)('json-bigint') as { parse(text: string): unknown };

const attachment = (more: object = {}) => ({
  TransitRouterAttachmentId: 'tr-attach-a',
  VpnId: 'vco-b',
  VpnOwnerId: 1000000000000001,
  TransitRouterId: 'tr-c',
  Status: 'Attached',
  ...more,
});
const attachments = (items: readonly unknown[], more: object = {}) => ({
  TotalCount: items.length,
  TransitRouterAttachments: items,
  ...more,
});
const readAttachments = attachmentPage('tr-c');

describe('attachments', () => {
  test('as the SDK parses them: a 16-digit account id is an object there', () => {
    const text =
      '{"TotalCount":1,"NextToken":"t","TransitRouterAttachments":[{"TransitRouterAttachmentId":"tr-attach-a",' +
      '"VpnId":"vco-b","VpnOwnerId":1234567890123456,"TransitRouterId":"tr-c","Status":"Attached"}]}';
    expect(readAttachments(parse(text))).toEqual({
      value: {
        totalCount: 1,
        nextToken: 't',
        items: [
          {
            attachmentId: 'tr-attach-a',
            connectionId: 'vco-b',
            transitRouterId: 'tr-c',
            status: 'Attached',
            connectionOwnerId: '1234567890123456',
          },
        ],
      },
    });
  });

  test.each<[unknown, string | undefined]>([
    [1000000000000001, '1000000000000001'],
    ['1000000000000001', '1000000000000001'],
    [parse('1999999999999999'), '1999999999999999'],
    [parse('12345678901234567890'), '12345678901234567890'],
    [2 ** 53, undefined], // may have lost a digit on the way
    [1.5, undefined],
    [-1, undefined],
    ['', undefined],
    ['12a', undefined],
    [Object.create(null), undefined],
    [{ toString: 'x' }, undefined],
    [{ toFixed: 'x' }, undefined],
    [null, undefined],
    [undefined, undefined],
  ])('owner %j is %s', (VpnOwnerId, expected) => {
    const page = readAttachments(attachments([attachment({ VpnOwnerId })]));
    expect(page).toMatchObject({ value: { items: [{ connectionOwnerId: expected }] } });
  });

  test.each([
    ['Attaching', 'Attaching'],
    ['Detaching', 'Detaching'],
    ['attached', 'unknown'],
    ['Creating', 'unknown'],
    [undefined, 'unknown'],
  ])('status %s is %s', (Status, expected) => {
    expect(readAttachments(attachments([attachment({ Status })]))).toMatchObject({
      value: { items: [{ status: expected }] },
    });
  });

  test.each([
    ['no list', { TransitRouterAttachments: undefined }],
    ['a wrapped list', { TransitRouterAttachments: { TransitRouterAttachment: [] } }],
    ['an item without its id', { TransitRouterAttachments: [attachment({ TransitRouterAttachmentId: '' })] }],
    ['an item without its connection', { TransitRouterAttachments: [attachment({ VpnId: undefined })] }],
    ['an item of another transit router', { TransitRouterAttachments: [attachment({ TransitRouterId: 'tr-x' })] }],
    ['a page token that is no text', { NextToken: 7 }],
    ['a total that is no count', { TotalCount: 'many' }],
  ])('%s: unreadable', (_what, more) => {
    expect(readAttachments(attachments([attachment()], more))).toHaveProperty('problem');
  });

  test.each([[undefined], [null], ['']])('page token %j is the end', (NextToken) => {
    expect(readAttachments(attachments([], { NextToken, TotalCount: undefined }))).toEqual({
      value: { items: [], totalCount: undefined, nextToken: undefined },
    });
  });
});

describe('transit routers', () => {
  const router = (more: object = {}) => ({
    TransitRouterId: 'tr-c',
    CenId: 'cen-a',
    RegionId: 'eu-central-1',
    AliUid: 1000000000000001,
    ...more,
  });
  const page = (items: readonly unknown[]) => ({ TotalCount: items.length, PageNumber: 1, TransitRouters: items });
  const read = transitRouterPage('eu-central-1');

  test('a name may be missing, an id not', () => {
    expect(read(page([router()]))).toEqual({
      value: {
        totalCount: 1,
        items: [
          { transitRouterId: 'tr-c', cenId: 'cen-a', regionId: 'eu-central-1', name: '', ownerId: '1000000000000001' },
        ],
      },
    });
    expect(read(page([router({ TransitRouterId: undefined })]))).toHaveProperty('problem');
  });

  test('a transit router of another region is not an answer', () => {
    expect(read(page([router({ RegionId: 'eu-west-1' })]))).toHaveProperty('problem');
    expect(read(page([router({ RegionId: undefined })]))).toHaveProperty('value');
  });

  test.each([{ TransitRouters: [] }, { TotalCount: 0 }, { TotalCount: 0, TransitRouters: { TransitRouter: [] } }])(
    '%j is unreadable',
    (body) => {
      expect(read(body)).toHaveProperty('problem');
    },
  );
});

describe('routing', () => {
  test('route tables', () => {
    expect(
      routeTablePage({ TransitRouterRouteTables: [{ TransitRouterRouteTableId: 'vtb-a' }], TotalCount: 1 }),
    ).toEqual({
      value: { items: ['vtb-a'], totalCount: 1, nextToken: undefined },
    });
    expect(routeTablePage({ TransitRouterRouteTables: [{}] })).toHaveProperty('problem');
    expect(routeTablePage({})).toHaveProperty('problem');
  });

  test.each([
    ['associations', 'TransitRouterAssociations', associationPage('vtb-a')],
    ['propagations', 'TransitRouterPropagations', propagationPage('vtb-a')],
  ])('%s: all except deleted entries count, and entries of another table are no answer', (_what, field, read) => {
    const links = ['Active', 'Dissociating', 'Deleted', undefined].map((Status, index) => ({
      TransitRouterAttachmentId: `tr-attach-${index}`,
      TransitRouterRouteTableId: 'vtb-a',
      Status,
    }));
    expect(read({ [field]: links })).toMatchObject({
      value: { items: [{ deleted: false }, { deleted: false }, { deleted: true }, { deleted: false }] },
    });
    expect(read({ [field]: [{ TransitRouterAttachmentId: 'a', TransitRouterRouteTableId: 'vtb-b' }] })).toHaveProperty(
      'problem',
    );
    expect(read({ [field]: [{ TransitRouterRouteTableId: 'vtb-a' }] })).toHaveProperty('problem');
    expect(read({})).toHaveProperty('problem');
  });

  test('static routes: by their id, or by their next hop', () => {
    const route = {
      TransitRouterRouteEntryDestinationCidrBlock: '10.0.0.0/8',
      TransitRouterRouteEntryNextHopId: 'tr-attach-a',
    };
    expect(
      routePage({ TransitRouterRouteEntries: [{ ...route, TransitRouterRouteEntryId: 'rte-a' }, route] }),
    ).toMatchObject({
      value: { items: [{ routeId: 'rte-a' }, { routeId: '10.0.0.0/8 tr-attach-a' }] },
    });
    expect(
      routePage({ TransitRouterRouteEntries: [{ ...route, TransitRouterRouteEntryNextHopId: '' }] }),
    ).toHaveProperty('problem');
    expect(routePage({})).toHaveProperty('problem');
  });
});

describe('accounts, regions and tags', () => {
  test.each<[unknown, string | undefined]>([
    ['1000000000000001', '1000000000000001'],
    [parse('1234567890123456'), '1234567890123456'],
    [undefined, undefined],
    ['root', undefined],
  ])('account id %j is %s', (AccountId, expected) => {
    expect(callerAccount({ AccountId })).toEqual(
      expected === undefined ? { problem: 'at AccountId' } : { value: expected },
    );
  });

  const given = { AccessKeyId: 'STS.a', AccessKeySecret: 'b', SecurityToken: 'c', Expiration: '2026-01-02T04:04:05Z' };
  test('assumed credentials are whole', () => {
    expect(assumedCredentials({ Credentials: given })).toEqual({
      value: {
        credentials: { accessKeyId: 'STS.a', accessKeySecret: 'b', securityToken: 'c' },
        expiresAtMs: Date.UTC(2026, 0, 2, 4, 4, 5),
      },
    });
  });
  test.each(Object.keys(given))('assumed credentials without %s are no answer', (field) => {
    expect(assumedCredentials({ Credentials: { ...given, [field]: undefined } })).toEqual({
      problem: `at Credentials.${field}`,
    });
    expect(assumedCredentials({ Credentials: { ...given, [field]: '' } })).toEqual({
      problem: `at Credentials.${field}`,
    });
  });
  test('an expiration must be a moment', () => {
    expect(assumedCredentials({ Credentials: { ...given, Expiration: 'soon' } })).toHaveProperty('problem');
  });

  test('regions: each once, and no text that could not be part of a host name', () => {
    const list = (...ids: string[]) => ({ Regions: { Region: ids.map((RegionId) => ({ RegionId, LocalName: 'x' })) } });
    expect(regions(list('cn-hangzhou', 'eu-central-1', 'cn-hangzhou'))).toEqual({
      value: ['cn-hangzhou', 'eu-central-1'],
    });
    expect(regions(list('evil.example/'))).toHaveProperty('problem');
    expect(regions({ Regions: {} })).toHaveProperty('problem');
  });

  test('tags of a connection that was not asked about are no answer', () => {
    const read = tagPage(['vco-a']);
    const list = (...TagResource: unknown[]) => ({ NextToken: '', TagResources: { TagResource } });
    expect(
      read(
        list({ ResourceId: 'vco-a', TagKey: 'k', TagValue: 'v' }, { ResourceId: 'vco-a', TagKey: 'l', TagValue: '' }),
      ),
    ).toMatchObject({
      value: {
        items: [
          { connectionId: 'vco-a', key: 'k', value: 'v' },
          { key: 'l', value: '' },
        ],
        nextToken: undefined,
      },
    });
    expect(read(list({ ResourceId: 'vco-b', TagKey: 'k', TagValue: '' }))).toHaveProperty('problem');
    expect(read(list({ ResourceId: 'vco-a', TagKey: 'k' }))).toHaveProperty('problem');
    expect(read(list({ ResourceId: 'vco-a', TagValue: '' }))).toHaveProperty('problem');
    expect(read({ TagResources: {} })).toHaveProperty('problem');
    expect(read({})).toHaveProperty('problem');
  });
});
