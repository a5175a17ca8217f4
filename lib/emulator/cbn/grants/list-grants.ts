import type { Grant } from '../../estate/estate-types.ts';
import { invalid } from '../../gateway/api-error.ts';
import { tokenPage } from '../../gateway/paging.ts';
import { type Context, cbn, type ReplyBody } from '../../operation.ts';
import { toMinute } from '../minute.ts';

/** Without MaxResults all grants come at once. */
const PAGE = { fallback: 100, max: 100 };

/** Only connections are granted here. For the other types the list is empty. */
function isOfConnections({ params }: Context): boolean {
  const type = params.need('ProductType');
  if (!['VPC', 'VBR', 'ExpressConnect', 'CCN', 'VPN', 'ECR'].includes(type)) {
    throw invalid('ProductType');
  }
  return type === 'VPN';
}

function page(context: Context, rows: readonly Grant[], toItem: (row: Grant) => ReplyBody) {
  const { items, fields } = tokenPage(context, isOfConnections(context) ? rows : [], PAGE);
  return { fields, shown: items.map(toItem) };
}

/** DescribeGrantRulesToResource: to which CENs a connection is granted, for its owner. */
export const describeGrantRulesToResource = cbn('DescribeGrantRulesToResource', {
  kind: 'read',
  paging: 'token',
  run(context) {
    const { params, store, caller } = context;
    const regionId = params.text('RegionId');
    const rows = store.grants
      .in('instance', params.need('ResourceId'))
      .filter((row) => row.accountId === caller.accountId && (regionId === undefined || row.RegionId === regionId));
    const { fields, shown } = page(context, rows, (row) => ({
      CenId: row.CenId,
      CenOwnerId: Number(row.CenOwnerId),
      OrderType: row.OrderType,
      EffectiveOrderType: row.OrderType,
      CreateTime: toMinute(row.CreateTime),
    }));
    return { ...fields, GrantRules: shown };
  },
});

/** DescribeGrantRulesToCen: which connections of other accounts are granted to a CEN, for its owner. */
export const describeGrantRulesToCen = cbn('DescribeGrantRulesToCen', {
  kind: 'read',
  paging: 'token',
  run(context) {
    const { params, store, caller } = context;
    const wanted = {
      InstanceId: params.text('ChildInstanceId'),
      accountId: params.text('ChildInstanceOwnerId'),
      RegionId: params.text('RegionId'),
    };
    const rows = store.grants
      .in('cen', params.need('CenId'))
      .filter(
        (row) =>
          row.CenOwnerId === caller.accountId &&
          (wanted.InstanceId === undefined || row.InstanceId === wanted.InstanceId) &&
          (wanted.accountId === undefined || row.accountId === wanted.accountId) &&
          (wanted.RegionId === undefined || row.RegionId === wanted.RegionId),
      );
    const { fields, shown } = page(context, rows, (row) => ({
      CenId: row.CenId,
      CenOwnerId: Number(row.CenOwnerId),
      ChildInstanceId: row.InstanceId,
      ChildInstanceOwnerId: Number(row.accountId),
      ChildInstanceRegionId: row.RegionId,
      ChildInstanceType: 'VPN',
      OrderType: row.OrderType,
      EffectiveOrderType: row.OrderType,
      CreateTime: row.CreateTime,
    }));
    return { ...fields, GrantRules: { GrantRule: shown } };
  },
});
