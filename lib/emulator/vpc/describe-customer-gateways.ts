import { numberedPage } from '../gateway/paging.ts';
import { hasTags, tagList } from '../gateway/params.ts';
import { vpc } from '../operation.ts';
import { placeKey } from '../state/cloud-state.ts';

/** Nothing here tells which connections use a customer gateway. */
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
          hasTags(row.tags, tags),
      );
    const { items, fields } = numberedPage(context, rows);
    const shown = items.map(({ accountId: _owner, regionId: _region, tags: own, ...row }) => ({
      Name: '',
      Description: '',
      IpAddress: '198.51.100.9',
      ...row,
      Tags: { Tag: tagList(own) },
    }));
    return { ...fields, CustomerGateways: { CustomerGateway: shown } };
  },
});
