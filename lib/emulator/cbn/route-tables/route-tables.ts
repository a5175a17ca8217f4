import type { AssociationRecord, Propagation, RouteEntry, RouteTable } from '../../estate/estate-types.ts';
import { invalid } from '../../gateway/api-error.ts';
import { tokenPage } from '../../gateway/paging.ts';
import { hasTags, tagList } from '../../gateway/params.ts';
import { type Context, cbn, type ReplyBody } from '../../operation.ts';
import { shownTags } from '../../tags/visible-tags.ts';
import { siftByState } from '../hidden-rows.ts';

/** A route table of the caller's own transit routers. */
export function ownTable({ store, caller }: Context, id: string): RouteTable | undefined {
  const table = store.routeTables.get(id);
  return store.transitRouters.get(table?.TransitRouterId ?? '')?.accountId === caller.accountId ? table : undefined;
}

function tableItem(context: Context, table: RouteTable): ReplyBody {
  const { tags: _own, pending: _pending, ...row } = table;
  return {
    TransitRouterRouteTableName: '',
    TransitRouterRouteTableDescription: '',
    TransitRouterRouteTableType: 'System',
    TransitRouterRouteTableStatus: 'Active',
    CreateTime: '2023-01-01T00:00Z',
    RegionId: context.store.transitRouters.get(row.TransitRouterId)?.RegionId ?? '',
    ...row,
    RouteTableOptions: { MultiRegionECMP: 'disable', ...row.RouteTableOptions },
    Tags: tagList(shownTags(context, table)),
  };
}

/** Whether a list names the value. An absent list names all values. */
const isListed = (list: readonly string[], value: unknown): boolean =>
  list.length === 0 || list.some((one) => one === value);

export const listTransitRouterRouteTables = cbn('ListTransitRouterRouteTables', {
  kind: 'read',
  paging: 'token',
  run(context) {
    const { params, store, lifecycle } = context;
    const one = params.text('TransitRouterRouteTableId');
    const ids = [...params.list('TransitRouterRouteTableIds'), ...(one === undefined ? [] : [one])];
    const names = params.list('TransitRouterRouteTableNames');
    const ecmp = params.text('RouteTableOptions.MultiRegionECMP');
    const tags = params.tags();
    const type = params.text('TransitRouterRouteTableType');
    const rows = store.routeTables.in('transitRouter', params.need('TransitRouterId')).filter((row) => {
      const item = tableItem(context, row);
      return (
        ownTable(context, row.TransitRouterRouteTableId) !== undefined &&
        isListed(ids, item.TransitRouterRouteTableId) &&
        isListed(names, item.TransitRouterRouteTableName) &&
        (type === undefined || item.TransitRouterRouteTableType === type) &&
        (ecmp === undefined || (row.RouteTableOptions?.MultiRegionECMP ?? 'disable') === ecmp) &&
        hasTags(shownTags(context, row), tags)
      );
    });
    const status = params.text('TransitRouterRouteTableStatus');
    const sifted = siftByState(rows, status, (row) => row.TransitRouterRouteTableStatus ?? 'Active');
    const { items, fields } = tokenPage(context, sifted.shown, { fallback: 20, max: 100 });
    const shown = items.map((row) => tableItem(context, row));
    lifecycle.seen([...items, ...sifted.hidden]);
    return { ...fields, TransitRouterRouteTables: shown };
  },
});

function linkItem({ store }: Context, { pending: _pending, ...row }: AssociationRecord | Propagation): ReplyBody {
  const ResourceId = store.attachments.get(row.TransitRouterAttachmentId)?.VpnId ?? '';
  return { ...row, ResourceId, ResourceType: 'VPN' };
}

function linkPage(
  context: Context,
  rows: readonly (AssociationRecord | Propagation)[],
): { fields: ReplyBody; shown: ReplyBody[] } {
  const { params, lifecycle } = context;
  const attachmentId = params.text('TransitRouterAttachmentId');
  const tableId = params.text('TransitRouterRouteTableId');
  const resources: [string, string | undefined][] = [
    ['ResourceId', params.text('TransitRouterAttachmentResourceId')],
    ['ResourceType', params.text('TransitRouterAttachmentResourceType')],
  ];
  const wanted = resources.filter(([, value]) => value !== undefined);
  const isWanted = (row: AssociationRecord | Propagation): boolean => {
    const item = linkItem(context, row);
    return wanted.every(([name, value]) => item[name] === value);
  };
  const matching = rows.filter(
    (row) =>
      (attachmentId === undefined || row.TransitRouterAttachmentId === attachmentId) &&
      (tableId === undefined || row.TransitRouterRouteTableId === tableId) &&
      // Of a large table every page would make an item of every row.
      (wanted.length === 0 || isWanted(row)),
  );
  const sifted = siftByState(matching, params.text('Status'), ({ Status }) => Status);
  const { items, fields } = tokenPage(context, sifted.shown, { fallback: 50, max: 100 });
  const shown = items.map((row) => linkItem(context, row));
  lifecycle.seen([...items, ...sifted.hidden]);
  return { fields, shown };
}

/** By table, by attachment, or both ids. Without an id it finds nothing. */
export const listTransitRouterRouteTableAssociations = cbn('ListTransitRouterRouteTableAssociations', {
  kind: 'read',
  paging: 'token',
  run(context) {
    const { params, store } = context;
    const table = params.text('TransitRouterRouteTableId');
    const attachment = params.text('TransitRouterAttachmentId');
    const rows =
      table === undefined
        ? store.associations.in('attachment', attachment ?? '')
        : store.associations.in('table', table);
    const own = rows.filter((row) => ownTable(context, row.TransitRouterRouteTableId) !== undefined);
    const { fields, shown } = linkPage(context, own);
    return { ...fields, TransitRouterAssociations: shown };
  },
});

/** Unlike associations, propagations are listed only by route table. */
export const listTransitRouterRouteTablePropagations = cbn('ListTransitRouterRouteTablePropagations', {
  kind: 'read',
  paging: 'token',
  run(context) {
    const table = context.params.need('TransitRouterRouteTableId');
    const rows = ownTable(context, table) === undefined ? [] : context.store.propagations.in('table', table);
    const { fields, shown } = linkPage(context, rows);
    return { ...fields, TransitRouterPropagations: shown };
  },
});

function entryItem({ store }: Context, { pending: _pending, ...row }: RouteEntry): ReplyBody {
  const hop = store.attachments.get(row.TransitRouterRouteEntryNextHopId ?? '');
  const isStatic = (row.TransitRouterRouteEntryType ?? 'Static') === 'Static';
  return {
    TransitRouterRouteEntryNextHopType: 'Attachment',
    TransitRouterRouteEntryType: 'Static',
    TransitRouterRouteEntryStatus: 'Active',
    ...(hop && {
      TransitRouterRouteEntryNextHopResourceId: hop.VpnId,
      TransitRouterRouteEntryNextHopResourceType: 'VPN',
      TransitRouterRouteEntryOriginResourceId: hop.VpnId,
      TransitRouterRouteEntryOriginResourceType: 'VPN',
    }),
    OperationalMode: isStatic,
    ...row,
  };
}

const ENTRY_FILTERS = [
  'TransitRouterRouteEntryNextHopId',
  'TransitRouterRouteEntryNextHopResourceId',
  'TransitRouterRouteEntryNextHopResourceType',
  'TransitRouterRouteEntryNextHopType',
  'TransitRouterRouteEntryType',
  'TransitRouterRouteEntryDestinationCidrBlock',
  'TransitRouterRouteEntryOriginResourceId',
  'TransitRouterRouteEntryOriginResourceType',
  'PrefixListId',
];

/**
 * `RouteFilter.N`: the service compares destinations in several ways, but only the exact match is served here. Throws
 * `ApiError`.
 */
function exactCidrs({ params }: Context): readonly string[] {
  const key = params.text('RouteFilter.1.Key');
  if (key === undefined) {
    return [];
  }
  if (key !== 'PrefixExactMatchCidrs') {
    throw invalid('RouteFilter.1.Key');
  }
  return params.list('RouteFilter.1.Value');
}

/** Routes of a table. Without a status it lists only active routes. */
export const listTransitRouterRouteEntries = cbn('ListTransitRouterRouteEntries', {
  kind: 'read',
  paging: 'token',
  run(context) {
    const { params, store, lifecycle } = context;
    const table = params.need('TransitRouterRouteTableId');
    const status = params.text('TransitRouterRouteEntryStatus') ?? 'Active';
    const cidrs = exactCidrs(context);
    const ids = params.list('TransitRouterRouteEntryIds');
    const names = params.list('TransitRouterRouteEntryNames');
    const rows = (ownTable(context, table) === undefined ? [] : store.routeEntries.in('table', table)).filter((row) => {
      const item = entryItem(context, row);
      const isWanted = ENTRY_FILTERS.every(
        (name) => params.text(name) === undefined || item[name] === params.text(name),
      );
      return (
        isWanted &&
        isListed(ids, item.TransitRouterRouteEntryId) &&
        isListed(names, item.TransitRouterRouteEntryName) &&
        isListed(cidrs, item.TransitRouterRouteEntryDestinationCidrBlock)
      );
    });
    const wanted = status === 'All' ? undefined : status;
    const sifted = siftByState(rows, wanted, (row) => row.TransitRouterRouteEntryStatus ?? 'Active');
    const { items, fields } = tokenPage(context, sifted.shown, { fallback: 20, max: 100 });
    const shown = items.map((row) => entryItem(context, row));
    lifecycle.seen([...items, ...sifted.hidden]);
    return { ...fields, TransitRouterRouteEntries: shown };
  },
});
