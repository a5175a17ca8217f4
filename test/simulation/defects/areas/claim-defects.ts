import type { Defect } from '../defect.ts';

/** Mistakes in the statements of a run about its own work. */
export const CLAIM_DEFECTS: readonly Defect[] = [
  {
    id: 'accepted-is-deleted',
    happened: 'A delete that the cloud accepted was reported as done, and had no effect.',
    file: 'lib/sweep/steps/delete-connection.ts',
    from: 'return await waitUntilGone(region, verdict, request, detached);',
    to: "return await (request.accepted === 'no' ? waitUntilGone(region, verdict, request, detached) : endWith('deleted', 'deleted', { used: true, requestId: request.requestId }));",
    promise: 'S10',
  },
  {
    id: 'success-false-is-success',
    happened: 'A reply with HTTP 200 and "Success: false" counted as accepted.',
    file: 'lib/cloud/client/reply-errors.ts',
    from: '!isSuccess(status) || isFalse(success);',
    to: '!isSuccess(status);',
    promise: 'S10',
  },
  {
    id: 'error-is-gone',
    happened: 'Any error while reading a deleted connection was taken for "it is gone".',
    file: 'lib/cloud/client/if-gone.ts',
    from: 'if (error instanceof CloudError && saysGone(error)) {',
    to: 'if (error instanceof CloudError) {',
    promise: 'S10',
  },
  {
    id: 'mark-not-read-back',
    happened: 'A tag that was accepted and never written was reported as set.',
    file: 'lib/sweep/marks/mark-upkeep.ts',
    from: 'const isRead = (found: Tags) => saysAsMuch(found, tags);',
    to: 'const isRead = undefined;',
    promise: 'S10',
  },
  {
    id: 'one-side-of-a-detach',
    happened: 'Detached on the side of the transit router counted as detached on both sides.',
    file: 'lib/sweep/steps/look-back.ts',
    from: 'misses.isEnough && (isUnboundEarly ?? (await isUnbound(mayRead)))',
    to: 'misses.isEnough',
    promise: 'S10',
  },
  {
    id: 'other-side-of-a-detach',
    happened:
      'The wait for a detach did not ask the transit router, and the last read before the delete stopped the run each time.',
    file: 'lib/sweep/steps/look-back.ts',
    from: 'misses.count(listed);',
    to: 'misses.count({ ...listed, value: [] }); misses.count({ ...listed, value: [] });',
    promise: 'liveness',
  },
  {
    id: 'no-wait-after-detach',
    happened: 'Nobody waited for a detach to take effect.',
    file: 'lib/sweep/steps/detach-connection.ts',
    from: '  await waitUntilDetached(step);\n',
    to: '',
    promise: 'S10',
  },
];
