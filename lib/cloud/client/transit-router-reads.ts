import type { CloudApi } from '../../core/domain/cloud-api.ts';
import type { AccountId, Attachment } from '../../core/domain/estate.ts';
import type { PickSettings } from '../../core/undo/settings.ts';
import { attachmentPage, type OwnedTransitRouter, transitRouterPage } from '../wire/wire-transit-router.ts';
import { ifGone } from './if-gone.ts';
import { listByNumber, listByToken } from './list-pages.ts';
import { type Holder, listRouting } from './list-routing.ts';
import type { Rpc } from './rpc.ts';
import type { Params } from './transport.ts';

type TransitRouterReads = Pick<CloudApi, 'listTransitRouters' | 'listAttachments' | 'getAttachment' | 'listRouting'>;

/**
 * The reads of transit routers that a run needs. Nothing here writes.
 *
 * @param ownAccount undefined while it is unknown. Transit routers of any owner count then
 */
export const transitRouterReads = (rpc: Rpc, ownAccount: () => AccountId | undefined): TransitRouterReads => ({
  async listTransitRouters(regionId) {
    const action = 'ListTransitRouters';
    const params = { RegionId: regionId };
    const found = await listByNumber<OwnedTransitRouter>({
      action,
      idOf: (transitRouter) => transitRouter.transitRouterId,
      fetch: (page) => rpc.read({ action, regionId, params: { ...params, ...page } }, transitRouterPage(regionId)),
    });
    const accountId = ownAccount();
    return found
      .filter(({ ownerId }) => ownerId === undefined || accountId === undefined || ownerId === accountId)
      .map(({ ownerId: _, ...transitRouter }) => transitRouter);
  },

  listAttachments: (regionId, transitRouterId, pick) => listAttachments(rpc, { regionId, transitRouterId }, pick),

  async getAttachment(regionId, transitRouterId, attachmentId, pick) {
    const filter = { TransitRouterAttachmentId: attachmentId };
    const holder = { regionId, transitRouterId };
    const found = await readAttachments(rpc, holder, filter, pick).catch(ifGone([]));
    return found.find((attachment) => attachment.attachmentId === attachmentId);
  },

  async listRouting(regionId, transitRouterId, { listed, pick } = {}) {
    const holder = { regionId, transitRouterId };
    return listRouting(rpc, holder, listed ?? (await listAttachments(rpc, holder)), pick);
  },
});

const readAttachments = (rpc: Rpc, { regionId, transitRouterId }: Holder, filter: Params, pick?: PickSettings) =>
  listByToken<Attachment>({
    action: 'ListTransitRouterVpnAttachments',
    idOf: (attachment) => attachment.attachmentId,
    fetch: (page) =>
      rpc.read(
        {
          action: 'ListTransitRouterVpnAttachments',
          regionId,
          params: { RegionId: regionId, ...filter, MaxResults: 50, ...page },
        },
        attachmentPage(transitRouterId, pick),
      ),
  });

const listAttachments = (rpc: Rpc, holder: Holder, pick?: PickSettings) =>
  readAttachments(rpc, holder, { TransitRouterId: holder.transitRouterId }, pick);
