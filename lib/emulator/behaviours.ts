import * as z from 'zod/mini';

/** A count of reads, or nothing if reads do not matter. */
const polls = z.nullable(z.int().check(z.gte(0)));
const durationMs = z.nullable(z.number().check(z.gte(0)));

/** The behaviours that no public page settles. Each behaviour has a default. Test your code against the variants as well. */
export const behavioursShape = z.strictObject({
  /** DeleteVpnAttachment on a connection bound to a transit router. No page has the code `incorrect-status`. */
  deleteAttached: z.enum(['status-not-support', 'incorrect-status', 'configuring', 'success-false']),
  /** DeleteVpnAttachment on a connection that is being bound, unbound, changed or made. */
  deleteChanging: z.enum(['status-not-support', 'configuring']),
  /** DeleteVpnAttachment on a VPN gateway's connection: 404 not found, or 400. */
  deleteVpnGateway: z.enum(['not-found', 'refused']),
  /** DeleteVpnAttachment on an unknown id: 404 not found, or 200 as if it had just been deleted. */
  deleteUnknown: z.enum(['not-found', 'success']),
  /** DeleteVpnAttachment on an overdue connection. */
  deleteFinancialLocked: z.enum(['refused', 'success']),
  /** How many reads still show a deleted connection: a count, or a seeded count from 0 to 3. */
  deleteReads: z.union([z.literal('random'), z.int().check(z.gte(0))]),
  /** How many reads after them show it with State `deleted`, before it answers not found. */
  deletedStateReads: z.int().check(z.gte(0)),
  /** The longest a deleted connection stays readable when nobody reads it. */
  deleteMs: durationMs,
  /** Which side forgets the binding first after DeleteTransitRouterVpnAttachment. */
  detachOrder: z.enum(['cbn-first', 'vpc-first']),
  /** Reads that show the first side still detaching. */
  detachPolls: polls,
  /** Time after which the first side has forgotten, however few the reads. */
  detachMs: durationMs,
  /** Reads of the second side, after the first has forgotten. */
  detachSecondPolls: polls,
  detachSecondMs: durationMs,
  /** Whether a detached connection still says that another account's transit router may hold it. */
  crossAccountAfterDetach: z.enum(['cleared', 'kept']),
  /** Which side knows of a new attachment: both sides at once, or the connection only once the transit router is done. */
  attachOrder: z.enum(['both', 'cbn-first']),
  /** Reads that show a new attachment as `Attaching`. */
  attachPolls: polls,
  attachMs: durationMs,
  /** Reads that show a new connection as `provisioning`. */
  createPolls: polls,
  createMs: durationMs,
  /** Reads that show a CEN, a transit router or a route table being made or deleted, or a connection being updated. */
  changePolls: polls,
  changeMs: durationMs,
  /** Reads that show an association, propagation or route still being made or removed. */
  dependencyPolls: polls,
  dependencyMs: durationMs,
  /** Whether another account's connection can be attached only once its owner has granted it to the CEN. */
  crossAccountGrant: z.enum(['required', 'not-asked']),
  /** DescribeVcoRouteEntries of a connection that is bound to nothing: an empty list, or 400 `UnknownError`. */
  routesOfUnbound: z.enum(['empty', 'unknown-error']),
  /** DeleteTransitRouterVpnAttachment with an unknown id: 200 without effect (documented), or 400. */
  deleteAttachmentUnknown: z.enum(['accepted', 'refused']),
  /** DeleteTransitRouterVpnAttachment with Force: removes the attachment's dependencies, or refuses. */
  forceDelete: z.enum(['removes', 'not-supported']),
  /** ListTransitRouterVpnAttachments without any filter. */
  listUnfiltered: z.enum(['empty', 'refused']),
  /** PageSize or MaxResults out of range. */
  pageSizeOutOfRange: z.enum(['refused', 'clamp']),
  /** Order of VPC listings. `shuffled` moves items between the pages of a listing. */
  listingOrder: z.enum(['newest-first', 'shuffled']),
  /** A known region without IPsec-VPN for transit routers. */
  unsupportedRegion: z.enum(['not-found', 'empty']),
  /** Fields of a transit router on a connection without a transit router: left out, or the empty text. */
  absentFields: z.enum(['omitted', 'empty']),
  /** TagResources and UnTagResources with an id that does not exist: nothing is written, or it is passed over. */
  tagUnknownResource: z.enum(['refused', 'ignored']),
  /** How many resources a tag call takes: the documents give both numbers. */
  tagResourceMax: z.union([z.literal(20), z.literal(50)]),
  /** The code when a resource would hold too many tags: the catalogue's, and two that older pages and readers name. */
  tooManyTagsCode: z.enum(['QuotaExceeded.TagNum', 'SizeLimitExceeded.TagNum', 'NumberExceed.Tags']),
  /** How long reads still show the tags from before a write through the API. */
  tagReadLagMs: z.number().check(z.gte(0)),
  /** The answer of CBN to a caller without permission: 400 `Unauthorized` (documented), or 403 `Forbidden.RAM`. */
  cbnDenied: z.enum(['Unauthorized', 'Forbidden.RAM']),
  /** The answer over a rate limit. */
  throttleCode: z.enum(['Throttling.User', 'Throttling.Api', 'Throttling.user', 'Throttling', 'ServiceUnavailable']),
  throttleStatus: z.union([z.literal(400), z.literal(429), z.literal(503)]),
  /** Whether that answer has the header x-acs-retry-after, in milliseconds. */
  throttleRetryAfter: z.boolean(),
  /** The names of code and message in a refusal of Function Compute. */
  fcErrorBody: z.enum(['ErrorCode', 'errorCode', 'Code']),
  /** The code when all instances of a function are busy. The status is 429. */
  fcThrottleCode: z.enum(['ResourceExhausted', 'ResourceThrottled']),
  /** The HTTP status for the id of a task that is known. */
  fcKnownTaskStatus: z.union([z.literal(409), z.literal(400)]),
  /** The HTTP status for an event that is too long. */
  fcTooLargeStatus: z.union([z.literal(400), z.literal(413)]),
});

export type Behaviours = z.output<typeof behavioursShape>;

export const BEHAVIOURS_DEFAULT: Behaviours = {
  deleteAttached: 'status-not-support',
  deleteChanging: 'status-not-support',
  deleteVpnGateway: 'not-found',
  deleteUnknown: 'not-found',
  deleteFinancialLocked: 'refused',
  deleteReads: 'random',
  deletedStateReads: 0,
  deleteMs: 60_000,
  detachOrder: 'cbn-first',
  detachPolls: 2,
  detachMs: 60_000,
  detachSecondPolls: 0,
  detachSecondMs: 30_000,
  crossAccountAfterDetach: 'cleared',
  attachOrder: 'both',
  attachPolls: 2,
  attachMs: 60_000,
  createPolls: 0,
  createMs: null,
  changePolls: 1,
  changeMs: 30_000,
  dependencyPolls: 1,
  dependencyMs: 30_000,
  crossAccountGrant: 'required',
  routesOfUnbound: 'empty',
  deleteAttachmentUnknown: 'accepted',
  forceDelete: 'removes',
  listUnfiltered: 'empty',
  pageSizeOutOfRange: 'refused',
  listingOrder: 'newest-first',
  unsupportedRegion: 'not-found',
  absentFields: 'omitted',
  tagUnknownResource: 'refused',
  tagResourceMax: 20,
  tooManyTagsCode: 'QuotaExceeded.TagNum',
  tagReadLagMs: 0,
  cbnDenied: 'Unauthorized',
  throttleCode: 'Throttling.User',
  throttleStatus: 400,
  throttleRetryAfter: false,
  fcErrorBody: 'ErrorCode',
  fcThrottleCode: 'ResourceExhausted',
  fcKnownTaskStatus: 409,
  fcTooLargeStatus: 400,
};
