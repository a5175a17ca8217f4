import type { Clock, CloudApi, PickConnection } from '../../core/domain/cloud-api.ts';
import { CloudError } from '../../core/domain/errors.ts';
import type {
  Attachment,
  AttachmentId,
  Connection,
  ConnectionId,
  RegionId,
  Routing,
  TransitRouterId,
} from '../../core/domain/estate.ts';
import { PAGE_SIZE } from '../../core/domain/listing.ts';
import type { PickSettings } from '../../core/undo/settings.ts';
import { readMissingTags } from '../survey/read-missing-tags.ts';
import type { SurveyedRegion } from '../survey/survey.ts';
import type { RegionFacts } from '../survey/survey-region.ts';
import { CoalescedRead, type Fresh, type Freshness, type Whole } from './coalesced-read.ts';
import { RecentIds } from './recent-ids.ts';
import { WitnessRounds } from './witness-rounds.ts';

/** The settings of each kind of resource that a backup keeps. */
export type Picks = {
  readonly connection: PickSettings;
  readonly attachment: PickSettings;
  readonly staticRoute: PickSettings;
};

/** The survey reads routing before attachments, so the attachments of the survey (0) count as later. */
const ROUTING_JUDGED_END = -1;

/** `gone`: the cloud said so. `absent`: a complete listing did not show it, which is only a hint. */
export type Sighting = Connection | 'gone' | 'absent';

/**
 * The number of attempts at an inconsistent list, and the pauses between them. Each pause is twice as long, up to a
 * limit.
 */
const TORN_LISTINGS_MAX = 12;
const TORN_PAUSE_MS = 100;
const TORN_PAUSE_MS_MAX = 5_000;
/** For so long after an inconsistent listing, a few connections are read separately, because the next may be as bad. */
const TORN_LATELY_MS = 60_000;

/**
 * The reads of one region after the first listing: rechecks, waits and read-backs.
 *
 * Callers that ask at the same moment share a reading. If one listing takes fewer calls than separate reads, it is a
 * listing.
 */
export class RegionReads {
  readonly #api: CloudApi;
  readonly #regionId: RegionId;
  readonly #clock: Clock;
  readonly #ownerOf: (transitRouterId: TransitRouterId) => CloudApi;
  readonly #attachments = new Map<TransitRouterId, CoalescedRead<readonly Attachment[]>>();
  readonly #routing = new Map<TransitRouterId, CoalescedRead<ReadonlyMap<AttachmentId, Routing>>>();
  readonly #latest = new Map<ConnectionId, Fresh<Sighting>>();
  readonly #maxAgeMs: number;
  readonly #picks: Picks | undefined;
  readonly #pick: PickConnection | undefined;
  readonly #rounds: WitnessRounds;
  readonly #facts: RegionFacts;
  /** The connections that steps may ask for, as they were when they were judged. */
  readonly #judged: ReadonlyMap<ConnectionId, Connection>;
  #sequence = 0;
  #pages: number;
  /** When a listing of the connections was last inconsistent. */
  #tornMs = Number.NEGATIVE_INFINITY;
  /** How many connections were read one by one recently, and since when. */
  #alone = { count: 0, sinceMs: Number.NEGATIVE_INFINITY };
  /** The connections that were asked for recently. A listing would have served them all. */
  readonly #asked: RecentIds;
  /** The callers of this moment, which join the same reading. */
  readonly #joining: { recheck: Batch | undefined; look: Batch | undefined } = { recheck: undefined, look: undefined };

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
    this.#api = options.api;
    this.#regionId = options.region.regionId;
    this.#clock = options.clock;
    this.#ownerOf = options.ownerOf;
    this.#maxAgeMs = options.maxAgeMs;
    this.#facts = options.facts;
    this.#asked = new RecentIds(options.clock, options.maxAgeMs);
    this.#judged = new Map(
      options.region.judged.map(({ verdict: { connection } }) => [connection.connectionId, connection]),
    );
    this.#picks = options.picks;
    this.#pick = options.picks && { isWanted: (id) => this.#judged.has(id), pick: options.picks.connection };
    this.#pages = pagesOf(options.region.connections);
    this.#rounds = new WitnessRounds({
      clock: options.clock,
      maxAgeMs: options.maxAgeMs,
      transitRouterIds: [...options.facts.witnesses.attachmentsOf.keys()],
      read: (transitRouterId, want) => this.#whole(() => this.attachments(transitRouterId, want)),
      latest: (transitRouterId) => this.#attachments.get(transitRouterId)?.latest,
    });
  }

  /** A point in the order of reads. A later read has a higher number. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Number of calls for a complete listing of the connections. */
  get pages(): number {
    return this.#pages;
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
    return this.#whole(() => this.routing(transitRouterId, want));
  }

  /** While detaches or deletes are under way, a list of several pages may be inconsistent. A later attempt succeeds. */
  async #whole<T>(list: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await list();
      } catch (error) {
        if (!isTorn(error) || tries === TORN_LISTINGS_MAX) {
          throw error;
        }
        await this.#clock.sleep(Math.min(TORN_PAUSE_MS * 2 ** (tries - 1), TORN_PAUSE_MS_MAX));
      }
    }
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

  /**
   * The present state of the connection. A connection that a list does not show is read separately. Throws `CloudError`
   * if it could not be read.
   */
  async connection(connectionId: ConnectionId, want: Freshness): Promise<Fresh<Connection | 'gone'>> {
    // A list from before would not serve a caller that needs a reading of this moment.
    if (want.notBeforeMs < this.#clock.now()) {
      this.#asked.add(connectionId);
    }
    const read = this.connectionKnown(connectionId, want) ?? (await this.#join('recheck', connectionId));
    const { value } = read;
    return value === 'absent' ? await this.confirm(connectionId) : { ...read, value };
  }

  /**
   * The hint of a list, or the present state, for a step that waits for a detach or a delete to take hold. There may be
   * hundreds of them, so a write that rests on a recheck does not wait for their reading.
   */
  async awaitedConnection(connectionId: ConnectionId, want: Freshness): Promise<Fresh<Sighting>> {
    return this.connectionKnown(connectionId, want) ?? (await this.#join('look', connectionId));
  }

  async #join(kind: 'recheck' | 'look', connectionId: ConnectionId): Promise<Fresh<Sighting>> {
    const batch = this.#joining[kind] ?? this.#open(kind);
    batch.ids.add(connectionId);
    const answer = (await batch.answers).get(connectionId);
    if (answer === undefined) {
      throw new Error(`no reading of ${connectionId} in its batch`);
    }
    if (answer instanceof CloudError) {
      throw answer;
    }
    return answer;
  }

  #open(kind: 'recheck' | 'look'): Batch {
    const ids = new Set<ConnectionId>();
    // A moment's wait lets all callers of this turn join the same reading.
    const answers = this.#clock.sleep(0).then(() => {
      this.#joining[kind] = undefined;
      const isForMany = kind === 'recheck' && this.#asked.count > this.#pages;
      return this.#readAll([...ids], isForMany);
    });
    const batch = { ids, answers };
    this.#joining[kind] = batch;
    return batch;
  }

  /** The last reading of the connection, if it is acceptable. Reads nothing. */
  connectionKnown(connectionId: ConnectionId, want: Freshness): Fresh<Sighting> | undefined {
    const known = this.#latest.get(connectionId) ?? this.#judgedOne(connectionId, want);
    return known && known.sequence > want.afterSequence && known.startedMs >= want.notBeforeMs ? known : undefined;
  }

  /** Turn a hint into an answer: read this connection separately. */
  async confirm(connectionId: ConnectionId): Promise<Fresh<Connection | 'gone'>> {
    const startedMs = this.#clock.now();
    const sequence = ++this.#sequence;
    const value = await this.#readAlone(connectionId);
    const fresh = { value, startedMs, sequence };
    this.#remember(connectionId, fresh);
    return fresh;
  }

  #judgedOne(connectionId: ConnectionId, { afterSequence }: Freshness): Fresh<Sighting> | undefined {
    if (afterSequence >= this.#listed.sequence) {
      return undefined;
    }
    const value = this.#judged.get(connectionId);
    return value && { value, ...this.#listed };
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

  /** @param isForMany further callers will soon ask for other connections */
  async #readAll(ids: readonly ConnectionId[], isForMany: boolean): Promise<Answers> {
    const startedMs = this.#clock.now();
    const sequence = ++this.#sequence;
    const isFew = ids.length <= 2 * this.#pages;
    const isHopeless = isFew && startedMs - this.#tornMs <= TORN_LATELY_MS;
    const values =
      !isHopeless && (isForMany || this.#isListingCheaper(ids.length))
        ? await this.#readByListing(ids, startedMs, sequence)
        : await this.#readEach(ids);
    const answers = new Map<ConnectionId, Fresh<Sighting> | CloudError>();
    for (const [id, value] of values) {
      if (value instanceof CloudError) {
        answers.set(id, value);
        continue;
      }
      const fresh = { value, startedMs, sequence };
      answers.set(id, fresh);
      this.#remember(id, fresh);
    }
    return answers;
  }

  #remember(id: ConnectionId, fresh: Fresh<Sighting>): void {
    if ((this.#latest.get(id)?.sequence ?? -1) < fresh.sequence) {
      this.#latest.set(id, fresh);
    }
  }

  /**
   * Whether one listing for all is cheaper than separate reads. A listing also serves later callers, so it is worth its
   * calls as soon as recent separate reads have cost as many. A single page costs no more than a read, but says less
   * about absent connections.
   */
  #isListingCheaper(count: number): boolean {
    const nowMs = this.#clock.now();
    if (nowMs - this.#alone.sinceMs > this.#maxAgeMs) {
      this.#alone = { count: 0, sinceMs: nowMs };
    }
    const isCheaper = count + (this.#pages > 1 ? this.#alone.count : 0) > this.#pages;
    this.#alone.count = isCheaper ? 0 : this.#alone.count + count;
    return isCheaper;
  }

  async #list(): Promise<readonly Connection[]> {
    try {
      return await this.#api.listConnections(this.#regionId, {
        likely: this.#pages * PAGE_SIZE,
        pick: this.#pick,
      });
    } catch (error) {
      this.#tornMs = isTorn(error) ? this.#clock.now() : this.#tornMs;
      throw error;
    }
  }

  async #readByListing(
    ids: readonly ConnectionId[],
    startedMs: number,
    sequence: number,
  ): Promise<ReadonlyMap<ConnectionId, Sighting | CloudError>> {
    try {
      const list = () => this.#list();
      // A few connections are read separately rather than by repeating the listing.
      const listed = await (ids.length > 2 * this.#pages ? this.#whole(list) : list());
      this.#pages = pagesOf(listed.length);
      for (const connection of listed) {
        // In a big region, only the connections that a step may ask for are kept.
        if (connection.tags === 'unread' || !this.#judged.has(connection.connectionId)) {
          continue;
        }
        this.#remember(connection.connectionId, { value: connection, startedMs, sequence });
      }
      const listedIds = new Set(listed.map(({ connectionId }) => connectionId));
      for (const id of this.#judged.keys()) {
        if (!listedIds.has(id)) {
          this.#remember(id, { value: 'absent', startedMs, sequence });
        }
      }
      const wanted = new Set(ids);
      const found = await readMissingTags(
        this.#api,
        this.#regionId,
        listed.filter(({ connectionId }) => wanted.has(connectionId)),
      );
      const byId = new Map(found.map((connection) => [connection.connectionId, connection]));
      return new Map(ids.map((id) => [id, byId.get(id) ?? 'absent']));
    } catch (error) {
      if (!(error instanceof CloudError)) {
        throw error;
      }
      // Items that move between pages spoil a listing, but not the read of a single connection.
      if (isTorn(error)) {
        return await this.#readEach(ids);
      }
      return new Map(ids.map((id) => [id, error]));
    }
  }

  async #readEach(ids: readonly ConnectionId[]): Promise<ReadonlyMap<ConnectionId, Sighting | CloudError>> {
    const read = async (id: ConnectionId): Promise<[ConnectionId, Sighting | CloudError]> => {
      try {
        return [id, await this.#readAlone(id)];
      } catch (error) {
        if (error instanceof CloudError) {
          return [id, error];
        }
        throw error;
      }
    };
    return new Map(await Promise.all(ids.map(read)));
  }

  async #readAlone(connectionId: ConnectionId): Promise<Connection | 'gone'> {
    const connection = await this.#api.getConnection(this.#regionId, connectionId, this.#pick);
    if (connection === 'gone') {
      return 'gone';
    }
    const [tagged] = await readMissingTags(this.#api, this.#regionId, [connection]);
    return tagged ?? connection;
  }
}

type Answers = ReadonlyMap<ConnectionId, Fresh<Sighting> | CloudError>;
type Batch = { readonly ids: Set<ConnectionId>; readonly answers: Promise<Answers> };

const isTorn = (error: unknown): boolean => error instanceof CloudError && error.code === 'IncompleteListing';

const pagesOf = (connections: number) => Math.max(1, Math.ceil(connections / PAGE_SIZE));
