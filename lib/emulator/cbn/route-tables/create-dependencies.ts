import type {
  AssociationRecord,
  AttachmentRecord,
  Propagation,
  RouteEntry,
  RouteTable,
} from '../../estate/estate-types.ts';
import { isAnyCidr, isTitle } from '../../fields/field-checks.ts';
import { titlesOf } from '../../fields/titles.ts';
import { ApiError, dryRunPassed, invalid } from '../../gateway/api-error.ts';
import { type Context, cbn } from '../../operation.ts';
import { linkKey } from '../../state/cloud-state.ts';
import { ownTable } from './route-tables.ts';

const refused = (code: string, message: string, status = 400): ApiError => new ApiError(status, code, message);

/** An attachment of the caller that can be given routes. Throws `ApiError`. */
function attachmentOf({ store, caller }: Context, id: string, table: RouteTable): AttachmentRecord {
  const row = store.attachments.get(id);
  if (row === undefined || row.accountId !== caller.accountId || row.TransitRouterId !== table.TransitRouterId) {
    throw refused('InvalidAttachmentId.NotFound', 'The specified attachment does not exist.');
  }
  if (row.Status !== 'Attached') {
    throw refused('IncorrectStatus.Status', 'The status of the resource is incorrect.');
  }
  return row;
}

function tableOf(context: Context): RouteTable {
  const row = ownTable(context, context.params.need('TransitRouterRouteTableId'));
  if (row === undefined) {
    throw refused('InvalidRouteTableId.NotFound', 'The specified route table does not exist.', 404);
  }
  if (row.pending !== undefined) {
    throw refused('IncorrectStatus.AttachmentOrRouteTable', 'The status of the route table is incorrect.');
  }
  return row;
}

/** The attachment and the route table that a request joins. Throws `ApiError`. */
function pairOf(context: Context): { TransitRouterAttachmentId: string; TransitRouterRouteTableId: string } {
  const attachmentId = context.params.need('TransitRouterAttachmentId');
  const table = tableOf(context);
  const { TransitRouterAttachmentId } = attachmentOf(context, attachmentId, table);
  return { TransitRouterAttachmentId, TransitRouterRouteTableId: table.TransitRouterRouteTableId };
}

/** AssociateTransitRouterAttachmentWithRouteTable: an attachment has at most a single association. */
export const associateAttachment = cbn('AssociateTransitRouterAttachmentWithRouteTable', {
  kind: 'write',
  run(context) {
    const { params, store, lifecycle, nowMs } = context;
    const pair = pairOf(context);
    if (store.associations.in('attachment', pair.TransitRouterAttachmentId).length > 0) {
      throw refused('AssociationExist.TransitRouterTable', 'The attachment is associated with a route table already.');
    }
    if (params.flag('DryRun') === true) {
      throw dryRunPassed();
    }
    const row: AssociationRecord = { ...pair, Status: 'Associating' };
    store.insert(store.associations, row);
    lifecycle.begin(store.associations, row, () => undefined, lifecycle.dependencyPending('active', nowMs));
    return {};
  },
});

export const enablePropagation = cbn('EnableTransitRouterRouteTablePropagation', {
  kind: 'write',
  run(context) {
    const { params, store, lifecycle, nowMs } = context;
    const pair = pairOf(context);
    if (store.propagations.get(linkKey(pair.TransitRouterAttachmentId, pair.TransitRouterRouteTableId)) !== undefined) {
      throw refused('PropagationExist.TransitRouterTable', 'The route table learns from the attachment already.');
    }
    if (params.flag('DryRun') === true) {
      throw dryRunPassed();
    }
    const row: Propagation = { ...pair, Status: 'Enabling' };
    store.insert(store.propagations, row);
    lifecycle.begin(store.propagations, row, () => undefined, lifecycle.dependencyPending('active', nowMs));
    return {};
  },
});

/** The target of a new route: an attachment, or nothing. Throws `ApiError`. */
function nextHopOf(context: Context, table: RouteTable): Partial<RouteEntry> {
  const type = context.params.need('TransitRouterRouteEntryNextHopType');
  const id = context.params.text('TransitRouterRouteEntryNextHopId');
  if (type === 'BlackHole') {
    if (id !== undefined) {
      throw invalid('TransitRouterRouteEntryNextHopId');
    }
    return { TransitRouterRouteEntryNextHopType: type };
  }
  if (type !== 'Attachment') {
    throw refused('IllegalParam.NextHopType', 'The specified next hop type is illegal.');
  }
  if (id === undefined) {
    throw refused('MissingParam.TransitRouterRouteEntryNextHopId', 'The next hop is mandatory for this action.');
  }
  const attachment = attachmentOf(context, id, table);
  return {
    TransitRouterRouteEntryNextHopType: type,
    TransitRouterRouteEntryNextHopId: attachment.TransitRouterAttachmentId,
  };
}

function newEntry(context: Context): RouteEntry {
  const { params, store, random } = context;
  const table = tableOf(context);
  const destination = params.need('TransitRouterRouteEntryDestinationCidrBlock');
  if (!isAnyCidr(destination)) {
    throw invalid('TransitRouterRouteEntryDestinationCidrBlock');
  }
  const hop = nextHopOf(context, table);
  const isTaken = store.routeEntries
    .in('table', table.TransitRouterRouteTableId)
    .some(
      (row) =>
        row.TransitRouterRouteEntryDestinationCidrBlock === destination &&
        (row.TransitRouterRouteEntryType ?? 'Static') === 'Static',
    );
  if (isTaken) {
    throw refused(
      'OperationFailed.CreateRouteEntryWithSameDestinationCidrBlock',
      'The route table has a static route to the destination already.',
    );
  }
  return {
    TransitRouterRouteEntryId: `rte-${random.letters(18)}`,
    TransitRouterRouteTableId: table.TransitRouterRouteTableId,
    TransitRouterRouteEntryDestinationCidrBlock: destination,
    ...titlesOf(params, {
      TransitRouterRouteEntryName: isTitle(128),
      TransitRouterRouteEntryDescription: isTitle(256),
    }),
    ...hop,
    TransitRouterRouteEntryType: 'Static',
  };
}

export const createTransitRouterRouteEntry = cbn('CreateTransitRouterRouteEntry', {
  kind: 'write',
  run(context) {
    const { params, store, lifecycle, nowMs } = context;
    const row = newEntry(context);
    if (params.flag('DryRun') === true) {
      throw dryRunPassed();
    }
    store.insert(store.routeEntries, row);
    const change = (target: RouteEntry) => {
      target.TransitRouterRouteEntryStatus = 'Creating';
    };
    lifecycle.begin(store.routeEntries, row, change, lifecycle.dependencyPending('active', nowMs));
    return { TransitRouterRouteEntryId: row.TransitRouterRouteEntryId };
  },
});
