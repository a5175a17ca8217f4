import type { AssociationRecord, Propagation, RouteEntry } from '../../estate/estate-types.ts';
import { ApiError, dryRunPassed, missing } from '../../gateway/api-error.ts';
import { type Context, cbn } from '../../operation.ts';
import { linkKey } from '../../state/cloud-state.ts';
import type { Table } from '../../state/record-table.ts';
import { ownTable } from './route-tables.ts';

const refused = (code: string, message: string, status = 400): ApiError => new ApiError(status, code, message);

/** The association or propagation between the attachment and the route table that the request names. */
function linkOf<T extends AssociationRecord | Propagation>(context: Context, table: Table<T>): T {
  const { params, store, caller } = context;
  const attachmentId = params.need('TransitRouterAttachmentId');
  const tableId = params.need('TransitRouterRouteTableId');
  if (store.attachments.get(attachmentId)?.accountId !== caller.accountId) {
    throw refused('InvalidAttachmentId.NotFound', 'The specified attachment does not exist.');
  }
  if (ownTable(context, tableId) === undefined) {
    throw refused('InvalidRouteTableId.NotFound', 'The specified route table does not exist.', 404);
  }
  const row = table.get(linkKey(attachmentId, tableId));
  if (row === undefined || row.Status !== 'Active') {
    throw refused(
      'IncorrectStatus.AttachmentOrRouteTable',
      'The status of the attachment or route table is incorrect.',
    );
  }
  return row;
}

function leave<T extends AssociationRecord | Propagation>(
  { lifecycle, nowMs }: Context,
  table: Table<T>,
  row: T,
  status: string,
): void {
  const change = (link: T) => {
    link.Status = status;
  };
  lifecycle.begin(table, row, change, lifecycle.dependencyPending('gone', nowMs));
}

export const dissociateAttachment = cbn('DissociateTransitRouterAttachmentFromRouteTable', {
  kind: 'write',
  run(context) {
    const row = linkOf(context, context.store.associations);
    if (context.params.flag('DryRun') === true) {
      throw dryRunPassed();
    }
    leave(context, context.store.associations, row, 'Dissociating');
    return {};
  },
});

export const disablePropagation = cbn('DisableTransitRouterRouteTablePropagation', {
  kind: 'write',
  run(context) {
    const row = linkOf(context, context.store.propagations);
    if (context.params.flag('DryRun') === true) {
      throw dryRunPassed();
    }
    leave(context, context.store.propagations, row, 'Disabling');
    return {};
  },
});

function entryById({ store }: Context, id: string): RouteEntry {
  const row = store.routeEntries.get(id);
  if (row === undefined) {
    throw refused('IllegalParam.TransitRouterRouteEntryId', 'The specified route entry does not exist.');
  }
  return row;
}

function entryByPlace({ params, store }: Context, tableId: string): RouteEntry {
  const cidr = params.need('TransitRouterRouteEntryDestinationCidrBlock');
  const hopType = params.need('TransitRouterRouteEntryNextHopType');
  const hop = params.text('TransitRouterRouteEntryNextHopId');
  if (hopType !== 'Attachment' && hopType !== 'BlackHole') {
    throw refused('IllegalParam.NextHopType', 'The specified next hop type is illegal.');
  }
  if (hopType === 'Attachment' && hop === undefined) {
    throw refused('MissingParam.TransitRouterRouteEntryNextHopId', 'The next hop is mandatory for this action.');
  }
  const row = store.routeEntries
    .in('table', tableId)
    .find(
      (entry) =>
        entry.TransitRouterRouteEntryDestinationCidrBlock === cidr &&
        (hopType === 'BlackHole' || entry.TransitRouterRouteEntryNextHopId === hop),
    );
  if (row === undefined) {
    throw refused('InvalidDestinationCidrBlock.NotFound', 'The specified route does not exist.');
  }
  return row;
}

function entryOf(context: Context): RouteEntry {
  const id = context.params.text('TransitRouterRouteEntryId');
  const tableId = context.params.text('TransitRouterRouteTableId');
  const cidr = context.params.text('TransitRouterRouteEntryDestinationCidrBlock');
  if (id !== undefined && (tableId !== undefined || cidr !== undefined)) {
    throw refused(
      'ParamExclusive.RouteEntryIdAndRouteTableIdOrDestCidrBlock',
      'Name either the route entry or its route table and destination.',
    );
  }
  if (id === undefined && tableId === undefined) {
    throw missing('TransitRouterRouteEntryId');
  }
  const row = id === undefined ? entryByPlace(context, tableId ?? '') : entryById(context, id);
  if (ownTable(context, row.TransitRouterRouteTableId) !== undefined) {
    return row;
  }
  throw id === undefined
    ? refused('InvalidTransitRouterRouteTableId.NotFound', 'The specified route table does not exist.')
    : refused('IllegalParam.TransitRouterRouteEntryId', 'The specified route entry does not exist.');
}

export const deleteTransitRouterRouteEntry = cbn('DeleteTransitRouterRouteEntry', {
  kind: 'write',
  run(context) {
    const row = entryOf(context);
    if ((row.TransitRouterRouteEntryType ?? 'Static') !== 'Static') {
      throw refused('OperationFailed.DeleteTransitRouterRouteEntry', 'A route that was learnt cannot be deleted.');
    }
    if (row.pending !== undefined) {
      throw refused('IncorrectStatus.Status', 'The status of the resource is incorrect.');
    }
    if (context.params.flag('DryRun') === true) {
      throw dryRunPassed();
    }
    const { lifecycle, store, nowMs } = context;
    const change = (entry: RouteEntry) => {
      entry.TransitRouterRouteEntryStatus = 'Deleting';
    };
    lifecycle.begin(store.routeEntries, row, change, lifecycle.dependencyPending('gone', nowMs));
    return {};
  },
});
