import type { Clock } from '../../core/domain/cloud-api.ts';
import { CloudError } from '../../core/domain/errors.ts';
import type { Attachment, TransitRouterId } from '../../core/domain/estate.ts';
import type { Fresh, Freshness } from './coalesced-read.ts';

/** The lists of all transit routers of a region, read one after the other as fast as the limits allow. */
type Round = {
  readonly lists: ReadonlyMap<TransitRouterId, Fresh<readonly Attachment[]>>;
  /** The sequence of the oldest list in the round. */
  readonly sequence: number;
  readonly startedMs: number;
  readonly durationMs: number;
};

/** A round that began longer ago is never used, however long its reading took. */
const AGE_MS_MAX = 60_000;
/**
 * A list that was read this recently is not read again for a round. The round then starts with that age, so the share
 * must leave most of the time in which a round can be used.
 */
const REUSE_SHARE = 0.5;
const REUSE_MS_MAX = 10_000;
/** A round may be too old when it is complete. Then it is read again, at most this many times. */
const ROUNDS_MAX = 3;

/**
 * The attachments on the transit routers of one region, for the last recheck before a delete. All connections share a
 * round, and only one round is read at a time. A round may be as old as `recheck.maxAge` plus the time that its reading
 * took.
 */
export class WitnessRounds {
  readonly #clock: Clock;
  readonly #maxAgeMs: number;
  readonly #ids: readonly TransitRouterId[];
  readonly #read: (id: TransitRouterId, want: Freshness) => Promise<Fresh<readonly Attachment[]>>;
  readonly #latest: (id: TransitRouterId) => Fresh<readonly Attachment[]> | undefined;
  #round: Round | undefined;
  #underWay: Promise<Round> | undefined;

  constructor(options: {
    readonly clock: Clock;
    readonly maxAgeMs: number;
    readonly transitRouterIds: readonly TransitRouterId[];
    readonly read: (id: TransitRouterId, want: Freshness) => Promise<Fresh<readonly Attachment[]>>;
    /** The newest reading of this list, also if it was made for another caller. */
    readonly latest: (id: TransitRouterId) => Fresh<readonly Attachment[]> | undefined;
  }) {
    this.#clock = options.clock;
    this.#maxAgeMs = options.maxAgeMs;
    this.#ids = options.transitRouterIds;
    this.#read = options.read;
    this.#latest = options.latest;
  }

  /**
   * Throws `CloudError` if a list could not be read, and with code `StaleEvidence` if rounds take too long to be used.
   *
   * @param afterSequence readings up to this number do not count
   */
  async get(afterSequence: number): Promise<ReadonlyMap<TransitRouterId, readonly Attachment[]>> {
    for (let rounds = 0; rounds <= ROUNDS_MAX; rounds += 1) {
      const round = this.#round;
      if (round && round.sequence > afterSequence && this.#isYoung(round)) {
        return this.#toLists(round);
      }
      this.#underWay ??= this.#start(afterSequence).finally(() => {
        this.#underWay = undefined;
      });
      this.#round = await this.#underWay;
    }
    const detail = `reading the lists of ${this.#ids.length} transit routers took longer than ${AGE_MS_MAX} ms`;
    throw new CloudError({
      action: 'ListTransitRouterVpnAttachments',
      code: 'StaleEvidence',
      effect: 'refused',
      detail,
    });
  }

  #isYoung({ startedMs, durationMs }: Round): boolean {
    return this.#clock.now() - startedMs <= Math.min(this.#maxAgeMs + durationMs, AGE_MS_MAX);
  }

  async #start(afterSequence: number): Promise<Round> {
    const beganMs = this.#clock.now();
    const want = { afterSequence, notBeforeMs: beganMs - Math.min(this.#maxAgeMs * REUSE_SHARE, REUSE_MS_MAX) };
    const lists = new Map(await Promise.all(this.#ids.map(async (id) => [id, await this.#read(id, want)] as const)));
    const readings = [...lists.values()];
    return {
      lists,
      sequence: Math.min(...readings.map(({ sequence }) => sequence)),
      startedMs: Math.min(beganMs, ...readings.map(({ startedMs }) => startedMs)),
      durationMs: this.#clock.now() - beganMs,
    };
  }

  /** A step that waits for a detach may have read a list since the round. Then the newest reading counts. */
  #toLists({ lists }: Round): ReadonlyMap<TransitRouterId, readonly Attachment[]> {
    return new Map(
      [...lists].map(([id, inRound]) => {
        const latest = this.#latest(id);
        return [id, latest && latest.sequence > inRound.sequence ? latest.value : inRound.value];
      }),
    );
  }
}
