import { describe, expect, test } from 'vitest';
import { advice, describeCode, describeFailure, isLasting } from '../../../lib/core/advice/error-advice.ts';
import { CloudError } from '../../../lib/core/domain/errors.ts';

const adviceOf = (code: string, action = 'DescribeVpnConnections') => advice({ action, code });

test.each([
  ['InvalidAccessKeyId.NotFound', /access key id/],
  ['InvalidAccessKeyId.Inactive', /Enable the access key/],
  ['SignatureDoesNotMatch', /secret/],
  ['IncompleteSignature', /secret/],
  ['InvalidSecurityToken.Expired', /new temporary credentials/],
  ['InvalidSecurityToken.Malformed', /security token/],
  ['InvalidSecurityToken.MismatchWithAccessKey', /security token/],
  ['MissingSecurityToken', /security token/],
  ['NoCredentials', /Renew the credentials/],
  ['InvalidTimeStamp.Expired', /clock/],
  ['InvalidRegionId.NotFound', /region/],
  ['Forbidden.RAM', /Grant the action/],
  ['Forbbiden.SubUser', /Grant the action/],
  ['NoPermission', /Grant the action/],
  ['Unauthorized', /Grant the action/],
  ['Forbidden.RiskControl', /support/],
  ['EntityNotExist.Role', /role/],
  ['WrongAccount', /ARN/],
  ['InvalidParameter.RoleArn', /ARN/],
  ['ReplyTooLarge', /proxy/],
  ['VpnConnection.FinancialLocked', /payment/],
  ['InvalidTagKey', /tag policy/],
  ['Forbidden.TagKeys', /tag policy/],
  ['OperationFailed.RouteTableAssociationExist', /detach\.force/],
  ['OperationFailed.RouteTablePropagationExist', /detach\.force/],
  ['OperationFailed.RouteEntryExist', /detach\.force/],
  ['OperationFailed.PrefixListExist', /prefix list/],
  ['OperationFailed.FlowLogExistOrNisOpened', /flow log/],
  ['OperationFailed.NotSupportForceDelete', /by hand/],
  ['OperationUnsupported.TransitRouterType', /console/],
  ['OperationNotPermitted.AttachmentManagedByCloudService', /Release/],
  ['QuotaExceeded.TagNum', /Remove tags/],
  ['SizeLimitExceeded.TagNum', /Remove tags/],
  ['NumberExceed.Tags', /Remove tags/],
])('%s lasts, and a sentence tells a person how to fix it', (code, expected) => {
  expect(isLasting(code)).toBe(true);
  expect(adviceOf(code)).toMatch(expected);
  expect(adviceOf(code)).toMatch(/^[A-Z].*\.$/);
});

test.each(['HostNotFound', 'NetworkError', 'RequestTimeoutError', 'UnreadableReply'])(
  '%s may pass by itself, and the advice says where to look if it does not',
  (code) => {
    expect(isLasting(code)).toBe(false);
    expect(adviceOf(code)).toMatch(/^[A-Z].*\.$/);
  },
);

test.each([
  ...['Throttling.User', 'SystemBusy', 'InternalError', 'TokenProcessing', 'DeadlineExceeded', 'IncompleteListing'],
  ...['Vco.StatusNotSupport', 'VpnConnection.Configuring', 'IncorrectStatus.VpnConnection', 'SuccessFalse'],
  ...['InvalidParameter', 'ForbiddenFruit', 'ReallyForbidden', 'VpnConnection.FinancialLockedOnce', 'constructor', ''],
])('%s needs no action, so it has no advice', (code) => {
  expect(isLasting(code)).toBe(false);
  expect(adviceOf(code)).toBeUndefined();
});

test('advice about a tag never mentions permissions', () => {
  expect(adviceOf('Forbidden.TagKey.Duplicated')).not.toMatch(/grant|permission|right/i);
});

describe('a role that cannot be assumed', () => {
  test('has to trust the sweep', () => {
    expect(adviceOf('NoPermission', 'AssumeRole')).toMatch(/trust.*sts:AssumeRole/);
  });
});

test('the description of a failure includes the advice, if there is advice', () => {
  const failure = (code: string) => new CloudError({ action: 'ListTransitRouters', code, effect: 'refused' });
  expect(describeFailure(failure('Unauthorized'))).toMatch(
    /^ListTransitRouters failed: Unauthorized\. Grant the action /,
  );
  expect(describeFailure(failure('SystemBusy'))).toBe('ListTransitRouters failed: SystemBusy');
});

test('the description of a code alone includes the advice as well', () => {
  expect(describeCode('WrongAccount')).toBe('WrongAccount. Correct the ARN of the role in the policy.');
  expect(describeCode('NoPermission')).toMatch(/^NoPermission\. Grant the action /);
  expect(describeCode('SystemBusy')).toBe('SystemBusy');
});

test('a sentence after a colon begins with a small letter', () => {
  expect(adviceOf('UnreadableReply')).toBe(
    'If it stays so: find out what answers in place of the cloud: a proxy, or the endpoint that a variable names.',
  );
});
