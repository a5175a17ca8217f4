import type { AttachmentRecord } from '../../estate/estate-types.ts';
import { invalid } from '../../gateway/api-error.ts';
import { tokenPage } from '../../gateway/paging.ts';
import { hasTags, tagList } from '../../gateway/params.ts';
import { type Context, cbn, type ReplyBody } from '../../operation.ts';
import { shownTags } from '../../tags/visible-tags.ts';

/** The three ways to ask: for an attachment, for a transit router, or for a CEN in a region. Anything else finds nothing. */
function asked({ params, store, behaviours }: Context): readonly AttachmentRecord[] {
  const id = params.text('TransitRouterAttachmentId');
  const transitRouterId = params.text('TransitRouterId');
  const cenId = params.text('CenId');
  if (id !== undefined) {
    return [store.attachments.get(id)].filter((row) => row !== undefined);
  }
  if (transitRouterId !== undefined) {
    return store.attachments.in('transitRouter', transitRouterId);
  }
  if (cenId !== undefined) {
    return store.attachments.in('cen', cenId);
  }
  if (behaviours.listUnfiltered === 'refused') {
    throw invalid('TransitRouterId');
  }
  return [];
}

function toItem(context: Context, attachment: AttachmentRecord): ReplyBody {
  const { accountId: _owner, pending: _pending, tags: _own, ...row } = attachment;
  return {
    ResourceType: 'VPN',
    ChargeType: 'POSTPAY',
    OrderType: 'PayByCenOwner',
    AutoPublishRouteEnabled: true,
    TransitRouterAttachmentName: '',
    TransitRouterAttachmentDescription: '',
    Zones: [],
    ...row,
    VpnOwnerId: Number(row.VpnOwnerId),
    Tags: tagList(shownTags(context, attachment)),
  };
}

/** The attachments of the caller's own transit routers. Wrong parameters find nothing, and are not refused. */
export const listTransitRouterVpnAttachments = cbn('ListTransitRouterVpnAttachments', {
  kind: 'read',
  paging: 'token',
  run(context) {
    const regionId = context.params.text('RegionId');
    const tags = context.params.tags();
    const rows = asked(context).filter(
      (row) =>
        row.accountId === context.caller.accountId &&
        (regionId === undefined || row.VpnRegionId === regionId) &&
        hasTags(shownTags(context, row), tags),
    );
    const { items, fields } = tokenPage(context, rows, { fallback: 20, max: 100 });
    const shown = items.map((row) => toItem(context, row));
    context.lifecycle.seen(items);
    return { ...fields, TransitRouterAttachments: shown };
  },
});
