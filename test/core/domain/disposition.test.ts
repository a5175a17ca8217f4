import { expect, test } from 'vitest';
import {
  advice,
  type Disposition,
  disposition,
  isPermission,
  isRetriedOnce,
  isThrottling,
  isTokenProcessing,
} from '../../../lib/core/domain/disposition.ts';

const CODES: Record<Disposition, string[]> = {
  retry: [
    'Throttling',
    'Throttling.User',
    'Throttling.user',
    'Throttling.Api',
    'Rejected.Throttling',
    'VpnConnection.Configuring',
    'VpnGateway.Configuring',
    'Appliance.Configuring',
    'VpnTask.CONFLICT',
    'TaskConflict',
    'OperationConflict',
    'OperationFailed.TaskConflict',
    'SystemBusy',
    'LastTokenProcessing',
    'TokenProcessing',
    'IdempotentProcessing',
    'Operation.Blocking',
    'IncorrectStatus.Status',
    'IncorrectStatus.ResourceStatus',
    'IncorrectStatus.Attachment',
    'InstanceStatus.NotSupport',
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
  gone: [
    'InvalidVpnConnectionInstanceId.NotFound',
    'InvalidVpnConnectionId.NotFound',
    'InvalidVpnConnection.NotFound',
    'VpnConnection.NotFound',
    'InvalidVpnAttachmentId.NotFound',
    'InvalidTransitRouterAttachmentId.NotFound',
    'InvalidTransitRouterVpnAttachmentId.NotFound',
    'InvalidAttachmentId.NotFound',
    'InvalidAttachment.NotFound',
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
    // Not found, but not the thing itself: reading these as "gone" would claim a deletion that never was.
    'InvalidRegionId.NotFound',
    'InvalidAction.NotFound',
    'InvalidApi.NotFound',
    'InvalidAccessKeyId.NotFound',
    'InvalidTransitRouterId.NotFound',
    'InvalidVpnGatewayInstanceId.NotFound',
    'InvalidCustomerGatewayInstanceId.NotFound',
    'EntityNotExist.Role',
    'InvalidRouteTableId.NotFound',
    // Nearly a code that we know, at one end or the other.
    'NewInvalidVpnConnectionId.NotFound',
    'InvalidVpnConnectionId.NotFoundYet',
    'OldInvalidAttachmentId.NotFound',
    'InvalidAttachmentId.NotFoundYet',
    'VpnConnection.ConfiguringFailed',
    'VpnConnection.FinancialLockedOnce',
    'OurHttpStatus500',
    'HttpStatus5000',
    'HttpStatus5ab',
    'ReallyForbidden',
    // Inherited names of a plain object are not codes.
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
])('%s with HTTP %d is worth a retry: the answer is not definite', (code, status) => {
  expect(disposition(code, status)).toBe('retry');
});

test('HTTP 499 is not worth a retry, whatever 500 is', () => {
  expect(disposition('SomethingNobodyDocumented', 499)).toBe('terminal');
});

test('a 404 alone says nothing about the connection', () => {
  expect(disposition('SomethingNobodyDocumented', 404)).toBe('terminal');
});

test.each(CODES.blocked)('%s comes with what a person can do', (code) => {
  expect(advice(code)).toMatch(/^[A-Z].*\.$/);
});

test.each(['Forbidden.RAM', 'Forbbiden.SubUser', 'NoPermission', 'Unauthorized'])('%s is about permission', (code) => {
  expect(isPermission(code)).toBe(true);
  expect(advice(code)).toContain('Grant the action');
});

test.each([
  ...CODES.retry,
  ...CODES.gone,
  ...CODES.refused,
  'InvalidParameter',
  'ForbiddenFruit',
  'ReallyForbidden',
  'VpnConnection.FinancialLockedOnce',
])('%s needs nobody: no advice', (code) => {
  expect(isPermission(code)).toBe(false);
  expect(advice(code)).toBeUndefined();
});

test('throttling is recognized in every spelling, and in nothing else', () => {
  expect(CODES.retry.filter((code) => isThrottling(code))).toEqual([
    'Throttling',
    'Throttling.User',
    'Throttling.user',
    'Throttling.Api',
    'Rejected.Throttling',
    'HttpStatus429',
  ]);
});

test('only stale requests are retried once, only processing codes keep their client token', () => {
  const all = Object.values(CODES).flat();
  expect(all.filter(isRetriedOnce)).toEqual(['InvalidTimeStamp.Expired', 'SignatureNonceUsed']);
  expect(all.filter(isTokenProcessing)).toEqual(['LastTokenProcessing', 'TokenProcessing', 'IdempotentProcessing']);
});
