import * as z from 'zod/mini';
import { lenient, optionalText } from './wire-fields.ts';

const TUNNELS = 2;

const isAbsent = (value: unknown): boolean => value === undefined || value === null || value === '';

// Absent in replies about connections with a single tunnel.
const tunnels = z.nullish(z.object({ TunnelOptions: z.array(z.object({ CustomerGatewayId: optionalText })) }));

const row = z.object({
  CustomerGatewayId: optionalText,
  TunnelOptionsSpecification: tunnels,
  EnableTunnelsBgp: lenient((value) => !isAbsent(value)),
});

/**
 * The customer gateways that a row of `DescribeVpnConnections` names: of the connection, or of each of its two tunnels.
 * `unread`: it may use another customer gateway, because a tunnel does not name its own.
 */
export function gatewaysUsed(item: unknown): readonly string[] | 'unread' {
  const read = row.safeParse(item);
  if (!read.success) {
    return 'unread';
  }
  const { CustomerGatewayId: own, TunnelOptionsSpecification: specification, EnableTunnelsBgp: hasTwo } = read.data;
  const ofTunnels = specification?.TunnelOptions.map(({ CustomerGatewayId: id }) => id) ?? [];
  const isDual = hasTwo || ofTunnels.length > 0;
  const named = [own, ...ofTunnels].filter((id) => id !== undefined);
  const isWhole = isDual ? ofTunnels.length >= TUNNELS && !ofTunnels.includes(undefined) : own !== undefined;
  return isWhole ? named : 'unread';
}
