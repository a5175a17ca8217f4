import type { BeforeAttempt, CloudApi } from '../../core/domain/cloud-api.ts';
import { CloudError, DEADLINE_EXCEEDED } from '../../core/domain/errors.ts';

/**
 * The same api, which starts nothing more once `isStopped` says so. What was sent is still read back, and tags can
 * still be removed, so that nothing is left that is not true.
 *
 * To the sweep a stop looks as if the time were over: the rest is `deferred`, and the run is incomplete.
 */
export function stopAfterInterrupt(api: CloudApi, isStopped: () => boolean): CloudApi {
  const stopBefore = (action: string, mayHaveEffect: boolean): void => {
    if (!isStopped()) {
      return;
    }
    const effect = mayHaveEffect ? 'unknown' : 'refused';
    throw new CloudError({ action, code: DEADLINE_EXCEEDED, effect, detail: 'stopped on request' });
  };
  const guarded = (action: string, before: BeforeAttempt): BeforeAttempt => {
    return async (mayHaveEffect) => {
      stopBefore(action, mayHaveEffect);
      await before(mayHaveEffect);
    };
  };
  return {
    ...api,
    setTags: async (regionId, connectionIds, tags) => {
      stopBefore('TagResources', false);
      return await api.setTags(regionId, connectionIds, tags);
    },
    detach: (regionId, attachmentId, { force, beforeAttempt }) =>
      api.detach(regionId, attachmentId, {
        force,
        beforeAttempt: guarded('DeleteTransitRouterVpnAttachment', beforeAttempt),
      }),
    deleteConnection: (regionId, connectionId, { beforeAttempt }) =>
      api.deleteConnection(regionId, connectionId, { beforeAttempt: guarded('DeleteVpnAttachment', beforeAttempt) }),
    assumeRole: async (roleArn) => stopAfterInterrupt(await api.assumeRole(roleArn), isStopped),
  };
}
