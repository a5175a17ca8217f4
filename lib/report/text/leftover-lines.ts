import type { PlaceLeftovers } from '../../core/domain/outcome.ts';
import { toPrintable } from '../../core/text/printable.ts';
import { cutTo } from './text-width.ts';

/** The number of gateways of a place, and of lines, that are shown. The result has everything. */
const SHOWN_MAX = 20;
const NAME_WIDTH_MAX = 40;

/** The leftovers of places, for a person. Printable. */
export function leftoverLines(leftovers: readonly PlaceLeftovers[]): readonly string[] {
  const lines = leftovers.flatMap(linesOf);
  return lines.length > SHOWN_MAX ? [...lines.slice(0, SHOWN_MAX), `… and ${lines.length - SHOWN_MAX} more`] : lines;
}

function linesOf(place: PlaceLeftovers): readonly string[] {
  const { accountId, regionId, customerGateways, customerGatewaysOmitted = 0, unread, transitRouters } = place;
  const where = `${regionId} of account ${accountId}`;
  const total = customerGateways.length + customerGatewaysOmitted;
  const shown = customerGateways.slice(0, SHOWN_MAX).map(({ customerGatewayId: id, name }) => {
    return name ? `${id} (${cutTo(toPrintable(name), NAME_WIDTH_MAX)})` : id;
  });
  const more = total > shown.length ? [`${total - shown.length} more`] : [];
  const routers = transitRouters.map(
    ({ transitRouterId, attachments, quota }) => `${transitRouterId} ${attachments} of ${quota}`,
  );
  return [
    ...(unread === undefined ? [] : [`Unused customer gateways in ${where} could not be read: ${unread}`]),
    ...(total > 0 ? [`Unused customer gateways in ${where} (${total}): ${[...shown, ...more].join(', ')}`] : []),
    ...(routers.length > 0 ? [`VPN attachments in ${where}, of the documented quota: ${routers.join(', ')}`] : []),
  ].map(toPrintable);
}
