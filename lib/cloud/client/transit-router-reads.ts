import type { CloudApi } from '../../core/domain/cloud-api.ts';
import type { AccountId, Attachment } from '../../core/domain/estate.ts';
import { attachmentPage, type OwnedTransitRouter, transitRouterPage } from '../wire/wire-transit-router.ts';
import { ifGone } from './if-gone.ts';
import { listByNumber, listByToken } from './list-pages.ts';
import { listRouting } from './list-routing.ts';
import type { Rpc } from './rpc.ts';
import type { Params } from './transport.ts';

type TransitRouterReads = Pick<CloudApi, 'listTransitRouters' | 'listAttachments' | 'getAttachment' | 'listRouting'>;

/**
 * What a run reads of transit routers. Nothing here writes.
 *
 * @param ownAccount undefined while it is not known: then a transit router counts whoever owns it
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

  listAttachments: (regionId, transitRouterId) => listAttachments(rpc, regionId, transitRouterId),

  async getAttachment(regionId, transitRouterId, attachmentId) {
    const filter = { TransitRouterAttachmentId: attachmentId };
    const found = await readAttachments(rpc, regionId, transitRouterId, filter).catch(ifGone([]));
    return found.find((attachment) => attachment.attachmentId === attachmentId);
  },

  async listRouting(regionId, transitRouterId) {
    const attachments = await listAttachments(rpc, regionId, transitRouterId);
    return listRouting(rpc, regionId, transitRouterId, attachments);
  },
});

const readAttachments = (rpc: Rpc, regionId: string, transitRouterId: string, filter: Params) =>
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
        attachmentPage(transitRouterId),
      ),
  });

const listAttachments = (rpc: Rpc, regionId: string, transitRouterId: string) =>
  readAttachments(rpc, regionId, transitRouterId, { TransitRouterId: transitRouterId });
