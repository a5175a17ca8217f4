import { isTitle, oneOf } from '../../fields/field-checks.ts';
import { titlesOf } from '../../fields/titles.ts';
import { ApiError, dryRunPassed, invalid } from '../../gateway/api-error.ts';
import { cbn } from '../../operation.ts';

export const ATTACHMENT_TITLES = {
  TransitRouterAttachmentName: isTitle(128),
  TransitRouterAttachmentDescription: isTitle(256),
};

export const updateTransitRouterVpnAttachmentAttribute = cbn('UpdateTransitRouterVpnAttachmentAttribute', {
  kind: 'write',
  run({ params, store, caller }) {
    const row = store.attachments.get(params.need('TransitRouterAttachmentId'));
    if (row === undefined || row.accountId !== caller.accountId) {
      throw new ApiError(400, 'InvalidTransitRouterAttachmentId.NotFound', 'The specified attachment does not exist.');
    }
    const orderType = params.text('OrderType');
    if (orderType !== undefined && !oneOf('PayByCenOwner', 'PayByResourceOwner')(orderType)) {
      throw invalid('OrderType');
    }
    const publish = params.flag('AutoPublishRouteEnabled');
    const changes = {
      ...titlesOf(params, ATTACHMENT_TITLES),
      ...(orderType !== undefined && { OrderType: orderType }),
      ...(publish !== undefined && { AutoPublishRouteEnabled: publish }),
    };
    if (row.Status !== 'Attached') {
      throw new ApiError(400, 'IncorrectStatus.Status', 'The status of the resource is incorrect.');
    }
    if (params.flag('DryRun') === true) {
      throw dryRunPassed();
    }
    store.edit(row, (target) => Object.assign(target, changes));
    return {};
  },
});
