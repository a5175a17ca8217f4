import type { ConnectionRecord, TransitRouterRecord } from '../estate/estate-types.ts';
import { gatewayAddress, zonesIn } from '../estate/region-facts.ts';

/** Binds a connection to a transit router. Each tunnel gets an address from `draw`. */
export function bind(connection: ConnectionRecord, router: TransitRouterRecord, draw: () => number): void {
  connection.AttachType = 'CEN';
  connection.State = 'attaching';
  connection.AttachInstanceId = router.CenId;
  connection.TransitRouterId = router.TransitRouterId;
  if (router.TransitRouterName !== undefined) {
    connection.TransitRouterName = router.TransitRouterName;
  }
  connection.CrossAccountAuthorized = router.accountId !== connection.accountId;
  const zones = zonesIn(connection.regionId);
  if (connection.TunnelOptions === undefined) {
    connection.InternetIp = gatewayAddress(draw());
    connection.ZoneNo = zones[0];
    return;
  }
  for (const [at, tunnel] of connection.TunnelOptions.entries()) {
    tunnel.InternetIp = gatewayAddress(draw());
    tunnel.ZoneNo = zones[at % zones.length] ?? zones[0];
  }
}

/** A connection that is bound to nothing. */
export function unbind(row: ConnectionRecord): void {
  row.State = 'init';
  row.AttachType = 'NO_ASSOCIATED';
  row.CrossAccountAuthorized = false;
  row.Status = 'ike_sa_not_established';
  for (const tunnel of row.TunnelOptions ?? []) {
    tunnel.Status = 'ike_sa_not_established';
    delete tunnel.InternetIp;
    delete tunnel.ZoneNo;
  }
  delete row.AttachInstanceId;
  delete row.TransitRouterId;
  delete row.TransitRouterName;
  delete row.InternetIp;
  delete row.ZoneNo;
  delete row.pending;
}
