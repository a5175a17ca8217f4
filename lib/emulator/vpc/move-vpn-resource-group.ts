import { ApiError, invalid } from '../gateway/api-error.ts';
import { type Context, vpc } from '../operation.ts';
import { placeKey } from '../state/cloud-state.ts';
import { isOfVpnGateway } from './connections/describe-connections.ts';

type Grouped = { readonly accountId: string; readonly regionId: string; ResourceGroupId?: string | null | undefined };

/** The resources that can be moved, by type. */
const KINDS = new Map<string, (context: Context, id: string) => Grouped | undefined>([
  [
    'VpnAttachment',
    ({ store }, id) => {
      const row = store.connections.get(id);
      return row === undefined || isOfVpnGateway(row) ? undefined : row;
    },
  ],
  ['CustomerGateway', ({ store }, id) => store.customerGateways.get(id)],
  ['VpnGateway', ({ store }, id) => store.vpnGateways.get(id)],
]);

export const moveVpnResourceGroup = vpc('MoveVpnResourceGroup', {
  kind: 'write',
  run(context) {
    const { params, caller, store } = context;
    const find = KINDS.get(params.need('ResourceType'));
    if (find === undefined) {
      throw invalid('ResourceType');
    }
    const row = find(context, params.need('InstanceId'));
    const group = params.need('NewResourceGroupId');
    const place = placeKey(caller.accountId, params.need('RegionId'));
    if (row === undefined || placeKey(row.accountId, row.regionId) !== place) {
      throw new ApiError(404, 'InvalidInstanceId.NotFound', 'The specified instance does not exist.');
    }
    store.edit(row, (target) => {
      target.ResourceGroupId = group;
    });
    return {};
  },
});
