import { describeFailure } from '../../core/advice/error-advice.ts';
import type { CloudApi } from '../../core/domain/cloud-api.ts';
import { toCloudError } from '../../core/domain/errors.ts';
import type { PlaceLeftovers } from '../../core/domain/outcome.ts';
import type { Place } from '../../core/domain/place.ts';
import type { Settings } from '../../core/undo/settings.ts';
import { pickCustomerGateway } from '../../undo/pick-settings.ts';
import type { RegionEstate } from './survey-region.ts';

/** By default: "Attach an IPsec-VPN connection to a transit router", limits. An account can have it raised. */
const ATTACHMENTS_QUOTA = 50;

const UNNAMED = 'a connection does not say which customer gateway it uses';

type ReadPlace = Place & { readonly api: Pick<CloudApi, 'listCustomerGateways'> };

/** Finds the customer gateways of a place that no connection uses. In doubt it names no gateway. */
export class LeftoverFinder {
  readonly #place: ReadPlace;
  readonly #used = new Set<string>();
  #gateways: readonly Settings[] = [];
  /** Why nothing can be said of the gateways. */
  #unread: string | undefined;
  #seen = 0;

  constructor(place: ReadPlace) {
    this.#place = place;
  }

  /** Before the connections are listed: a gateway that is made later, with its connection, is not in this list. */
  async listGateways(): Promise<void> {
    const { api, regionId } = this.#place;
    try {
      this.#gateways = await api.listCustomerGateways(regionId, pickCustomerGateway);
    } catch (error) {
      this.#unread = describeFailure(toCloudError(error));
    }
  }

  /** Told of each connection, VPN-gateway connections too. */
  readonly onGateways = (gateways: readonly string[] | 'unread'): void => {
    this.#seen += 1;
    if (gateways === 'unread') {
      this.#unread ??= UNNAMED;
      return;
    }
    for (const gateway of gateways) {
      this.#used.add(gateway);
    }
  };

  /** @param estate the place, read whole */
  find({ connections, witnesses, ownerOf }: RegionEstate): PlaceLeftovers {
    const { accountId, regionId, api } = this.#place;
    const unread = this.#unread ?? (this.#seen < connections.length ? UNNAMED : undefined);
    const unused = unread === undefined ? this.#gateways.filter((gateway) => !this.#used.has(idOf(gateway))) : [];
    const own = [...witnesses.attachmentsOf].filter(([transitRouterId]) => ownerOf.get(transitRouterId) === api);
    return {
      accountId,
      regionId,
      customerGateways: unused.map((gateway) => ({
        customerGatewayId: idOf(gateway),
        name: typeof gateway.Name === 'string' ? gateway.Name : null,
      })),
      ...(unread === undefined ? {} : { unread }),
      transitRouters: own.map(([transitRouterId, attachments]) => ({
        transitRouterId,
        attachments: attachments.length,
        quota: ATTACHMENTS_QUOTA,
      })),
    };
  }
}

const idOf = ({ CustomerGatewayId }: Settings): string => String(CustomerGatewayId);

/**
 * The leftovers of the places, with a limited number of customer gateways. Pure.
 *
 * @param found undefined for a place that was not looked at
 */
export function cutLeftovers(
  found: readonly (PlaceLeftovers | undefined)[],
  max: number,
): { readonly leftovers?: readonly PlaceLeftovers[] } {
  let left = max;
  const leftovers = found.flatMap((place) => {
    if (place === undefined) {
      return [];
    }
    const customerGateways = place.customerGateways.slice(0, left);
    left -= customerGateways.length;
    const omitted = place.customerGateways.length - customerGateways.length;
    return [{ ...place, customerGateways, ...(omitted > 0 ? { customerGatewaysOmitted: omitted } : {}) }];
  });
  return leftovers.length > 0 ? { leftovers } : {};
}
