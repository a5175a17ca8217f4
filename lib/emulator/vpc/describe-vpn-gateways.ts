import type { VpnGateway } from '../estate/estate-types.ts';
import { numberedPage } from '../gateway/paging.ts';
import { hasTags, tagList } from '../gateway/params.ts';
import { type Context, type ReplyBody, vpc } from '../operation.ts';
import { placeKey } from '../state/cloud-state.ts';
import { shownTags } from '../tags/visible-tags.ts';
import { vpnGatewayAddress } from './connections/connection-wire.ts';

function shownGateway(context: Context, gateway: VpnGateway): ReplyBody {
  const { accountId: _owner, regionId: _region, tags: _own, ...row } = gateway;
  return {
    Name: '',
    Description: '',
    Status: 'active',
    BusinessStatus: 'Normal',
    ChargeType: 'PREPAY',
    Spec: '10M',
    VpcId: '',
    VSwitchId: '',
    InternetIp: vpnGatewayAddress(row.VpnGatewayId),
    IpsecVpn: 'enable',
    SslVpn: 'disable',
    SslMaxConnections: 0,
    EnableBgp: false,
    AutoPropagate: false,
    NetworkType: 'public',
    VpnType: 'Normal',
    GatewayType: 'Traditional',
    ...row,
    Tags: { Tag: tagList(shownTags(context, gateway)) },
  };
}

const FILTERS = ['VpnGatewayId', 'VpcId', 'Status', 'BusinessStatus', 'GatewayType', 'ResourceGroupId'];

/** DescribeVpnGateways: the gateways whose connections a sweeper never touches. */
export const describeVpnGateways = vpc('DescribeVpnGateways', {
  kind: 'read',
  paging: 'number',
  run(context) {
    const { params, store, caller } = context;
    const tags = params.tags();
    const rows = store.vpnGateways
      .in('place', placeKey(caller.accountId, params.need('RegionId')))
      .filter((row) => hasTags(shownTags(context, row), tags))
      .map((row) => shownGateway(context, row))
      .filter((item) => FILTERS.every((name) => params.text(name) === undefined || item[name] === params.text(name)));
    const { items, fields } = numberedPage(context, rows);
    return { ...fields, VpnGateways: { VpnGateway: items } };
  },
});
