import type { Context } from '../operation.ts';
import { ApiError } from './api-error.ts';

/** Refuses an unknown region, and a region that the switch declares to be without IPsec-VPN. */
export function checkRegion({ params, estate, behaviours }: Context): void {
  const regionId = params.need('RegionId');
  const region = estate.regions.find((candidate) => candidate.RegionId === regionId);
  if (region !== undefined && (region.vpn || behaviours.unsupportedRegion === 'empty')) {
    return;
  }
  throw new ApiError(404, 'InvalidRegionId.NotFound', 'The specified RegionId does not exist.');
}
