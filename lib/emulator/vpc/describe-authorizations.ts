import { connectionNotFound } from '../gateway/api-error.ts';
import { numberedPage } from '../gateway/paging.ts';
import { vpc } from '../operation.ts';
import { findConnection } from './connections/describe-connections.ts';

/** DescribeVpnCrossAccountAuthorizations: the CENs of other accounts that may bind a connection, for its owner. */
export const describeVpnCrossAccountAuthorizations = vpc('DescribeVpnCrossAccountAuthorizations', {
  kind: 'read',
  paging: 'number',
  run(context) {
    const connection = findConnection(context);
    if (connection === undefined) {
      throw connectionNotFound();
    }
    const { items, fields } = numberedPage(context, context.store.grants.in('instance', connection.VpnConnectionId));
    const shown = items.map((row) => ({
      VpnConnectionId: row.InstanceId,
      AliUid: Number(row.accountId),
      BindUid: Number(row.CenOwnerId),
      BindInstance: row.CenId,
      BindProduct: 'CEN',
      CreationTime: row.CreateTime,
    }));
    return { ...fields, CrossAccountAuthorizations: shown };
  },
});
