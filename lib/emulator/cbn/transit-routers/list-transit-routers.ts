import type { TransitRouterRecord } from '../../estate/estate-types.ts';
import { ApiError } from '../../gateway/api-error.ts';
import { numberedPage } from '../../gateway/paging.ts';
import { hasTags, tagList } from '../../gateway/params.ts';
import { type Context, cbn, type ReplyBody } from '../../operation.ts';
import { shownTags } from '../../tags/visible-tags.ts';
import { siftByState } from '../hidden-rows.ts';

/** `FeatureFilter.N.Key` with `FeatureFilter.N.Value.M`. Only the feature multicast tells transit routers apart. */
function featuresOf({ params }: Context): readonly string[] | undefined {
  const key = params.text('FeatureFilter.1.Key');
  if (key === undefined) {
    return undefined;
  }
  if (key !== 'Multicast') {
    throw new ApiError(400, 'InvalidOperation.UnsupportFilter', 'The specified filter is not supported.');
  }
  const values = params.list('FeatureFilter.1.Value');
  if (!values.every((value) => value === 'Enabled' || value === 'Disabled')) {
    throw new ApiError(400, 'InvalidOperation.UnsupportFilterValue', 'The specified filter value is not supported.');
  }
  return values;
}

const hasFeatures = (
  { SupportMulticast = false }: TransitRouterRecord,
  features: readonly string[] | undefined,
): boolean => features === undefined || features.includes(SupportMulticast ? 'Enabled' : 'Disabled');

function shownRouter(context: Context, router: TransitRouterRecord): ReplyBody {
  const { accountId, tags: _own, pending: _pending, ...row } = router;
  return {
    TransitRouterName: '',
    TransitRouterDescription: '',
    Type: 'Enterprise',
    Status: 'Active',
    CreationTime: '2023-01-01T00:00Z',
    SupportMulticast: false,
    TransitRouterCidrList: [],
    ...row,
    AliUid: Number(accountId),
    Tags: tagList(shownTags(context, router)),
  };
}

/** The caller's own transit routers: another account's never show. */
export const listTransitRouters = cbn('ListTransitRouters', {
  kind: 'read',
  paging: 'number',
  run(context) {
    const { params, store, caller } = context;
    const wanted = {
      CenId: params.text('CenId'),
      RegionId: params.text('RegionId'),
      TransitRouterId: params.text('TransitRouterId'),
      TransitRouterName: params.text('TransitRouterName'),
    };
    if (wanted.CenId === undefined && wanted.RegionId === undefined && wanted.TransitRouterId === undefined) {
      throw new ApiError(
        400,
        'InvalidParameterCombination.TransitRouter',
        'At least one of RegionId, TransitRouterId and CenId must be specified.',
      );
    }
    const type = params.text('Type');
    const status = params.text('Status');
    const tags = params.tags();
    const features = featuresOf(context);
    const rows = store.transitRouters
      .in('account', caller.accountId)
      .filter(
        (row) =>
          (wanted.CenId === undefined || row.CenId === wanted.CenId) &&
          (wanted.RegionId === undefined || row.RegionId === wanted.RegionId) &&
          (wanted.TransitRouterId === undefined || row.TransitRouterId === wanted.TransitRouterId) &&
          (wanted.TransitRouterName === undefined || row.TransitRouterName === wanted.TransitRouterName) &&
          (type === undefined || (row.Type ?? 'Enterprise') === type) &&
          hasFeatures(row, features) &&
          hasTags(shownTags(context, row), tags),
      );
    const sifted = siftByState(rows, status, (row) => row.Status ?? 'Active');
    const { items, fields } = numberedPage(context, sifted.shown);
    const shown = items.map((row) => shownRouter(context, row));
    context.lifecycle.seen([...items, ...sifted.hidden]);
    return { ...fields, TransitRouters: shown };
  },
});
