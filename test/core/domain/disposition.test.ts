import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ACTIONS } from '../../../lib/cloud/client/actions.ts';
import {
  type Disposition,
  disposition,
  GONE,
  isAboutTag,
  isPermission,
  isRetriedOnce,
  isThrottling,
  isTokenProcessing,
  mayWorkLater,
  saysGone,
} from '../../../lib/core/domain/disposition.ts';

const CODES: Record<Disposition, string[]> = {
  retry: [
    'Throttling',
    'Throttling.User',
    'Throttling.user',
    'Throttling.Api',
    'Rejected.Throttling',
    'SystemBusy',
    'LastTokenProcessing',
    'TokenProcessing',
    'IdempotentProcessing',
    'ServiceUnavailable',
    'InternalError',
    'InvalidTimeStamp.Expired',
    'SignatureNonceUsed',
    'RequestTimeoutError',
    'NetworkError',
    'HostNotFound',
    'UnreadableReply',
    'DeadlineExceeded',
    'IncompleteListing',
    'HttpStatus429',
    'HttpStatus500',
    'HttpStatus503',
  ],
  busy: [
    'Vco.StatusNotSupport',
    'VpnConnection.Configuring',
    'VpnGateway.Configuring',
    'Appliance.Configuring',
    'VpnTask.CONFLICT',
    'TaskConflict',
    'OperationConflict',
    'OperationFailed.TaskConflict',
    'Operation.Blocking',
    'IncorrectStatus.Status',
    'IncorrectStatus.ResourceStatus',
    'IncorrectStatus.Attachment',
    'InstanceStatus.NotSupport',
  ],
  refused: ['IncorrectStatus.VpnConnection', 'IdempotentParameterMismatch', 'SuccessFalse'],
  blocked: [
    'OperationFailed.RouteTableAssociationExist',
    'OperationFailed.RouteTablePropagationExist',
    'OperationFailed.RouteEntryExist',
    'OperationFailed.PrefixListExist',
    'OperationFailed.FlowLogExistOrNisOpened',
    'OperationFailed.NotSupportForceDelete',
    'OperationUnsupported.TransitRouterType',
    'OperationNotPermitted.AttachmentManagedByCloudService',
    'VpnConnection.FinancialLocked',
    'VpnGateway.FinancialLocked',
    'NumberExceed.Tags',
    'QuotaExceeded.TagNum',
    'SizeLimitExceeded.TagNum',
  ],
  terminal: [
    'Forbidden',
    'Forbidden.RAM',
    'Forbbiden.SubUser',
    'NoPermission',
    'NoPermission.Sts',
    'Unauthorized',
    'InvalidParameter',
    'SignatureDoesNotMatch',
    'ReplyTooLarge',
    'InvalidSecurityToken.Expired',
    'HttpStatus404',
    'HttpStatus403',
    'SomethingNobodyDocumented',
    '',
    // Whether a resource is gone depends on the action as well: see `saysGone`.
    'InvalidVpnConnectionInstanceId.NotFound',
    'InvalidTransitRouterAttachmentId.NotFound',
    'InvalidInstanceIds.NotFound',
    'InvalidInstanceType.NotFound',
    'SizeLimitExceeded.ResourceId',
    'InvalidTagKey',
    'InvalidTagValue',
    'Forbidden.TagKeys',
    'Forbidden.TagKey.Duplicated',
    'InvalidRegionId.NotFound',
    'InvalidAction.NotFound',
    'InvalidApi.NotFound',
    'InvalidAccessKeyId.NotFound',
    'InvalidTransitRouterId.NotFound',
    'InvalidVpnGatewayInstanceId.NotFound',
    'InvalidCustomerGatewayInstanceId.NotFound',
    'EntityNotExist.Role',
    'InvalidRouteTableId.NotFound',
    // Codes that differ from a known code only at the beginning or the end.
    'VpnConnection.ConfiguringFailed',
    'VpnConnection.FinancialLockedOnce',
    'OurHttpStatus500',
    'HttpStatus5000',
    'HttpStatus5ab',
    'ReallyForbidden',
    // Names that a plain object inherits are not codes.
    'constructor',
    '__proto__',
  ],
};

test.each(
  Object.entries(CODES).flatMap(([expected, codes]) => codes.map((code): [string, string] => [code, expected])),
)('%s is %s', (code, expected) => {
  expect(disposition(code)).toBe(expected);
});

test.each([
  ['SomethingNobodyDocumented', 500],
  ['InvalidVpnConnectionInstanceId.NotFound', 502],
  ['Forbidden', 503],
  ['AnyCode', 429],
])('%s with HTTP %d is worth a retry, because the answer is not definite', (code, status) => {
  expect(disposition(code, status)).toBe('retry');
});

test('HTTP 499 is not worth a retry, although HTTP 500 is', () => {
  expect(disposition('SomethingNobodyDocumented', 499)).toBe('terminal');
});

test('only errors that are worth a retry, or busy, may work later', () => {
  const later = Object.entries(CODES).flatMap(([kind, codes]) =>
    codes.filter((code) => mayWorkLater({ code, status: undefined })).map(() => kind),
  );
  expect(new Set(later)).toEqual(new Set(['retry', 'busy']));
  expect(later).toHaveLength(CODES.retry.length + CODES.busy.length);
  expect(mayWorkLater({ code: 'Forbidden', status: 503 })).toBe(true);
});

test('a 404 alone does not mean that the connection is gone', () => {
  expect(disposition('SomethingNobodyDocumented', 404)).toBe('terminal');
});

test.each(['Forbidden.RAM', 'Forbbiden.SubUser', 'NoPermission', 'Unauthorized'])('%s is about permission', (code) => {
  expect(isPermission(code)).toBe(true);
});

test.each([...CODES.retry, ...CODES.busy, ...CODES.refused, 'InvalidParameter', 'ForbiddenFruit', 'ReallyForbidden'])(
  '%s is not about permission',
  (code) => {
    expect(isPermission(code)).toBe(false);
  },
);

test.each([
  'Forbidden.TagKeys',
  'Forbidden.TagKey.Duplicated',
  'InvalidTagKey',
  'InvalidTagValue',
  'InvalidTagKey.Malformed',
])('%s is about the tag, not about permission', (code) => {
  expect(isPermission(code)).toBe(false);
  expect(isAboutTag(code)).toBe(true);
});

test.each(['Forbidden', 'Forbidden.RAM', 'QuotaExceeded.TagNum', 'InvalidInstanceIds.NotFound', 'NotInvalidTagKey'])(
  '%s is not about a key or value of a tag',
  (code) => {
    expect(isAboutTag(code)).toBe(false);
  },
);

describe('an error says "gone"', () => {
  const KNOWN = Object.entries(GONE).flatMap(([action, codes]) => codes.map((code) => ({ action, code })));

  test('for each action, about its own kind of resource', () => {
    // Spelled out, because a code too many would report a connection as gone that still exists.
    expect([...new Set(Object.values(GONE).flat())].sort()).toEqual([
      'InvalidAttachment.NotFound',
      'InvalidAttachmentId.NotFound',
      'InvalidInstanceId.NotFound',
      'InvalidInstanceIds.NotFound',
      'InvalidResourceId.NotFound',
      'InvalidResourceIds.NotFound',
      'InvalidTransitRouterAttachmentId.NotFound',
      'InvalidTransitRouterVpnAttachmentId.NotFound',
      'InvalidVpnAttachmentId.NotFound',
      'InvalidVpnAttachmentInstanceId.NotFound',
      'InvalidVpnConnection.NotFound',
      'InvalidVpnConnectionId.NotFound',
      'InvalidVpnConnectionInstanceId.NotFound',
      'VpnConnection.NotFound',
    ]);
    expect(Object.keys(GONE).sort()).toEqual([
      'DeleteTransitRouterVpnAttachment',
      'DeleteVpnAttachment',
      'DescribeVpnConnection',
      'ListTagResources',
      'ListTransitRouterVpnAttachments',
      'TagResources',
      'UnTagResources',
    ]);
    expect(Object.keys(GONE).every((action) => Object.hasOwn(ACTIONS, action))).toBe(true);
    const kinds = {
      Describe: /Vpn/,
      DeleteVpn: /Vpn/,
      TransitRouter: /Attachment/,
      Tag: /^Invalid(Resource|Instance)Id/,
    };
    for (const [part, pattern] of Object.entries(kinds)) {
      const codes = KNOWN.filter(({ action }) => action.includes(part)).map(({ code }) => code);
      expect(codes.filter((code) => !pattern.test(code))).toEqual([]);
      expect(codes.length).toBeGreaterThan(0);
    }
  });

  test.each([
    ['DescribeVpnConnection', 'InvalidVpnConnectionInstanceId.NotFound', 404],
    ['DeleteVpnAttachment', 'InvalidVpnConnectionInstanceId.NotFound', 404],
    ['DeleteTransitRouterVpnAttachment', 'InvalidTransitRouterAttachmentId.NotFound', 400],
    ['ListTransitRouterVpnAttachments', 'InvalidTransitRouterAttachmentId.NotFound', 400],
    ['TagResources', 'InvalidInstanceIds.NotFound', 400],
    ['UnTagResources', 'InvalidInstanceIds.NotFound', 400],
    ['ListTagResources', 'InvalidInstanceIds.NotFound', 400],
  ])('for %s with %s', (action, code, status) => {
    expect(saysGone({ action, code, status })).toBe(true);
  });

  test.each([200, 301, 500, 502, undefined])(
    'not with HTTP status %s, because this is no definite answer',
    (status) => {
      expect(KNOWN.filter((known) => saysGone({ ...known, status }))).toEqual([]);
    },
  );

  /** Names that services use in their codes, and the text that they put around them. */
  const noun = fc.constantFrom(
    ...['Product', 'Action', 'Api', 'Region', 'AccessKey', 'Role', 'Endpoint', 'ResourceGroup', 'TagKey', 'Tag'],
    ...['Vpn', 'VpnConnection', 'VpnAttachment', 'VpnGateway', 'CustomerGateway', 'TransitRouter', 'RouteTable', 'Cen'],
    ...['TransitRouterAttachment', 'Attachment', 'Instance', 'Resource', 'InstanceType', 'ResourceType', 'Peer'],
  );
  const shape = fc.tuple(
    fc.constantFrom('', 'Invalid', 'Invaild', 'NewInvalid', 'IllegalParam.'),
    fc.array(noun, { minLength: 1, maxLength: 2 }),
    fc.constantFrom('', 'Id', 'Ids', 'InstanceId', 'Name', 'Instance'),
    fc.constantFrom('.NotFound', '.NotExist', '.NotFoundYet', '.notfound', 'NotFound', '.Notfound', '.NotFound.Vpn'),
  );
  const anyCode = fc.oneof(
    shape.map(([head, nouns, tail, end]) => `${head}${nouns.join('')}${tail}${end}`),
    fc.constantFrom(
      ...KNOWN.map(({ code }) => code),
      'InvalidProduct.NotFound',
      'InvalidAction.NotFound',
      'HttpStatus404',
    ),
  );
  const anyAction = fc.constantFrom(...Object.keys(ACTIONS), 'ListAccounts', 'InvokeFunction', 'constructor', '');

  test('only with a code in the list of its action, even if another code says "not found"', () => {
    fc.assert(
      fc.property(anyAction, anyCode, fc.constantFrom(400, 403, 404), (action, code, status) => {
        const isListed = KNOWN.some((known) => known.action === action && known.code === code);
        expect(saysGone({ action, code, status })).toBe(isListed);
        if (!code.startsWith('HttpStatus')) {
          expect(disposition(code, status)).toBe('terminal');
        }
      }),
      { numRuns: 3000 },
    );
  });
});

test('throttling is recognized in every spelling, and no other code is throttling', () => {
  expect(CODES.retry.filter((code) => isThrottling(code))).toEqual([
    'Throttling',
    'Throttling.User',
    'Throttling.user',
    'Throttling.Api',
    'Rejected.Throttling',
    'HttpStatus429',
  ]);
});

test('only stale requests are retried once, and only processing codes keep their client token', () => {
  const all = Object.values(CODES).flat();
  expect(all.filter(isRetriedOnce)).toEqual(['InvalidTimeStamp.Expired', 'SignatureNonceUsed']);
  expect(all.filter(isTokenProcessing)).toEqual(['LastTokenProcessing', 'TokenProcessing', 'IdempotentProcessing']);
});
