import { attachmentFor } from '../estate/complete-routing.ts';
import type { ConnectionRecord, TransitRouterRecord } from '../estate/estate-types.ts';
import { ApiError, dryRunPassed, invalid, missing } from '../gateway/api-error.ts';
import { type Context, cbn } from '../operation.ts';
import { bind, pendingFor } from '../state/lifecycle.ts';

const refused = (code: string, message: string): ApiError => new ApiError(400, code, message);

/** By id, or as the one of a CEN in a region. */
function transitRouterOf({ params, store, caller }: Context): TransitRouterRecord {
  const id = params.text('TransitRouterId');
  const cenId = params.text('CenId');
  if (id === undefined && cenId === undefined) {
    throw missing('TransitRouterId');
  }
  const found = store.transitRouters
    .in('account', caller.accountId)
    .find((row) =>
      id === undefined ? row.CenId === cenId && row.RegionId === params.need('RegionId') : row.TransitRouterId === id,
    );
  if (found === undefined) {
    throw refused('InvalidTransitRouterId.NotFound', 'The specified transit router does not exist.');
  }
  if (found.Type === 'Basic') {
    throw refused('OperationUnsupported.TransitRouterType', 'The transit router does not support this operation.');
  }
  return found;
}

function connectionOf({ params, store, caller }: Context, router: TransitRouterRecord): ConnectionRecord {
  const owner = params.text('VpnOwnerId') ?? caller.accountId;
  const found = store.connections.get(params.need('VpnId'));
  if (found === undefined || found.accountId !== owner) {
    throw refused('InvalidVpnId.NotFound', 'The specified vpn connection does not exist.');
  }
  if (found.regionId !== router.RegionId) {
    throw invalid('VpnId');
  }
  const isHeld = store.attachments.in('connection', found.VpnConnectionId).length > 0;
  if (found.State !== 'init' || found.AttachType !== 'NO_ASSOCIATED' || found.pending !== undefined || isHeld) {
    throw refused('IncorrectStatus.Status', 'The status of the resource is incorrect.');
  }
  return found;
}

/** The service's form of a moment: UTC minutes. */
const toMinutes = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16)}Z`;

/**
 * CreateTransitRouterVpnAttachment: binds a connection to a transit router; neither association nor propagation comes
 * with it. Grants between accounts are not modelled: another account's connection may be bound.
 */
export const createTransitRouterVpnAttachment = cbn('CreateTransitRouterVpnAttachment', {
  kind: 'write',
  run(context) {
    const { store, lifecycle, behaviours, params, nowMs, random } = context;
    const router = transitRouterOf(context);
    const connection = connectionOf(context, router);
    if (params.flag('DryRun') === true) {
      throw dryRunPassed();
    }
    if (behaviours.attachOrder === 'both') {
      store.edit(connection, (row) => bind(row, router));
    }
    const name = params.text('TransitRouterAttachmentName');
    const attachment = {
      ...attachmentFor(connection, router, `tr-attach-${random.letters(18)}`),
      CreationTime: toMinutes(nowMs),
      AutoPublishRouteEnabled: params.flag('AutoPublishRouteEnabled') ?? true,
      ...(name !== undefined && { TransitRouterAttachmentName: name }),
      tags: Object.fromEntries(params.tags().map(({ Key, Value }) => [Key, Value ?? ''])),
    };
    store.insert(store.attachments, attachment);
    const { attachPolls: polls, attachMs: ms } = behaviours;
    lifecycle.changeAttachment(attachment, 'Attaching', pendingFor('attached', { polls, ms }, nowMs));
    return { TransitRouterAttachmentId: attachment.TransitRouterAttachmentId };
  },
});
