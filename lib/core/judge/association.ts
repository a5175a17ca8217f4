import type {
  AccountId,
  Attachment,
  AttachmentId,
  Connection,
  ConnectionId,
  TransitRouterId,
} from '../domain/estate.ts';
import type { Settled } from '../rules/rule.ts';
import type { DetachNote } from './claims.ts';

/**
 * The binding of a connection, once both sides have spoken.
 *
 * `doubtful`: the sides disagree, or a side said something unreadable. `changing`: the binding is changing right now.
 * Both keep the connection.
 */
export type Association =
  | Settled
  | { readonly kind: 'not-ours'; readonly evidence: readonly string[] }
  | { readonly kind: 'changing'; readonly reason: string; readonly evidence: readonly string[] }
  | { readonly kind: 'doubtful'; readonly reason: string; readonly evidence: readonly string[] };

/** The transit routers' side of a region. If any listing failed, the region is unread and has no witnesses. */
export type Witnesses = {
  /** The attachments of every transit router of the region that could be read, in any account. */
  readonly attachmentsOf: ReadonlyMap<TransitRouterId, readonly Attachment[]>;
  /** Every attachment that names this connection, in the order of the transit routers. */
  readonly holdersOf: (connectionId: ConnectionId) => readonly Attachment[];
  /** The attachment with this id, of any transit router. */
  readonly attachment: (attachmentId: AttachmentId) => Attachment | undefined;
  /** Accounts whose transit routers could not be read, because their role could not be assumed. */
  readonly unreadOwners: readonly AccountId[];
  /** Other accounts whose transit routers were read, with a role in each account. */
  readonly otherOwners: readonly AccountId[];
};

export function createWitnesses(
  attachmentsOf: ReadonlyMap<TransitRouterId, readonly Attachment[]>,
  unreadOwners: readonly AccountId[],
  otherOwners: readonly AccountId[] = [],
): Witnesses {
  const lists = [...attachmentsOf.values()];
  return {
    attachmentsOf,
    holdersOf: (connectionId) => lists.flatMap((list) => indexOf(list).holders.get(connectionId) ?? []),
    attachment: (attachmentId) =>
      lists.map((list) => indexOf(list).attachments.get(attachmentId)).find((found) => found !== undefined),
    unreadOwners,
    otherOwners,
  };
}

type Index = {
  readonly holders: ReadonlyMap<ConnectionId, readonly Attachment[]>;
  readonly attachments: ReadonlyMap<AttachmentId, Attachment>;
};

/** Each list is indexed once, even if many lookups and several witnesses share it. */
const indexes = new WeakMap<readonly Attachment[], Index>();

function indexOf(list: readonly Attachment[]): Index {
  const known = indexes.get(list);
  if (known) {
    return known;
  }
  const holders = new Map<ConnectionId, Attachment[]>();
  for (const attachment of list) {
    const ofConnection = holders.get(attachment.connectionId);
    if (ofConnection) {
      ofConnection.push(attachment);
    } else {
      holders.set(attachment.connectionId, [attachment]);
    }
  }
  const index = { holders, attachments: new Map(list.map((attachment) => [attachment.attachmentId, attachment])) };
  indexes.set(list, index);
  return index;
}

/** The same witnesses with fresher listings for some transit routers. */
export const withAttachments = (
  { attachmentsOf, unreadOwners, otherOwners }: Witnesses,
  fresher: ReadonlyMap<TransitRouterId, readonly Attachment[]>,
): Witnesses => createWitnesses(new Map([...attachmentsOf, ...fresher]), unreadOwners, otherOwners);

const CHANGING = new Set(['attaching', 'detaching', 'updating', 'provisioning', 'upgrading']);

/**
 * Decide the binding of a connection. Pure. Never throws. Any contradiction is `doubtful`.
 *
 * @param note the detach note of the connection, which may tell whose transit router it was bound to
 */
export function associate(
  connection: Connection,
  accountId: AccountId,
  witnesses: Witnesses,
  note: DetachNote = { kind: 'none' },
): Association {
  const { attachType, state } = connection;
  const seen = `AttachType ${attachType}, State ${state}`;
  const evidence = [seen];
  // A connection of a VPN gateway is not ours to judge. A connection without a type may be of a VPN gateway (S9).
  if (attachType === 'VPNGW' || attachType === 'missing') {
    return { kind: 'not-ours', evidence };
  }
  const doubt = (reason: string): Association => ({ kind: 'doubtful', reason, evidence });
  if (attachType === 'unknown') {
    return doubt('its AttachType is unknown');
  }
  if (connection.vpnGatewayId !== undefined) {
    return doubt(`it names the VPN gateway ${connection.vpnGatewayId}`);
  }
  if (CHANGING.has(state)) {
    return { kind: 'changing', reason: `it is ${state}`, evidence };
  }

  const holders = witnesses.holdersOf(connection.connectionId);
  const sides = { connection, accountId, holders, witnesses, note, evidence };
  return attachType === 'NO_ASSOCIATED' ? associateUnbound(sides) : associateBound(sides);
}

/** The statements of the connection and of the transit routers. */
type BothSides = {
  readonly connection: Connection;
  readonly accountId: AccountId;
  /** Every attachment that names the connection. */
  readonly holders: readonly Attachment[];
  readonly witnesses: Witnesses;
  readonly note: DetachNote;
  readonly evidence: readonly string[];
};

function associateUnbound({ connection, holders, witnesses, note, evidence }: BothSides): Association {
  const doubt = (reason: string): Association => ({ kind: 'doubtful', reason, evidence });
  if (connection.state !== 'init' && connection.state !== 'financialLocked') {
    return doubt(`State ${connection.state} does not go with AttachType NO_ASSOCIATED`);
  }
  if (connection.transitRouterId !== undefined) {
    return doubt(`it still names ${connection.transitRouterId}`);
  }
  if (connection.crossAccount && !isReleased(note, witnesses)) {
    return doubt('it says that a transit router of another account holds it');
  }
  const [holder] = holders;
  if (holder) {
    return doubt(
      `${holder.transitRouterId} lists ${holder.attachmentId} for it, although it says it is bound to nothing`,
    );
  }
  if (witnesses.unreadOwners.length > 0) {
    return doubt(`the transit routers of account ${witnesses.unreadOwners.join(', ')} could not be read`);
  }
  return { kind: 'unbound', evidence: [...evidence, noHolder(witnesses)] };
}

/**
 * Whether the attachment in our note is gone from the transit routers of the other accounts. After a detach, the cloud
 * may still say `CrossAccountAuthorized`, because a grant still exists.
 */
const isReleased = (note: DetachNote, { attachment, otherOwners }: Witnesses): boolean =>
  note.kind === 'valid' && otherOwners.length > 0 && attachment(note.attachmentId) === undefined;

function noHolder(witnesses: Witnesses): string {
  const ids = [...witnesses.attachmentsOf.keys()];
  if (ids.length === 0) {
    return 'the region has no transit router that could hold it';
  }
  if (ids.length <= 3) {
    return `no attachment of ${ids.join(', ')} holds it`;
  }
  return `no attachment of the region's ${ids.length} transit routers holds it`;
}

function associateBound({ connection, accountId, holders, witnesses, evidence }: BothSides): Association {
  const doubt = (reason: string): Association => ({ kind: 'doubtful', reason, evidence });
  const { state, transitRouterId } = connection;
  if (state !== 'attached' && state !== 'financialLocked') {
    return doubt(`State ${state} does not go with AttachType CEN`);
  }
  if (transitRouterId === undefined) {
    return doubt('it does not say which transit router holds it');
  }
  if (!witnesses.attachmentsOf.has(transitRouterId)) {
    return doubt(`${transitRouterId} is another account's, and no role for that account is in detach.roles`);
  }
  const [holder, second] = holders;
  if (!holder) {
    return doubt(`${transitRouterId} lists no attachment for it`);
  }
  if (second) {
    return doubt(`${holder.attachmentId} and ${second.attachmentId} both claim it`);
  }
  if (holder.transitRouterId !== transitRouterId) {
    return doubt(`it names ${transitRouterId}, but ${holder.transitRouterId} lists it`);
  }
  if (holder.connectionOwnerId !== undefined && holder.connectionOwnerId !== accountId) {
    return doubt(`${holder.attachmentId} is for a connection of account ${holder.connectionOwnerId}`);
  }
  if (holder.status === 'Attaching' || holder.status === 'Detaching') {
    return { kind: 'changing', reason: `${holder.attachmentId} is ${holder.status}`, evidence };
  }
  if (holder.status !== 'Attached') {
    return doubt(`the status of ${holder.attachmentId} is unknown`);
  }
  return {
    kind: 'bound',
    attachment: holder,
    evidence: [...evidence, `${transitRouterId} holds it by ${holder.attachmentId}, Attached`],
  };
}
