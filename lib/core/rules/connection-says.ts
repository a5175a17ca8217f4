import type { Connection } from '../domain/estate.ts';

/** The connection itself says that it is bound to a transit router. */
export const saysAttached = ({ attachType, state }: Connection): boolean =>
  attachType === 'CEN' && state === 'attached';

/** The connection or a tunnel of it reports an IPsec SA. */
export const saysUp = ({ status, tunnels }: Connection): boolean =>
  [status, ...tunnels.map((tunnel) => tunnel.status)].includes('ipsec_sa_established');
