import type { AttachmentRecord } from '../../estate/estate-types.ts';
import { ApiError, dryRunPassed } from '../../gateway/api-error.ts';
import { type Context, cbn } from '../../operation.ts';
import { pendingFor } from '../../state/state-watch.ts';

const busy = (): ApiError =>
  new ApiError(400, 'IncorrectStatus.ResourceStatus', 'The resource is not in a valid state for this operation.');

/**
 * The reasons that keep an attachment from being deleted without Force, in the order in which the service reports them.
 */
function dependency({ store }: Context, { TransitRouterAttachmentId: id }: AttachmentRecord): ApiError | undefined {
  const refusal = (what: string) =>
    new ApiError(400, `OperationFailed.${what}Exist`, `Operation failed because ${what} of the attachment exists.`);
  if (store.associations.in('attachment', id).length > 0) {
    return refusal('RouteTableAssociation');
  }
  if (store.propagations.in('attachment', id).length > 0) {
    return refusal('RouteTablePropagation');
  }
  const isStatic = store.routeEntries
    .in('nextHop', id)
    .some((row) => (row.TransitRouterRouteEntryType ?? 'Static') === 'Static');
  return isStatic ? refusal('RouteEntry') : undefined;
}

/** Detaching takes time on both sides. A switch says which side forgets first. */
function beginDetach(context: Context, attachment: AttachmentRecord): void {
  const { lifecycle, store, behaviours, nowMs, fault } = context;
  const first =
    fault?.kind === 'stuck-detach'
      ? undefined
      : pendingFor('gone', { polls: behaviours.detachPolls, ms: behaviours.detachMs }, nowMs);
  const isVpcFirst = behaviours.detachOrder === 'vpc-first';
  const connection = store.connections.get(attachment.VpnId);
  const isBoundHere = connection?.TransitRouterId === attachment.TransitRouterId;
  const waitsForVpc = isVpcFirst && connection !== undefined && isBoundHere;
  lifecycle.changeAttachment(attachment, 'Detaching', waitsForVpc ? undefined : first);
  if (connection === undefined || !isBoundHere) {
    return;
  }
  lifecycle.changeConnection(connection, 'detaching', waitsForVpc && first ? { ...first, to: 'init' } : undefined);
}

/**
 * DeleteTransitRouterVpnAttachment: takes a connection off its transit router.
 *
 * The service documents that an unknown id, or an id of another account, is answered as a success without effect.
 */
export const deleteTransitRouterVpnAttachment = cbn('DeleteTransitRouterVpnAttachment', {
  kind: 'write',
  run(context) {
    const { params, store, caller, behaviours } = context;
    const attachment = store.attachments.get(params.need('TransitRouterAttachmentId'));
    const isForced = params.flag('Force') ?? false;
    const isDryRun = params.flag('DryRun') ?? false;
    if (attachment === undefined || attachment.accountId !== caller.accountId) {
      if (behaviours.deleteAttachmentUnknown === 'accepted') {
        return {};
      }
      throw new ApiError(400, 'InvalidTransitRouterAttachmentId.NotFound', 'The specified attachment does not exist.');
    }
    if (attachment.Status !== 'Attached') {
      throw busy();
    }
    const connection = store.connections.get(attachment.VpnId);
    if (connection?.State === 'updating' || connection?.State === 'upgrading') {
      throw busy();
    }
    const blocked = dependency(context, attachment);
    if (isForced && behaviours.forceDelete === 'not-supported') {
      throw new ApiError(400, 'OperationFailed.NotSupportForceDelete', 'The attachment does not support force delete.');
    }
    if (blocked !== undefined && !isForced) {
      throw blocked;
    }
    if (isDryRun) {
      throw dryRunPassed();
    }
    store.removeDependants(attachment.TransitRouterAttachmentId);
    beginDetach(context, attachment);
    return {};
  },
});
