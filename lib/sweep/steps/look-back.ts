import type { Attachment, ConnectionId } from '../../core/domain/estate.ts';
import type { Freshness } from '../reads/coalesced-read.ts';
import type { Look } from '../reads/poll-until.ts';
import type { RegionContext } from '../run-context.ts';

/** The parts of a region that a look uses. */
type LookedAt = Pick<RegionContext, 'reads' | 'polls' | 'clock' | 'policy'>;

/** Counts the readings in a row that do not show the thing. */
class Misses {
  readonly #needed: number;
  readonly #pauseMs: number;
  #inRow = 0;
  #last: { readonly sequence: number; readonly startedMs: number };

  /** Readings up to this moment do not count. */
  constructor({ reads, policy }: LookedAt) {
    this.#needed = policy.wait.consecutiveMisses;
    this.#pauseMs = policy.wait.pollIntervalMs;
    this.#last = { sequence: reads.sequence, startedMs: Number.NEGATIVE_INFINITY };
  }

  /** The next reading that counts. Two readings at nearly the same moment would say the same. */
  get want(): Freshness {
    return { afterSequence: this.#last.sequence, notBeforeMs: this.#last.startedMs + this.#pauseMs };
  }

  /** One more miss is enough. */
  get isNear(): boolean {
    return this.#inRow > 0 && this.#inRow + 1 >= this.#needed;
  }

  get isEnough(): boolean {
    return this.#inRow >= this.#needed;
  }

  count(reading: { readonly sequence: number; readonly startedMs: number }, isMiss: boolean): void {
    this.#last = reading;
    this.#inRow = isMiss ? this.#inRow + 1 : 0;
  }
}

/**
 * A look whether a detach has taken hold: complete listings of the transit router do not show the attachment, and the
 * connection says that it is bound to nothing. Create it when the detach was sent.
 */
export function createDetachLook(region: LookedAt, connectionId: ConnectionId, attachment: Attachment): Look {
  const { reads } = region;
  const { transitRouterId, attachmentId } = attachment;
  const sentSequence = reads.sequence;
  const misses = new Misses(region);
  const isUnbound = async (mayRead: boolean) =>
    isUnboundNow(reads.connectionKnown(connectionId, { afterSequence: sentSequence, notBeforeMs: 0 })?.value) ||
    (mayRead && isUnboundNow(await readConnection(region, connectionId)));
  return async (mayRead) => {
    const known = reads.attachmentsKnown(transitRouterId, misses.want);
    // If the transit router no longer lists the attachment, both sides are asked at the same time.
    const early = mayRead && misses.isNear ? isUnbound(true) : undefined;
    const [listed, isUnboundEarly] = await Promise.all([
      known ?? (mayRead ? reads.attachments(transitRouterId, misses.want) : undefined),
      early,
    ]);
    if (listed !== undefined) {
      const isMiss = !listed.value.some((one) => one.attachmentId === attachmentId);
      misses.count(listed, isMiss);
      if (isMiss) {
        region.polls.detach.noteChange();
      }
    }
    return misses.isEnough && (isUnboundEarly ?? (await isUnbound(mayRead)));
  };
}

async function readConnection({ reads, clock }: LookedAt, connectionId: ConnectionId) {
  const want = { afterSequence: reads.sequence, notBeforeMs: clock.now() };
  const { value } = await reads.awaitedConnection(connectionId, want);
  return value === 'absent' ? (await reads.confirm(connectionId)).value : value;
}

/** If another run or a person deleted it meanwhile, the delete step notices and reports that. */
const isUnboundNow = (now: Awaited<ReturnType<typeof readConnection>> | 'absent' | undefined): boolean =>
  now === 'gone' ||
  (now !== undefined && now !== 'absent' && now.attachType === 'NO_ASSOCIATED' && now.state === 'init');

/**
 * A look whether a delete has taken hold: a read says "not found", or enough complete listings in a row do not show the
 * connection. Create it when the delete was sent.
 */
export function createDeleteLook(region: LookedAt, connectionId: ConnectionId): Look {
  const { reads } = region;
  const misses = new Misses(region);
  return async (mayRead) => {
    const known = reads.connectionKnown(connectionId, misses.want);
    const read = known ?? (mayRead ? await reads.awaitedConnection(connectionId, misses.want) : undefined);
    if (read === undefined) {
      return false;
    }
    misses.count(read, read.value === 'absent');
    if (read.value === 'absent') {
      region.polls.delete.noteChange();
    }
    return read.value === 'gone' || misses.isEnough;
  };
}
