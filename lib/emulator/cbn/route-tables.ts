import type { AssociationRecord, Propagation, RouteEntry, RouteTable } from '../estate/estate-types.ts';
import { tokenPage } from '../gateway/paging.ts';
import { type Context, cbn, type ReplyBody } from '../operation.ts';

/** A route table of the caller's own transit routers. */
export function ownTable({ store, caller }: Context, id: string): RouteTable | undefined {
  const table = store.routeTables.get(id);
  return store.transitRouters.get(table?.TransitRouterId ?? '')?.accountId === caller.accountId ? table : undefined;
}

export const listTransitRouterRouteTables = cbn('ListTransitRouterRouteTables', {
  kind: 'read',
  paging: 'token',
  run(context) {
    const { params, store } = context;
    const id = params.text('TransitRouterRouteTableId');
    const rows = store.routeTables
      .in('transitRouter', params.need('TransitRouterId'))
      .filter((row) => ownTable(context, row.TransitRouterRouteTableId) !== undefined)
      .filter((row) => id === undefined || row.TransitRouterRouteTableId === id);
    const { items, fields } = tokenPage(context, rows, { fallback: 20, max: 100 });
    const shown = items.map((row) => ({
      TransitRouterRouteTableName: '',
      TransitRouterRouteTableDescription: '',
      TransitRouterRouteTableType: 'System',
      TransitRouterRouteTableStatus: 'Active',
      CreateTime: '2023-01-01T00:00Z',
      RouteTableOptions: { MultiRegionECMP: 'disable' },
      Tags: [],
      ...row,
    }));
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
  const wanted: [string, string | undefined][] = [
    ['TransitRouterAttachmentId', params.text('TransitRouterAttachmentId')],
    ['TransitRouterRouteTableId', params.text('TransitRouterRouteTableId')],
    ['ResourceId', params.text('TransitRouterAttachmentResourceId')],
    ['ResourceType', params.text('TransitRouterAttachmentResourceType')],
    ['Status', params.text('Status')],
  ];
  const matching = rows.filter((row) => {
    const item = linkItem(context, row);
    return wanted.every(([name, value]) => value === undefined || item[name] === value);
  });
  const { items, fields } = tokenPage(context, matching, { fallback: 50, max: 100 });
  const shown = items.map((row) => linkItem(context, row));
  lifecycle.seen(items);
  return { fields, shown };
}

/** By table, by attachment, or both; without either nothing is found. */
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
];

/** Routes of one table; without a status only active ones. */
export const listTransitRouterRouteEntries = cbn('ListTransitRouterRouteEntries', {
  kind: 'read',
  paging: 'token',
  run(context) {
    const { params, store, lifecycle } = context;
    const table = params.need('TransitRouterRouteTableId');
    const status = params.text('TransitRouterRouteEntryStatus') ?? 'Active';
    const rows = (ownTable(context, table) === undefined ? [] : store.routeEntries.in('table', table)).filter((row) => {
      const item = entryItem(context, row);
      const isWanted = ENTRY_FILTERS.every(
        (name) => params.text(name) === undefined || item[name] === params.text(name),
      );
      return isWanted && (status === 'All' || item.TransitRouterRouteEntryStatus === status);
    });
    const { items, fields } = tokenPage(context, rows, { fallback: 20, max: 100 });
    const shown = items.map((row) => entryItem(context, row));
    lifecycle.seen(items);
    return { ...fields, TransitRouterRouteEntries: shown };
  },
});
