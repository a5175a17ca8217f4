import { isAboutTag, isPermission } from '../domain/disposition.ts';
import type { CloudError } from '../domain/errors.ts';

type Failure = Pick<CloudError, 'action' | 'code'>;

const NO_ROOM =
  'Remove tags from the connection: it has as many as the cloud allows, and the sweep needs room for its own tags.';
const SECRET = 'Check the access key secret: it does not belong to the access key id.';
const TOKEN = 'Use the security token that was issued together with this access key id and secret.';
const ROLE = 'Correct the ARN of the role in the policy.';
const INTERCEPTED = 'Find out what answers in place of the cloud: a proxy, or the endpoint that a variable names.';
const NO_ANSWER = 'If it stays so, check the way to the endpoint: network, firewall, proxy.';

/** Causes that every run meets again until a person has removed them. */
const LASTING: ReadonlyMap<string, string> = new Map([
  [
    'OperationFailed.RouteTableAssociationExist',
    'Dissociate the attachment from its transit router route table, or set detach.force.',
  ],
  [
    'OperationFailed.RouteTablePropagationExist',
    'Disable route learning of the attachment on the transit router, or set detach.force.',
  ],
  [
    'OperationFailed.RouteEntryExist',
    'Delete the transit router routes whose next hop is the attachment, or set detach.force.',
  ],
  ['OperationFailed.PrefixListExist', 'Remove the prefix list association that points to the attachment.'],
  ['OperationFailed.FlowLogExistOrNisOpened', 'Delete the flow log of the attachment, or turn NIS off for it.'],
  [
    'OperationFailed.NotSupportForceDelete',
    'Turn detach.force off and remove associations, propagations and routes of the attachment by hand.',
  ],
  [
    'OperationUnsupported.TransitRouterType',
    'Detach the connection in the console: the API cannot do it for this edition.',
  ],
  [
    'OperationNotPermitted.AttachmentManagedByCloudService',
    'Release the attachment in the cloud service that manages it.',
  ],
  ['QuotaExceeded.TagNum', NO_ROOM],
  ['SizeLimitExceeded.TagNum', NO_ROOM],
  ['NumberExceed.Tags', NO_ROOM],

  // Common error codes about the signer and the time.
  ['InvalidAccessKeyId.NotFound', 'Check the access key id: the cloud knows no such key.'],
  ['InvalidAccessKeyId.Inactive', 'Enable the access key in the RAM console, or use another key.'],
  ['SignatureDoesNotMatch', SECRET],
  ['IncompleteSignature', SECRET],
  ['InvalidSecurityToken.Expired', 'Get new temporary credentials: the security token has expired.'],
  ['InvalidSecurityToken.Malformed', TOKEN],
  ['InvalidSecurityToken.MismatchWithAccessKey', TOKEN],
  ['MissingSecurityToken', TOKEN],
  ['NoCredentials', 'Renew the credentials that the command was started with, and run it again.'],
  ['InvalidTimeStamp.Expired', "Set this machine's clock: it is more than 15 minutes off the cloud's."],
  ['Forbidden.RiskControl', "Ask the cloud's support: its risk control refuses this account."],

  // Codes about the place and the identity.
  [
    'InvalidRegionId.NotFound',
    'Correct the region, in `regions` of the policy or --region: the service knows none with this id.',
  ],
  [
    'EntityNotExist.Role',
    `Create the role and let it trust the identity that runs the sweep (docs/ram/trust/trust-member-account.json), or correct its ARN.`,
  ],
  ['InvalidParameter.RoleArn', ROLE],
  ['WrongAccount', ROLE],
  ['ReplyTooLarge', INTERCEPTED],
]);

/** Causes that may disappear by the next run, and where to look if they do not. */
const PASSING: ReadonlyMap<string, string> = new Map([
  ['HostNotFound', 'Check the region id and the endpoint, and whether names can be looked up from here.'],
  ['NetworkError', NO_ANSWER],
  ['RequestTimeoutError', NO_ANSWER],
  ['UnreadableReply', `If it stays so: ${INTERCEPTED.charAt(0).toLowerCase()}${INTERCEPTED.slice(1)}`],
]);

/** A sentence on how a person can fix a failure. Undefined if no action is necessary. */
export function advice({ action, code }: Failure): string | undefined {
  return lastingAdvice(action, code) ?? PASSING.get(code);
}

/** Whether every run meets this failure again until a person has removed its cause. */
export const isLasting = (code: string): boolean => lastingAdvice('', code) !== undefined;

function lastingAdvice(action: string, code: string): string | undefined {
  const known = LASTING.get(code);
  if (known !== undefined) {
    return known;
  }
  if (/\.FinancialLocked$/i.test(code)) {
    return 'Settle the overdue payment of the account, then run again.';
  }
  if (isAboutTag(code)) {
    return 'See whether a tag policy of the account forbids keys that begin with "vco-sweeper:".';
  }
  if (!isPermission(code)) {
    return undefined;
  }
  return action === 'AssumeRole'
    ? 'Let the role trust the identity that runs the sweep (docs/ram/trust/trust-member-account.json), and grant that identity sts:AssumeRole.'
    : 'Grant the action to the identity that runs the sweep, in this region too (docs/ram).';
}

/** The failure, and how a person can fix it. */
export function describeFailure(error: Pick<CloudError, 'action' | 'code' | 'message'>): string {
  const todo = advice(error);
  return todo === undefined ? error.message : `${error.message}. ${todo}`;
}

/** The same for a code alone, if the failed call is unknown. */
export function describeCode(code: string): string {
  const todo = advice({ action: '', code });
  return todo === undefined ? code : `${code}. ${todo}`;
}
