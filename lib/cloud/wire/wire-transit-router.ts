import * as z from 'zod/mini';
import type {
  AccountId,
  Attachment,
  AttachmentStatus,
  RegionId,
  TransitRouter,
  TransitRouterId,
} from '../../core/domain/estate.ts';
import type { PickSettings } from '../../core/undo/settings.ts';
import type { Page, TokenPage } from '../client/list-pages.ts';
import type { Reader } from '../client/rpc.ts';
import {
  accountNumber,
  count,
  firstMisfit,
  nextToken,
  oneOf,
  optionalText,
  reader,
  requiredId,
} from './wire-fields.ts';

/** CBN 2017-09-12: transit routers and their VPN attachments, only the fields in use. */

const STATUSES: readonly AttachmentStatus[] = ['Attaching', 'Attached', 'Detaching'];

const transitRouter = z.object({
  TransitRouterId: requiredId,
  TransitRouterName: optionalText,
  CenId: optionalText,
  RegionId: optionalText,
  AliUid: accountNumber,
});

const attachment = z.object({
  TransitRouterAttachmentId: requiredId,
  VpnId: requiredId,
  VpnOwnerId: accountNumber,
  TransitRouterId: optionalText,
  Status: oneOf(STATUSES),
});

/** A transit router, and its owner if the reply names it. */
export type OwnedTransitRouter = TransitRouter & { readonly ownerId: AccountId | undefined };

const transitRouters = z.object({ TotalCount: count, TransitRouters: z.array(transitRouter) });

/** A page of `ListTransitRouters`. An answer about another region is not an answer. */
export const transitRouterPage = (regionId: RegionId): Reader<Page<OwnedTransitRouter>> =>
  reader(
    transitRouters,
    (reply) => ({
      items: reply.TransitRouters.map((item) => ({
        transitRouterId: item.TransitRouterId,
        cenId: item.CenId,
        regionId,
        name: item.TransitRouterName ?? '',
        ownerId: item.AliUid,
      })),
      totalCount: reply.TotalCount,
    }),
    (reply) => firstMisfit('TransitRouters', reply.TransitRouters, (item) => (item.RegionId ?? regionId) === regionId),
  );

const attachments = z.object({
  TotalCount: z.optional(count),
  NextToken: nextToken,
  TransitRouterAttachments: z.array(attachment),
});

/** A page of `ListTransitRouterVpnAttachments`. An answer about another transit router is not an answer. */
export const attachmentPage = (
  transitRouterId: TransitRouterId,
  pick?: PickSettings,
): Reader<TokenPage<Attachment>> => {
  const read = attachmentsOf(transitRouterId);
  return (body) => {
    const page = read(body);
    if (pick === undefined || 'problem' in page) {
      return page;
    }
    const rows = z.parse(rawRows, body).TransitRouterAttachments;
    const items = page.value.items.map((item, at) => {
      // As text, because the parser turns a number of this length into an object.
      const row = { ...rows[at], VpnOwnerId: item.connectionOwnerId };
      return { ...item, settings: pick(row) };
    });
    return { value: { ...page.value, items } };
  };
};

const rawRows = z.object({ TransitRouterAttachments: z.array(z.looseObject({})) });

const attachmentsOf = (transitRouterId: TransitRouterId): Reader<TokenPage<Attachment>> =>
  reader(
    attachments,
    (reply) => ({
      items: reply.TransitRouterAttachments.map((item) => ({
        attachmentId: item.TransitRouterAttachmentId,
        connectionId: item.VpnId,
        transitRouterId,
        status: item.Status,
        connectionOwnerId: item.VpnOwnerId,
      })),
      totalCount: reply.TotalCount,
      nextToken: reply.NextToken,
    }),
    (reply) =>
      firstMisfit(
        'TransitRouterAttachments',
        reply.TransitRouterAttachments,
        (item) => (item.TransitRouterId ?? transitRouterId) === transitRouterId,
      ),
  );
