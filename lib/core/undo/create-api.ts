import type { CloudApi } from '../domain/cloud-api.ts';
import type { RegionId, TransitRouterId } from '../domain/estate.ts';

/** What a restore can create, by the names of the operations. */
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
  /** As the operation's page names them, flat: `TunnelOptionsSpecification.1.TunnelIndex`. */
  readonly params: Readonly<Record<string, string | number | boolean>>;
};

/** What a restore needs of the cloud besides what a run needs. */
export interface RestoreApi extends CloudApi {
  /**
   * Create one thing. Writes. An accepted request proves nothing: read back.
   *
   * @param nextToken the client token of the first attempt, and a fresh one after each definite refusal
   * @returns the id of what was created, where the reply has one
   */
  create(call: CreateCall, nextToken: () => string): Promise<string | undefined>;
  /** ListTransitRouterRouteTables: ids. */
  listRouteTables(regionId: RegionId, transitRouterId: TransitRouterId): Promise<readonly string[]>;
}
