import { attachmentFor } from '../../estate/complete-routing.ts';
import type { AttachmentRecord, ConnectionRecord, TransitRouterRecord } from '../../estate/estate-types.ts';
import { titlesOf } from '../../fields/titles.ts';
import { ApiError, dryRunPassed, invalid } from '../../gateway/api-error.ts';
import { type Context, cbn } from '../../operation.ts';
import { grantKey } from '../../state/cloud-state.ts';
import { pendingFor } from '../../state/state-watch.ts';
import { newTags } from '../../tags/new-tags.ts';
import { toMinute } from '../minute.ts';
import { isActive, namedTransitRouter } from '../transit-routers/find-transit-router.ts';
import { ATTACHMENT_TITLES } from './update-attachment.ts';

const refused = (code: string, message: string): ApiError => new ApiError(400, code, message);

const incorrectStatus = (): ApiError => refused('IncorrectStatus.Status', 'The status of the resource is incorrect.');

function routerOf(context: Context): TransitRouterRecord {
  const router = namedTransitRouter(context);
  const regionId = context.params.text('RegionId');
  if (router.Type === 'Basic') {
    throw refused('OperationUnsupported.TransitRouterType', 'The transit router does not support this operation.');
  }
  if (regionId !== undefined && regionId !== router.RegionId) {
    throw invalid('RegionId');
  }
  if (!isActive(router)) {
    throw incorrectStatus();
  }
  return router;
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
    throw incorrectStatus();
  }
  return found;
}

/** The owner of another account's connection has to grant it to the CEN. Throws `ApiError`. */
function checkGrant({ store, behaviours }: Context, router: TransitRouterRecord, connection: ConnectionRecord): void {
  if (behaviours.crossAccountGrant === 'not-asked' || connection.accountId === router.accountId) {
    return;
  }
  if (store.grants.get(grantKey(router.CenId, connection.VpnConnectionId))?.CenOwnerId !== router.accountId) {
    throw refused('OperationFailed.GrantCrossAccountNotExist', 'The connection is not granted to the CEN instance.');
  }
}

function zonesOf({ params }: Context, { TunnelOptions }: ConnectionRecord): AttachmentRecord['Zones'] {
  const zones: { ZoneId: string }[] = [];
  for (let at = 1; params.text(`Zone.${at}.ZoneId`) !== undefined; at++) {
    zones.push({ ZoneId: params.need(`Zone.${at}.ZoneId`) });
  }
  // Each tunnel has its own zone.
  if (zones.length > 0 && TunnelOptions !== undefined) {
    throw invalid('Zone');
  }
  return zones;
}

function newAttachment(context: Context, router: TransitRouterRecord, connection: ConnectionRecord): AttachmentRecord {
  const { params, store, nowMs, random } = context;
  const chargeType = params.text('ChargeType') ?? 'POSTPAY';
  if (chargeType !== 'POSTPAY') {
    throw invalid('ChargeType');
  }
  const grant = store.grants.get(grantKey(router.CenId, connection.VpnConnectionId));
  return {
    ...attachmentFor(connection, router, `tr-attach-${random.letters(18)}`),
    CreationTime: toMinute(nowMs),
    ChargeType: chargeType,
    ...(grant && { OrderType: grant.OrderType }),
    AutoPublishRouteEnabled: params.flag('AutoPublishRouteEnabled') ?? true,
    ...titlesOf(params, ATTACHMENT_TITLES),
    Zones: zonesOf(context, connection),
    tags: newTags(params),
  };
}

/** CreateTransitRouterVpnAttachment: binds a connection to a transit router, without any association or propagation. */
export const createTransitRouterVpnAttachment = cbn('CreateTransitRouterVpnAttachment', {
  kind: 'write',
  run(context) {
    const { store, lifecycle, behaviours, params, nowMs } = context;
    const router = routerOf(context);
    const connection = connectionOf(context, router);
    checkGrant(context, router, connection);
    const attachment = newAttachment(context, router, connection);
    if (params.flag('DryRun') === true) {
      throw dryRunPassed();
    }
    if (behaviours.attachOrder === 'both') {
      lifecycle.bind(connection, router);
    }
    store.insert(store.attachments, attachment);
    const { attachPolls: polls, attachMs: ms } = behaviours;
    lifecycle.changeAttachment(attachment, 'Attaching', pendingFor('attached', { polls, ms }, nowMs));
    return { TransitRouterAttachmentId: attachment.TransitRouterAttachmentId };
  },
});
