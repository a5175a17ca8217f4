import type { ConnectionRecord, Grant } from '../../estate/estate-types.ts';
import { oneOf } from '../../fields/field-checks.ts';
import { ApiError, invalid } from '../../gateway/api-error.ts';
import { type Context, cbn } from '../../operation.ts';
import { grantKey } from '../../state/cloud-state.ts';

const refused = (code: string, message: string): ApiError => new ApiError(400, code, message);

/** The connection of the caller that a request is about. Here, only connections can be granted. */
function connectionOf({ params, store, caller }: Context): ConnectionRecord {
  if (params.need('InstanceType') !== 'VPN') {
    throw invalid('InstanceType');
  }
  const found = store.connections.get(params.need('InstanceId'));
  const regionId = params.text('RegionId');
  if (found?.accountId !== caller.accountId || (regionId !== undefined && found.regionId !== regionId)) {
    throw refused('InvalidInstanceId.NotFound', 'The specified instance does not exist.');
  }
  return found;
}

/** The CEN of another account that a request is about, and its owner. */
function cenOf({ params, store }: Context): Pick<Grant, 'CenId' | 'CenOwnerId'> {
  const CenId = params.need('CenId');
  const CenOwnerId = params.need('CenOwnerId');
  if (store.cens.get(CenId)?.accountId !== CenOwnerId) {
    throw refused('ParameterCenInstanceId', 'The specified CEN instance does not exist.');
  }
  return { CenId, CenOwnerId };
}

/**
 * GrantInstanceToTransitRouter: lets a CEN of another account bind the caller's connection. A second grant changes
 * nothing.
 */
export const grantInstanceToTransitRouter = cbn('GrantInstanceToTransitRouter', {
  kind: 'write',
  run(context) {
    const { params, store, caller, nowMs } = context;
    const connection = connectionOf(context);
    const cen = cenOf(context);
    const OrderType = params.text('OrderType') ?? 'PayByCenOwner';
    if (!oneOf('PayByCenOwner', 'PayByResourceOwner')(OrderType)) {
      throw invalid('OrderType');
    }
    const { VpnConnectionId: InstanceId, regionId: RegionId } = connection;
    const known = store.grants.get(grantKey(cen.CenId, InstanceId));
    if (known !== undefined) {
      store.edit(known, (row) => Object.assign(row, { OrderType }));
      return {};
    }
    store.insert(store.grants, {
      accountId: caller.accountId,
      InstanceId,
      ...cen,
      RegionId,
      OrderType,
      CreateTime: nowMs,
    });
    return {};
  },
});

/** RevokeInstanceFromTransitRouter: refused while the CEN holds the connection. */
export const revokeInstanceFromTransitRouter = cbn('RevokeInstanceFromTransitRouter', {
  kind: 'write',
  run(context) {
    const { store } = context;
    const { VpnConnectionId: id } = connectionOf(context);
    const { CenId } = cenOf(context);
    const grant = store.grants.get(grantKey(CenId, id));
    if (grant === undefined) {
      throw refused('OperationFailed.GrantCrossAccountNotExist', 'The instance is not granted to the CEN instance.');
    }
    if (store.attachments.in('connection', id).some((row) => row.CenId === CenId)) {
      throw refused('IncorrectStatus.Attachment', 'The instance is attached to a transit router of the CEN instance.');
    }
    store.remove(store.grants, grant);
    return {};
  },
});
