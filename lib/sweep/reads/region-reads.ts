import type { Clock, CloudApi } from '../../core/domain/cloud-api.ts';
import type { Attachment, AttachmentId, RegionId, Routing, TransitRouterId } from '../../core/domain/estate.ts';
import { PAGE_SIZE } from '../../core/domain/listing.ts';
import type { PickSettings } from '../../core/undo/settings.ts';
import type { SurveyedRegion } from '../survey/survey.ts';
import type { RegionFacts } from '../survey/survey-region.ts';
import { CoalescedRead, type Fresh, type Freshness, type Whole } from './coalesced-read.ts';
import { ConnectionReads } from './connection-reads.ts';
import { isTorn, untilWhole } from './inconsistent-list.ts';
import { WitnessRounds } from './witness-rounds.ts';

/** The settings of each kind of resource that a backup keeps. */
export type Picks = {
  readonly connection: PickSettings;
  readonly attachment: PickSettings;
  readonly staticRoute: PickSettings;
};

/** The survey reads routing before attachments, so the attachments of the survey (0) count as later. */
const ROUTING_JUDGED_END = -1;

/**
 * The reads of one region after the first listing: rechecks, waits and read-backs. Callers that ask at the same moment
 * share a reading.
 */
export class RegionReads {
  readonly connections: ConnectionReads;
  readonly #regionId: RegionId;
  readonly #clock: Clock;
  readonly #ownerOf: (transitRouterId: TransitRouterId) => CloudApi;
  readonly #attachments = new Map<TransitRouterId, CoalescedRead<readonly Attachment[]>>();
  readonly #routing = new Map<TransitRouterId, CoalescedRead<ReadonlyMap<AttachmentId, Routing>>>();
  readonly #picks: Picks | undefined;
  readonly #rounds: WitnessRounds;
  readonly #facts: RegionFacts;
  #sequence = 0;

  constructor(options: {
    readonly api: CloudApi;
    readonly clock: Clock;
    readonly ownerOf: (transitRouterId: TransitRouterId) => CloudApi;
    /** The region as it was judged. These readings have sequence 0. */
    readonly region: Pick<SurveyedRegion, 'regionId' | 'connections' | 'judged'>;
    readonly facts: RegionFacts;
    /** The maximum age of a reading that a write rests on. A reading serves other callers for that long. */
    readonly maxAgeMs: number;
    /** With a store: the settings that its backups keep. Left out: no further settings are read or kept. */
    readonly picks?: Picks | undefined;
  }) {
    this.#regionId = options.region.regionId;
    this.#clock = options.clock;
    this.#ownerOf = options.ownerOf;
    this.#facts = options.facts;
    this.#picks = options.picks;
    const { api, clock, region, facts, maxAgeMs } = options;
    const nextSequence = () => ++this.#sequence;
    const pick = options.picks?.connection;
    this.connections = new ConnectionReads({
      api,
      clock,
      region,
      listedMs: facts.readMs,
      maxAgeMs,
      nextSequence,
      pick,
    });
    this.#rounds = new WitnessRounds({
      clock: options.clock,
      maxAgeMs: options.maxAgeMs,
      transitRouterIds: [...options.facts.witnesses.attachmentsOf.keys()],
      read: (transitRouterId, want) => untilWhole(this.#clock, () => this.attachments(transitRouterId, want)),
      latest: (transitRouterId) => this.#attachments.get(transitRouterId)?.latest,
    });
  }

  /** A point in the order of reads. A later read has a higher number. */
  get sequence(): number {
    return this.#sequence;
  }

  attachments(transitRouterId: TransitRouterId, want: Freshness): Promise<Fresh<readonly Attachment[]>> {
    const known = this.#facts.witnesses.attachmentsOf.get(transitRouterId);
    return this.#shared(
      this.#attachments,
      transitRouterId,
      (api) => api.listAttachments(this.#regionId, transitRouterId, this.#picks?.attachment),
      known,
    ).get(want);
  }

  /** The last reading of this list, if it is acceptable. Reads nothing. */
  attachmentsKnown(transitRouterId: TransitRouterId, want: Freshness): Fresh<readonly Attachment[]> | undefined {
    return this.#attachments.get(transitRouterId)?.known(want);
  }

  /**
   * The current lists of every transit router of the region that was listed as a witness, read after the first listing.
   * All callers share a round of readings. Throws `CloudError` if a list could not be read.
   */
  witnessRound(afterSequence: number): Promise<ReadonlyMap<TransitRouterId, readonly Attachment[]>> {
    return this.#rounds.get(Math.max(afterSequence, 0));
  }

  /** Like `routing`, but repeats the reading if routes change during it. */
  wholeRouting(transitRouterId: TransitRouterId, want: Freshness): Promise<Whole<ReadonlyMap<AttachmentId, Routing>>> {
    return untilWhole(this.#clock, () => this.routing(transitRouterId, want));
  }

  /**
   * The attachments that say something about one attachment. That is the whole list, or only this attachment if a list
   * would take many calls and would be inconsistent because detaches are under way.
   */
  async attachmentsAbout(
    attachment: Attachment,
    want: Freshness,
    isMoving: boolean,
  ): Promise<Fresh<readonly Attachment[]>> {
    const { transitRouterId } = attachment;
    const listed = this.#facts.witnesses.attachmentsOf.get(transitRouterId)?.length ?? 0;
    if (isMoving && listed > PAGE_SIZE) {
      return this.#attachments.get(transitRouterId)?.known(want) ?? (await this.#attachmentAlone(attachment));
    }
    try {
      return await this.attachments(transitRouterId, want);
    } catch (error) {
      if (isTorn(error)) {
        return this.#attachmentAlone(attachment);
      }
      throw error;
    }
  }

  async #attachmentAlone({ transitRouterId, attachmentId }: Attachment): Promise<Fresh<readonly Attachment[]>> {
    const startedMs = this.#clock.now();
    const sequence = ++this.#sequence;
    const found = await this.#ownerOf(transitRouterId).getAttachment(
      this.#regionId,
      transitRouterId,
      attachmentId,
      this.#picks?.attachment,
    );
    return { value: found ? [found] : [], startedMs, sequence };
  }

  routing(transitRouterId: TransitRouterId, want: Freshness): Promise<Whole<ReadonlyMap<AttachmentId, Routing>>> {
    const { routing, witnesses } = this.#facts;
    const listed = witnesses.attachmentsOf.get(transitRouterId);
    const pick = this.#picks?.staticRoute;
    return this.#shared(
      this.#routing,
      transitRouterId,
      (api) => api.listRouting(this.#regionId, transitRouterId, { listed, pick }),
      routing === 'unread' ? undefined : routing,
    ).get(want);
  }

  get #listed(): { readonly startedMs: number; readonly sequence: number } {
    return { startedMs: this.#facts.readMs, sequence: 0 };
  }

  #shared<T>(
    reads: Map<TransitRouterId, CoalescedRead<T>>,
    transitRouterId: TransitRouterId,
    read: (api: CloudApi) => Promise<T>,
    known: T | undefined,
  ): CoalescedRead<T> {
    const shared = reads.get(transitRouterId);
    if (shared) {
      return shared;
    }
    const next = () => ++this.#sequence;
    const judged = known === undefined ? undefined : { value: known, ...this.#listed, endSequence: ROUTING_JUDGED_END };
    const created = new CoalescedRead(this.#clock, next, () => read(this.#ownerOf(transitRouterId)), judged);
    reads.set(transitRouterId, created);
    return created;
  }
}
