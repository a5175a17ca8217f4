import type { CloudError } from './errors.ts';

/**
 * What an error code means for the step that met it.
 *
 * `retry`: the same request may work later. `busy`: it will, once something that happens to the thing is over, which may
 * take minutes. `refused`: what we believed is not so, look again. `blocked`: only a person can fix it. `terminal`: none
 * of these; stop the step. Whether a thing is gone depends on the action too: `saysGone`.
 */
export type Disposition = 'retry' | 'busy' | 'refused' | 'blocked' | 'terminal';

// A code we cannot source is terminal for this run; the timer is the outer retry.
const BY_CODE: ReadonlyMap<string, Disposition> = new Map<string, Disposition>([
  ['Vco.StatusNotSupport', 'busy'], // VPC's error catalogue, DeleteVpnAttachment: it is bound, or changing
  ['Operation.Blocking', 'busy'], // Terraform provider, DeleteTransitRouterVpnAttachment
  ['IncorrectStatus.Status', 'busy'], // Terraform provider, DeleteTransitRouterVpnAttachment
  ['IncorrectStatus.ResourceStatus', 'busy'], // documented for DeleteTransitRouterVpnAttachment: the connection is busy
  ['IncorrectStatus.Attachment', 'busy'], // Terraform provider, the sibling operation for VPC attachments
  ['InstanceStatus.NotSupport', 'busy'], // Terraform provider, the sibling operation for VPC attachments
  ['SystemBusy', 'retry'], // Terraform provider
  ['LastTokenProcessing', 'retry'], // Terraform provider, VPC: the earlier request with this client token still runs
  ['TokenProcessing', 'retry'], // Terraform provider, CBN: the same
  ['IdempotentProcessing', 'retry'], // Terraform provider: the same
  ['ServiceUnavailable', 'retry'], // common error codes, 503
  ['InternalError', 'retry'], // common error codes, 500; documented with 400 for DeleteVpnAttachment
  ['InvalidTimeStamp.Expired', 'retry'], // common error codes: once, with a fresh time
  ['SignatureNonceUsed', 'retry'], // common error codes: once, with a fresh nonce

  // Ours: no answer, or none that can be trusted.
  ['RequestTimeoutError', 'retry'], // the write may have happened; the next attempt then answers `gone`
  ['NetworkError', 'retry'], // broken connection
  ['HostNotFound', 'retry'], // the endpoint's name has no address; also how a region without the service looks
  ['UnreadableReply', 'retry'], // a gateway's HTML page, a truncated body, a reply without its fields
  ['DeadlineExceeded', 'retry'], // not tried again in this run; the next one may
  ['IncompleteListing', 'retry'], // the estate changed under the listing; the next run lists again

  // What we believed is not so.
  ['IncorrectStatus.VpnConnection', 'refused'], // our assumption: still bound to a transit router
  ['IdempotentParameterMismatch', 'refused'], // common error codes: the client token was used for something else
  ['SuccessFalse', 'refused'], // ours: HTTP 200 with `Success: false` and no code (Terraform provider checks the same)

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
  ['SizeLimitExceeded.TagNum', 'blocked'], // the same; of one call, which never has that many tags of ours
  ['NumberExceed.Tags', 'blocked'], // older pages of TagResources
]);

const CONNECTION_GONE = [
  'InvalidVpnConnectionInstanceId.NotFound', // documented for operations on VPN connections (404)
  // Spellings of siblings.
  ...['InvalidVpnConnectionId.NotFound', 'InvalidVpnConnection.NotFound', 'VpnConnection.NotFound'],
  ...['InvalidVpnAttachmentInstanceId.NotFound', 'InvalidVpnAttachmentId.NotFound'],
];
const ATTACHMENT_GONE = [
  'InvalidTransitRouterAttachmentId.NotFound', // documented for DeleteTransitRouterVpnAttachment (400)
  'InvalidAttachmentId.NotFound', // documented for its route-table siblings (400)
  // Spellings of siblings.
  ...['InvalidAttachment.NotFound', 'InvalidTransitRouterVpnAttachmentId.NotFound'],
];
const TAGGED_GONE = [
  'InvalidInstanceIds.NotFound', // VPC's error catalogue, TagResources (400)
  // What the Terraform provider and samples show.
  ...['InvalidInstanceId.NotFound', 'InvalidResourceId.NotFound', 'InvalidResourceIds.NotFound'],
];

/**
 * By action, the codes that say that the thing it was asked about does not exist. Any other code, however much of it is
 * "not found", is about something else: a product, an action, a region, a key.
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

/** Whether an error says that the connection, attachment or tagged resource that it is about does not exist. */
export function saysGone({ action, code, status }: Pick<CloudError, 'action' | 'code' | 'status'>): boolean {
  const isDefinite = status !== undefined && status >= 400 && status <= 499;
  return isDefinite && Object.hasOwn(GONE, action) && GONE[action]?.includes(code) === true;
}

/** Families of codes, tried in this order after the table above. */
const BY_PATTERN: readonly (readonly [RegExp, Disposition])[] = [
  [/\.Configuring$/i, 'busy'], // VpnConnection. documented for DeleteVpnAttachment; VpnGateway., Appliance.: Terraform
  [/conflict/i, 'busy'], // VpnTask.CONFLICT, TaskConflict, OperationConflict: Terraform provider
  [/^HttpStatus5\d\d$/, 'retry'], // ours: a 5xx without a code
  [/\.FinancialLocked$/i, 'blocked'], // VpnGateway. documented for sibling operations; VpnConnection. by analogy
];

/**
 * Sort an error. A 5xx is worth a retry whatever its code says: the answer is not definite.
 *
 * @param status HTTP status, when a reply came
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

/** Throttling in all spellings seen: `Throttling`, `Throttling.User`, `Throttling.user`, `Rejected.Throttling`, 429. */
export function isThrottling(code: string, status?: number): boolean {
  return /throttling/i.test(code) || code === 'HttpStatus429' || status === 429;
}

/** The request was stale, not wrong: one more attempt, freshly signed, then it is terminal. */
export function isRetriedOnce(code: string): boolean {
  return code === 'InvalidTimeStamp.Expired' || code === 'SignatureNonceUsed';
}

/** An earlier request with the same client token still runs: ask again with that token, never with a new one. */
export function isTokenProcessing(code: string): boolean {
  return code === 'LastTokenProcessing' || code === 'TokenProcessing' || code === 'IdempotentProcessing';
}

/** The key or value of a tag is refused, whatever the resource: VPC's error catalogue, TagResources (400). */
export function isAboutTag(code: string): boolean {
  return /^(InvalidTag(Key|Value)|Forbidden\.TagKeys?)(\.|$)/.test(code);
}

/** The identity may not do this. CBN says `Unauthorized` (400); VPN operations spell it `Forbbiden`. */
export function isPermission(code: string): boolean {
  return /^(Forbidden|Forbbiden|NoPermission|Unauthorized)(\.|$)/.test(code) && !isAboutTag(code);
}
