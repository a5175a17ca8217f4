import { ApiError } from '../gateway/api-error.ts';
import { numberedPage } from '../gateway/paging.ts';
import { hasTags, tagList } from '../gateway/params.ts';
import { cbn } from '../operation.ts';

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
    const rows = store.transitRouters
      .in('account', caller.accountId)
      .filter(
        (row) =>
          (wanted.CenId === undefined || row.CenId === wanted.CenId) &&
          (wanted.RegionId === undefined || row.RegionId === wanted.RegionId) &&
          (wanted.TransitRouterId === undefined || row.TransitRouterId === wanted.TransitRouterId) &&
          (wanted.TransitRouterName === undefined || row.TransitRouterName === wanted.TransitRouterName) &&
          (type === undefined || (row.Type ?? 'Enterprise') === type) &&
          (status === undefined || (row.Status ?? 'Active') === status) &&
          hasTags(row.tags, tags),
      );
    const { items, fields } = numberedPage(context, rows);
    const shown = items.map(({ accountId, tags: own, ...row }) => ({
      TransitRouterName: '',
      TransitRouterDescription: '',
      Type: 'Enterprise',
      Status: 'Active',
      CreationTime: '2023-01-01T00:00Z',
      SupportMulticast: false,
      TransitRouterCidrList: [],
      ...row,
      AliUid: Number(accountId),
      Tags: tagList(own),
    }));
    return { ...fields, TransitRouters: shown };
  },
});
