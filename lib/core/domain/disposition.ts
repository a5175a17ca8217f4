import type { CloudError } from './errors.ts';

/**
 * The meaning of an error code for the step that met it.
 *
 * `retry`: the same request may work later. `busy`: it will work once the cloud has finished another change of the
 * resource, which may take minutes. `refused`: our picture of the cloud is wrong, so look again. `blocked`: only a
 * person can fix the cause. `terminal`: any other error, so stop the step. Whether a resource is gone depends on the
 * action as well: see `saysGone`.
 */
export type Disposition = 'retry' | 'busy' | 'refused' | 'blocked' | 'terminal';

// A code without a source is terminal for this run. The timer is the outer retry.
const BY_CODE: ReadonlyMap<string, Disposition> = new Map<string, Disposition>([
  ['Vco.StatusNotSupport', 'busy'], // VPC's error catalogue, DeleteVpnAttachment: it is bound, or changing
  ['Operation.Blocking', 'busy'], // Terraform provider, DeleteTransitRouterVpnAttachment
  ['IncorrectStatus.Status', 'busy'], // Terraform provider, DeleteTransitRouterVpnAttachment
  ['IncorrectStatus.ResourceStatus', 'busy'], // documented for DeleteTransitRouterVpnAttachment: the connection is busy
  ['IncorrectStatus.Attachment', 'busy'], // Terraform provider, the sibling operation for VPC attachments
  ['InstanceStatus.NotSupport', 'busy'], // Terraform provider, the sibling operation for VPC attachments
  ['SystemBusy', 'retry'], // Terraform provider
  ['LastTokenProcessing', 'retry'], // Terraform provider, VPC: an earlier request with this token is still running
  ['TokenProcessing', 'retry'], // Terraform provider, CBN: the same
  ['IdempotentProcessing', 'retry'], // Terraform provider: the same
  ['ServiceUnavailable', 'retry'], // common error codes, 503
  ['InternalError', 'retry'], // common error codes, 500, or 400 as documented for DeleteVpnAttachment
  ['InvalidTimeStamp.Expired', 'retry'], // common error codes: once, with a fresh time
  ['SignatureNonceUsed', 'retry'], // common error codes: once, with a fresh nonce

  // Our own codes: the cloud did not answer, or its answer cannot be trusted.
  ['RequestTimeoutError', 'retry'], // the write may have happened, and then the next attempt answers `gone`
  ['NetworkError', 'retry'], // broken connection
  ['HostNotFound', 'retry'], // the endpoint's name has no address, as in a region without the service
  ['UnreadableReply', 'retry'], // a gateway's HTML page, a truncated body, a reply without its fields
  ['DeadlineExceeded', 'retry'], // not repeated in this run, but the next run may succeed
  ['IncompleteListing', 'retry'], // the estate changed during the listing, and the next run lists it again

  // Our picture of the cloud is wrong.
  ['IncorrectStatus.VpnConnection', 'refused'], // our assumption: the connection is still bound to a transit router
  ['IdempotentParameterMismatch', 'refused'], // common error codes: the client token was used for another request
  ['SuccessFalse', 'refused'], // ours: HTTP 200, `Success: false`, no code (Terraform provider checks the same)

  // Documented for DeleteTransitRouterVpnAttachment without Force.
  ['OperationFailed.RouteTableAssociationExist', 'blocked'],
  ['OperationFailed.RouteTablePropagationExist', 'blocked'],
  ['OperationFailed.RouteEntryExist', 'blocked'],
  ['OperationFailed.PrefixListExist', 'blocked'],
  ['OperationFailed.FlowLogExistOrNisOpened', 'blocked'],
  // Documented for DeleteTransitRouterVpnAttachment with Force.
  ['OperationFailed.NotSupportForceDelete', 'blocked'],
  ['OperationUnsupported.TransitRouterType', 'blocked'], // documented for DeleteTransitRouterVpnAttachment
  ['OperationNotPermitted.AttachmentManagedByCloudService', 'blocked'], // documented for VPC attachments
  // The resource would hold too many tags.
  ['QuotaExceeded.TagNum', 'blocked'], // VPC's error catalogue, TagResources
  ['SizeLimitExceeded.TagNum', 'blocked'], // the same, for a single call, but our calls never have that many tags
  ['NumberExceed.Tags', 'blocked'], // older pages of TagResources
]);

const CONNECTION_GONE = [
  'InvalidVpnConnectionInstanceId.NotFound', // documented for operations on VPN connections (404)
  // Similar spellings.
  ...['InvalidVpnConnectionId.NotFound', 'InvalidVpnConnection.NotFound', 'VpnConnection.NotFound'],
  ...['InvalidVpnAttachmentInstanceId.NotFound', 'InvalidVpnAttachmentId.NotFound'],
];
const ATTACHMENT_GONE = [
  'InvalidTransitRouterAttachmentId.NotFound', // documented for DeleteTransitRouterVpnAttachment (400)
  'InvalidAttachmentId.NotFound', // documented for its route-table siblings (400)
  // Similar spellings.
  ...['InvalidAttachment.NotFound', 'InvalidTransitRouterVpnAttachmentId.NotFound'],
];
const TAGGED_GONE = [
  'InvalidInstanceIds.NotFound', // VPC's error catalogue, TagResources (400)
  // Codes in the Terraform provider and in samples.
  ...['InvalidInstanceId.NotFound', 'InvalidResourceId.NotFound', 'InvalidResourceIds.NotFound'],
];

/**
 * For each action, the codes that say that the requested resource does not exist. Any other code is about something
 * else, even if it contains "not found": a product, an action, a region, a key.
 */
export const GONE: Readonly<Record<string, readonly string[]>> = {
  DescribeVpnConnection: CONNECTION_GONE,
  DeleteVpnAttachment: CONNECTION_GONE,
  ListTransitRouterVpnAttachments: ATTACHMENT_GONE,
  DeleteTransitRouterVpnAttachment: ATTACHMENT_GONE,
  ListTagResources: TAGGED_GONE,
  TagResources: TAGGED_GONE,
  UnTagResources: TAGGED_GONE,
};

/** Whether an error says that its connection, attachment or tagged resource does not exist. */
export function saysGone({ action, code, status }: Pick<CloudError, 'action' | 'code' | 'status'>): boolean {
  const isDefinite = status !== undefined && status >= 400 && status <= 499;
  return isDefinite && Object.hasOwn(GONE, action) && GONE[action]?.includes(code) === true;
}

/** Families of codes, tried in this order after the table above. */
const BY_PATTERN: readonly (readonly [RegExp, Disposition])[] = [
  [/\.Configuring$/i, 'busy'], // VpnConnection: documented for DeleteVpnAttachment. VpnGateway, Appliance: Terraform
  [/conflict/i, 'busy'], // VpnTask.CONFLICT, TaskConflict, OperationConflict: Terraform provider
  [/^HttpStatus5\d\d$/, 'retry'], // ours: a 5xx without a code
  [/\.FinancialLocked$/i, 'blocked'], // VpnGateway. is documented for similar operations, VpnConnection. is an analogy
];

/**
 * Classify an error. A 5xx is worth a retry with any code, because the answer is not definite.
 *
 * @param status HTTP status, if there was a reply
 */
export function disposition(code: string, status?: number): Disposition {
  if (isThrottling(code, status) || (status ?? 0) >= 500) {
    return 'retry';
  }
  return BY_CODE.get(code) ?? BY_PATTERN.find(([pattern]) => pattern.test(code))?.[1] ?? 'terminal';
}

/** Whether an error is worth another attempt of the same request. */
export function mayWorkLater({ code, status }: Pick<CloudError, 'code' | 'status'>): boolean {
  const meaning = disposition(code, status);
  return meaning === 'retry' || meaning === 'busy';
}

/**
 * Throttling in all known spellings: `Throttling`, `Throttling.User`, `Throttling.user`, `Rejected.Throttling`, 429.
 */
export function isThrottling(code: string, status?: number): boolean {
  return /throttling/i.test(code) || code === 'HttpStatus429' || status === 429;
}

/**
 * The request was stale, not wrong. It gets another attempt with a fresh signature. After that, the error is terminal.
 */
export function isRetriedOnce(code: string): boolean {
  return code === 'InvalidTimeStamp.Expired' || code === 'SignatureNonceUsed';
}

/**
 * An earlier request with the same client token is still running. Repeat the request with that token, never with a new
 * token.
 */
export function isTokenProcessing(code: string): boolean {
  return code === 'LastTokenProcessing' || code === 'TokenProcessing' || code === 'IdempotentProcessing';
}

/** The cloud refused the key or value of a tag, for any resource: VPC's error catalogue, TagResources (400). */
export function isAboutTag(code: string): boolean {
  return /^(InvalidTag(Key|Value)|Forbidden\.TagKeys?)(\.|$)/.test(code);
}

/** The identity lacks the permission. CBN says `Unauthorized` (400). VPN operations spell it `Forbbiden`. */
export function isPermission(code: string): boolean {
  return /^(Forbidden|Forbbiden|NoPermission|Unauthorized)(\.|$)/.test(code) && !isAboutTag(code);
}
