import { zonesIn } from '../../estate/region-facts.ts';
import { invalid } from '../../gateway/api-error.ts';
import { cbn } from '../../operation.ts';

/** ListTransitRouterAvailableResource: the zones in which a transit router of the region can be reached. */
export const listTransitRouterAvailableResource = cbn('ListTransitRouterAvailableResource', {
  kind: 'read',
  run({ params, estate }) {
    const regionId = params.need('RegionId');
    const region = estate.regions.find((candidate) => candidate.RegionId === regionId);
    if (region === undefined) {
      throw invalid('RegionId');
    }
    const zones = region.vpn ? zonesIn(regionId) : [];
    return {
      MasterZones: zones.slice(0, 1),
      SlaveZones: zones.slice(1),
      AvailableZones: zones,
      SupportMulticast: params.flag('SupportMulticast') ?? false,
    };
  },
});

/** CheckTransitRouterService: every account here has switched transit routers on. */
export const checkTransitRouterService = cbn('CheckTransitRouterService', {
  kind: 'write',
  run: () => ({ Enabled: 'true' }),
});
