import type { ConnectionRecord, CustomerGateway, VpnGateway } from '../estate/estate-types.ts';
import { ApiError } from '../gateway/api-error.ts';
import { type Context, vpc } from '../operation.ts';
import { placeKey } from '../state/cloud-state.ts';
import type { Table } from '../state/record-table.ts';
import { isOfVpnGateway } from '../vpc/connections/describe-connections.ts';
import { listingTagsBy, type TaggedKind, type TagService, taggingBy, untaggingBy } from './tag-operations.ts';
import type { TaggedRow } from './visible-tags.ts';

type Placed = TaggedRow & { readonly accountId: string; readonly regionId: string };

const place = ({ caller, params }: Context): string => placeKey(caller.accountId, params.need('RegionId'));

/** Resources of a table that lie in the region asked for, and belong to the caller. */
const placedIn = <T extends Placed>(
  tableOf: (context: Context) => Table<T>,
  idOf: (row: T) => string,
  suits: (row: T) => boolean = () => true,
): TaggedKind => ({
  all: (context) =>
    tableOf(context)
      .in('place', place(context))
      .filter(suits)
      .map((row) => ({ id: idOf(row), row })),
  get: (context, id) => {
    const row = tableOf(context).get(id);
    return row !== undefined && suits(row) && placeKey(row.accountId, row.regionId) === place(context)
      ? { id, row }
      : undefined;
  },
});

const connections = (suits: (row: ConnectionRecord) => boolean): TaggedKind =>
  placedIn<ConnectionRecord>(
    ({ store }) => store.connections,
    (row) => row.VpnConnectionId,
    suits,
  );

const service: TagService = {
  kinds: new Map<string, TaggedKind>([
    ['VPNATTACHMENT', connections((row) => !isOfVpnGateway(row))],
    ['VPNCONNECTION', connections(isOfVpnGateway)],
    [
      'CUSTOMERGATEWAY',
      placedIn<CustomerGateway>(
        ({ store }) => store.customerGateways,
        (row) => row.CustomerGatewayId,
      ),
    ],
    [
      'VPNGATEWAY',
      placedIn<VpnGateway>(
        ({ store }) => store.vpnGateways,
        (row) => row.VpnGatewayId,
      ),
    ],
  ]),
  page: { name: 'MaxResults', fallback: 50, max: 50 },
  notFound: (id) => new ApiError(400, 'InvalidInstanceIds.NotFound', `The specified resource ${id} does not exist.`),
};

export const tagResources = vpc('TagResources', { kind: 'write', run: taggingBy(service) });
export const unTagResources = vpc('UnTagResources', { kind: 'write', run: untaggingBy(service) });
export const listTagResources = vpc('ListTagResources', {
  kind: 'read',
  paging: 'token',
  run: listingTagsBy(service),
});
