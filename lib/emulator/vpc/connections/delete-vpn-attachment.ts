import type { ConnectionRecord } from '../../estate/estate-types.ts';
import { ApiError, connectionNotFound } from '../../gateway/api-error.ts';
import { type Context, type ReplyBody, vpc } from '../../operation.ts';
import { pendingFor } from '../../state/state-watch.ts';
import { findConnection, isOfVpnGateway } from './describe-connections.ts';

const ACCEPTED: ReplyBody = { Code: '200', Success: true, Message: 'successful' };

/** HTTP 200 that is no success. Only the body tells. */
const NOT_SUCCESSFUL: ReplyBody = { Code: '200', Success: false, Message: 'failed' };

const statusNotSupport = (): ApiError =>
  new ApiError(400, 'Vco.StatusNotSupport', 'The status of the specified vco does not support this operation.');

const configuring = (): ApiError =>
  new ApiError(400, 'VpnConnection.Configuring', 'The specified vpn connection is being configured.');

const incorrectStatus = (message: string): ApiError => new ApiError(400, 'IncorrectStatus.VpnConnection', message);

/** Whether the connection is held by a transit router, and not just being bound or unbound. */
const isAttached = ({ AttachType, State }: ConnectionRecord): boolean =>
  State === 'attached' || (AttachType === 'CEN' && (State === 'financialLocked' || State == null));

/** Already deleted, and only still readable. */
const isGone = ({ State, pending }: ConnectionRecord): boolean =>
  State === 'deleted' || pending?.to === 'gone' || pending?.to === 'deleted';

function unknown({ behaviours }: Context): ReplyBody {
  if (behaviours.deleteUnknown === 'success') {
    return ACCEPTED;
  }
  throw connectionNotFound();
}

function ofVpnGateway({ behaviours }: Context): ReplyBody {
  if (behaviours.deleteVpnGateway === 'not-found') {
    throw connectionNotFound();
  }
  throw incorrectStatus('The specified vpn connection belongs to a vpn gateway.');
}

function attached({ behaviours }: Context): ReplyBody {
  if (behaviours.deleteAttached === 'success-false') {
    return NOT_SUCCESSFUL;
  }
  if (behaviours.deleteAttached === 'configuring') {
    throw configuring();
  }
  if (behaviours.deleteAttached === 'incorrect-status') {
    throw incorrectStatus('The specified vpn connection is attached to a transit router.');
  }
  throw statusNotSupport();
}

function changing({ behaviours }: Context): ReplyBody {
  throw behaviours.deleteChanging === 'configuring' ? configuring() : statusNotSupport();
}

/** The rows of the rule: the state of the connection, and the answer of the service. The first match counts. */
const REFUSALS: readonly [(row: ConnectionRecord) => boolean, (context: Context) => ReplyBody][] = [
  [isGone, unknown],
  [isOfVpnGateway, ofVpnGateway],
  [isAttached, attached],
  [({ State, AttachType }) => State === 'financialLocked' && AttachType !== 'CEN', financialLocked],
  [({ State, AttachType }) => State !== 'init' || AttachType !== 'NO_ASSOCIATED', changing],
];

function financialLocked(context: Context): ReplyBody {
  if (context.behaviours.deleteFinancialLocked === 'refused') {
    throw new ApiError(400, 'VpnConnection.FinancialLocked', 'The specified vpn connection is financially locked.');
  }
  return accept(context);
}

/** From here on only reads find it, for a while. */
function accept(context: Context): ReplyBody {
  const row = findConnection(context);
  if (row === undefined) {
    throw connectionNotFound();
  }
  const { deleteReads, deletedStateReads, deleteMs } = context.behaviours;
  const polls = deleteReads === 'random' ? context.random.below(4) : deleteReads;
  const to = deletedStateReads > 0 ? 'deleted' : 'gone';
  context.lifecycle.changeConnection(row, row.State ?? 'init', pendingFor(to, { polls, ms: deleteMs }, context.nowMs));
  return ACCEPTED;
}

/**
 * DeleteVpnAttachment: removes a connection that is bound to nothing.
 *
 * It has neither DryRun nor Force. The reply only says that the deletion was accepted.
 */
export const deleteVpnAttachment = vpc('DeleteVpnAttachment', {
  kind: 'write',
  run(context) {
    const row = findConnection(context);
    if (row === undefined) {
      return unknown(context);
    }
    const refusal = REFUSALS.find(([applies]) => applies(row))?.[1];
    return refusal === undefined ? accept(context) : refusal(context);
  },
});
