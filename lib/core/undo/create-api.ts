import type { CloudApi } from '../domain/cloud-api.ts';
import type { RegionId, TransitRouterId } from '../domain/estate.ts';

/** The operations with which a restore creates things. */
export type CreateAction =
  | 'CreateVpnAttachment'
  | 'CreateTransitRouterVpnAttachment'
  | 'AssociateTransitRouterAttachmentWithRouteTable'
  | 'EnableTransitRouterRouteTablePropagation'
  | 'CreateTransitRouterRouteEntry'
  | 'CreateVcoRouteEntry';

export type CreateCall = {
  readonly action: CreateAction;
  readonly regionId: RegionId;
  /** Flat, with the names of the operation's page: `TunnelOptionsSpecification.1.TunnelIndex`. */
  readonly params: Readonly<Record<string, string | number | boolean>>;
};

/** The calls of a restore, besides the calls of a run. */
export interface RestoreApi extends CloudApi {
  /**
   * Create a thing. Writes. An accepted request proves nothing, so read the thing back.
   *
   * @param nextToken the client token of the first attempt, and a fresh token after each definite refusal
   * @returns the id of the new thing, if the reply contains an id
   */
  create(call: CreateCall, nextToken: () => string): Promise<string | undefined>;
  /** ListTransitRouterRouteTables. Answers the ids. */
  listRouteTables(regionId: RegionId, transitRouterId: TransitRouterId): Promise<readonly string[]>;
}
