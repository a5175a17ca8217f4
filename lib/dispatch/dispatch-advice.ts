import { advice } from '../core/advice/error-advice.ts';
import { isThrottling } from '../core/domain/disposition.ts';
import type { CloudError } from '../core/domain/errors.ts';

const TARGET = 'SWEEP_FUNCTION, SWEEP_FUNCTION_SERVICE (for generation 2.0 only) and SWEEP_FUNCTION_REGION';

const BY_CODE: ReadonlyMap<string, string> = new Map([
  ['FunctionNotFound', `Deploy the sweep there, or correct ${TARGET}.`],
  ['ServiceNotFound', 'Correct SWEEP_FUNCTION_SERVICE, or unset it: functions of generation 3.0 are in no service.'],
  ['AliasNotFound', 'Correct SWEEP_FUNCTION_QUALIFIER, or publish that alias.'],
  ['VersionNotFound', 'Correct SWEEP_FUNCTION_QUALIFIER, or publish that version.'],
  ['PathNotSupported', `The function is of another generation: correct ${TARGET}.`],
  ['SignatureNotMatch', 'Check the credentials, and that ALIBABA_CLOUD_FC_ENDPOINT is of this account.'],
  ['InvalidAccessKeyID', 'Check the credentials.'],
  ['PayloadTooLarge', 'Name fewer connections in one request.'],
  ['EntityTooLarge', 'Name fewer connections in one request.'],
  ['HttpStatus413', 'Name fewer connections in one request.'],
  ['DeadlineExceeded', "Give the dispatcher a longer timeout. The platform's retry starts the missing sweeps."],
  ['HostNotFound', 'Correct SWEEP_FUNCTION_REGION, or the way to the internet.'],
  ['NetworkError', 'The endpoint of Function Compute could not be reached: check the way there, and try again.'],
  ['RequestTimeoutError', 'The endpoint of Function Compute could not be reached: check the way there, and try again.'],
  ['UnreadableReply', 'Check ALIBABA_CLOUD_FC_ENDPOINT and proxies: something else may answer in place of the cloud.'],
  ['ReplyTooLarge', 'Check ALIBABA_CLOUD_FC_ENDPOINT and proxies: something else may answer in place of the cloud.'],
  ['EntityNotExists.ResourceDirectory', 'Enable resource directory, or list the accounts in the policy.'],
  [
    'ConcurrentUpdateError',
    'The function was just being changed. The retry of the platform, or the same tick again, starts it.',
  ],
  ['NoAccounts', 'Check accounts.directory of the policy, and which members the resource directory has.'],
  [
    'AccountNotInDirectory',
    'Take the account out of accounts.directory.include, or out of the request, or invite it to the directory.',
  ],
  ['AccountClosed', 'Take the account out of accounts.directory.include, or out of the request.'],
  ['RegionUnknown', 'Correct the region of the request.'],
]);

/** A sentence on how a person can fix a sweep that was not started. */
export function dispatchAdvice(error: CloudError): string {
  const { code, status, action } = error;
  const known = BY_CODE.get(code);
  if (known !== undefined) {
    return known;
  }
  if (action === 'ListAccounts' && (status === 403 || code === 'NoPermission')) {
    return 'Run the dispatcher in the management account or a delegated administrator, with resourcemanager:ListAccounts.';
  }
  if (isThrottling(code, status)) {
    return "Raise the account's limits, or lower DISPATCH_CONCURRENCY.";
  }
  if (status === 403 && action === 'InvokeFunction') {
    return 'Grant fc:InvokeFunction on the sweep (docs/ram/dispatch.json).';
  }
  if (status === 404 && action === 'InvokeFunction') {
    return `Deploy the sweep there, or correct ${TARGET}.`;
  }
  return advice(error) ?? 'The next tick tries again. If the error stays, ask the support and name the request id.';
}
