import type { Attachment, ConnectionId } from '../../core/domain/estate.ts';
import type { Fresh, Freshness } from '../reads/coalesced-read.ts';
import type { Sighting } from '../reads/connection-reads.ts';
import type { PollSchedule } from '../reads/poll-schedule.ts';
import type { Look } from '../reads/poll-until.ts';
import type { RegionContext } from '../run-context.ts';

/** The parts of a region that a look uses. */
type LookedAt = Pick<RegionContext, 'reads' | 'polls' | 'clock' | 'policy'>;

/** Counts the readings in a row that do not show the thing. */
class Misses<T> {
  readonly #needed: number;
  readonly #pauseMs: number;
  readonly #schedule: PollSchedule;
  readonly #isMiss: (value: T) => boolean;
  #inRow = 0;
  #want: Freshness;

  /** Readings up to this moment do not count. */
  constructor({ reads, policy }: LookedAt, schedule: PollSchedule, isMiss: (value: T) => boolean) {
    this.#needed = policy.wait.consecutiveMisses;
    this.#pauseMs = policy.wait.pollIntervalMs;
    this.#schedule = schedule;
    this.#isMiss = isMiss;
    this.#want = { afterSequence: reads.sequence, notBeforeMs: Number.NEGATIVE_INFINITY };
  }

  /** The next reading that counts. */
  get want(): Freshness {
    return this.#want;
  }

  /** One more miss is enough. */
  get isNear(): boolean {
    return this.#inRow > 0 && this.#inRow + 1 >= this.#needed;
  }

  get isEnough(): boolean {
    return this.#inRow >= this.#needed;
  }

  /** Whether the reading is a miss. */
  count({ value, sequence, startedMs }: Fresh<T>): boolean {
    const isMiss = this.#isMiss(value);
    this.#inRow = isMiss ? this.#inRow + 1 : 0;
    // Two misses at nearly the same moment would say the same.
    const notBeforeMs = isMiss ? startedMs + this.#pauseMs : Number.NEGATIVE_INFINITY;
    this.#want = { afterSequence: sequence, notBeforeMs };
    if (isMiss) {
      this.#schedule.noteChange();
    }
    return isMiss;
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
  const isAway = (listed: readonly Attachment[]) => !listed.some((one) => one.attachmentId === attachmentId);
  const misses = new Misses(region, region.polls.detach, isAway);
  const isUnbound = async (mayRead: boolean) =>
    isUnboundNow(reads.connections.known(connectionId, { afterSequence: sentSequence, notBeforeMs: 0 })?.value) ||
    (mayRead && isUnboundNow(await readConnection(region, connectionId)));
  return async (mayRead) => {
    const known = reads.attachmentsKnown(transitRouterId, misses.want);
    const isKnownMiss = known !== undefined && misses.count(known);
    let isUnboundEarly: boolean | undefined;
    // An old list that shows the attachment says nothing about this moment.
    if (mayRead && !isKnownMiss) {
      // If the transit router no longer lists the attachment, both sides are asked at the same time.
      const [listed, early] = await Promise.all([
        reads.attachments(transitRouterId, misses.want),
        misses.isNear ? isUnbound(true) : undefined,
      ]);
      misses.count(listed);
      isUnboundEarly = early;
    }
    return misses.isEnough && (isUnboundEarly ?? (await isUnbound(mayRead)));
  };
}

async function readConnection({ reads, clock }: LookedAt, connectionId: ConnectionId) {
  const want = { afterSequence: reads.sequence, notBeforeMs: clock.now() };
  const { value } = await reads.connections.awaited(connectionId, want);
  return value === 'absent' ? (await reads.connections.confirm(connectionId)).value : value;
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
  const misses = new Misses<Sighting>(region, region.polls.delete, (value) => value === 'absent');
  const isGone = (read: Fresh<Sighting>) => {
    misses.count(read);
    return read.value === 'gone' || misses.isEnough;
  };
  return async (mayRead) => {
    const known = reads.connections.known(connectionId, misses.want);
    if (known && isGone(known)) {
      return true;
    }
    // An old reading that shows the connection says nothing about this moment.
    const isToRead = mayRead && known?.value !== 'absent';
    return isToRead && isGone(await reads.connections.awaited(connectionId, misses.want));
  };
}
