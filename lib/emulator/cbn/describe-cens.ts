import { numberedPage } from '../gateway/paging.ts';
import { hasTags, type RequestParams, tagList } from '../gateway/params.ts';
import { cbn } from '../operation.ts';

/** `Filter.N.Key` with `Filter.N.Value.M`. */
function filtersOf(params: RequestParams): { key: string; values: string[] }[] {
  const filters: { key: string; values: string[] }[] = [];
  for (let at = 1; ; at++) {
    const key = params.text(`Filter.${at}.Key`);
    if (key === undefined) {
      return filters;
    }
    filters.push({ key, values: params.list(`Filter.${at}.Value`) });
  }
}

/** The caller's own CENs. */
export const describeCens = cbn('DescribeCens', {
  kind: 'read',
  paging: 'number',
  run(context) {
    const { params, store, caller } = context;
    const filters = filtersOf(params);
    const tags = params.tags();
    const group = params.text('ResourceGroupId');
    const rows = store.cens
      .in('account', caller.accountId)
      .filter(
        (row) =>
          (group === undefined || row.ResourceGroupId === group) &&
          hasTags(row.tags, tags) &&
          filters.every(({ key, values }) => values.includes(String(Reflect.get(row, key)))),
      );
    const { items, fields } = numberedPage(context, rows);
    const shown = items.map(({ accountId: _owner, tags: own, ...row }) => ({
      Name: '',
      Description: '',
      Status: 'Active',
      ProtectionLevel: 'REDUCED',
      Ipv6Level: 'DISABLED',
      CreationTime: '2023-01-01T00:00Z',
      CenBandwidthPackageIds: { CenBandwidthPackageId: [] },
      ...row,
      Tags: { Tag: tagList(own) },
    }));
    return { ...fields, Cens: { Cen: shown } };
  },
});
