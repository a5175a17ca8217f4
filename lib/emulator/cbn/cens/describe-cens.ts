import type { Cen } from '../../estate/estate-types.ts';
import { numberedPage } from '../../gateway/paging.ts';
import { hasTags, type RequestParams, tagList } from '../../gateway/params.ts';
import { type Context, cbn, type ReplyBody } from '../../operation.ts';
import { shownTags } from '../../tags/visible-tags.ts';

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

function shownCen(context: Context, cen: Cen): ReplyBody {
  const { accountId: _owner, tags: _own, pending: _pending, ...row } = cen;
  return {
    Name: '',
    Description: '',
    Status: 'Active',
    ProtectionLevel: 'REDUCED',
    Ipv6Level: 'DISABLED',
    CreationTime: '2023-01-01T00:00Z',
    CenBandwidthPackageIds: { CenBandwidthPackageId: [] },
    ...row,
    Tags: { Tag: tagList(shownTags(context, cen)) },
  };
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
          hasTags(shownTags(context, row), tags) &&
          filters.every(({ key, values }) => values.includes(String(Reflect.get(row, key)))),
      );
    const { items, fields } = numberedPage(context, rows);
    const shown = items.map((row) => shownCen(context, row));
    context.lifecycle.seen(items);
    return { ...fields, Cens: { Cen: shown } };
  },
});
