import type { CustomerGateway } from '../../estate/estate-types.ts';
import { ApiError } from '../../gateway/api-error.ts';
import { numberedPage } from '../../gateway/paging.ts';
import { hasTags, tagList } from '../../gateway/params.ts';
import { type Context, type ReplyBody, vpc } from '../../operation.ts';
import { placeKey } from '../../state/cloud-state.ts';
import { shownTags } from '../../tags/visible-tags.ts';
import { PEER_ADDRESS_DEFAULT } from '../connections/connection-wire.ts';

function shownGateway(context: Context, gateway: CustomerGateway): ReplyBody {
  const { accountId: _owner, regionId: _region, tags: _own, ...row } = gateway;
  const Tags = { Tag: tagList(shownTags(context, gateway)) };
  return { Name: '', Description: '', IpAddress: PEER_ADDRESS_DEFAULT, ...row, Tags };
}

/** The customer gateway that a request names. Throws `ApiError`. */
export function findCustomerGateway({ store, caller, params }: Context): CustomerGateway {
  const found = store.customerGateways.get(params.need('CustomerGatewayId'));
  if (found === undefined || found.accountId !== caller.accountId || found.regionId !== params.need('RegionId')) {
    throw new ApiError(
      404,
      'InvalidCustomerGatewayInstanceId.NotFound',
      'The specified customer gateway instance id does not exist.',
    );
  }
  return found;
}

export const describeCustomerGateway = vpc('DescribeCustomerGateway', {
  kind: 'read',
  run: (context) => shownGateway(context, findCustomerGateway(context)),
});

/** No field here tells which connections use a customer gateway. */
export const describeCustomerGateways = vpc('DescribeCustomerGateways', {
  kind: 'read',
  paging: 'number',
  run(context) {
    const { params, store, caller } = context;
    const id = params.text('CustomerGatewayId');
    const resourceGroupId = params.text('ResourceGroupId');
    const tags = params.tags();
    const rows = store.customerGateways
      .in('place', placeKey(caller.accountId, params.need('RegionId')))
      .filter(
        (row) =>
          (id === undefined || row.CustomerGatewayId === id) &&
          (resourceGroupId === undefined || row.ResourceGroupId === resourceGroupId) &&
          hasTags(shownTags(context, row), tags),
      );
    const { items, fields } = numberedPage(context, rows);
    return { ...fields, CustomerGateways: { CustomerGateway: items.map((row) => shownGateway(context, row)) } };
  },
});
