import type { Clock, CloudApi, PickConnection } from '../../core/domain/cloud-api.ts';
import { CloudError } from '../../core/domain/errors.ts';
import type { Connection, ConnectionId, RegionId } from '../../core/domain/estate.ts';
import { PAGE_SIZE } from '../../core/domain/listing.ts';
import type { PickSettings } from '../../core/undo/settings.ts';
import { readMissingTags } from '../survey/read-missing-tags.ts';
import type { SurveyedRegion } from '../survey/survey.ts';
import type { Fresh, Freshness } from './coalesced-read.ts';
import { isTorn, untilWhole } from './inconsistent-list.ts';
import { RecentIds } from './recent-ids.ts';

/** `gone`: the cloud said so. `absent`: a complete listing did not show it, which is only a hint. */
export type Sighting = Connection | 'gone' | 'absent';

/** For so long after an inconsistent listing, a few connections are read separately, because the next may be as bad. */
const TORN_LATELY_MS = 60_000;

type Answers = ReadonlyMap<ConnectionId, Fresh<Sighting> | CloudError>;
type Batch = { readonly ids: Set<ConnectionId>; readonly answers: Promise<Answers> };

/**
 * The reads of the connections of a region after the first listing.
 *
 * Callers that ask at the same moment share a reading. If one listing takes fewer calls than separate reads, it is a
 * listing.
 */
export class ConnectionReads {
  readonly #api: CloudApi;
  readonly #regionId: RegionId;
  readonly #clock: Clock;
  readonly #listedMs: number;
  readonly #nextSequence: () => number;
  readonly #latest = new Map<ConnectionId, Fresh<Sighting>>();
  readonly #maxAgeMs: number;
  readonly #pick: PickConnection | undefined;
  /** The connections that steps may ask for, as they were when they were judged. */
  readonly #judged: ReadonlyMap<ConnectionId, Connection>;
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
    readonly region: Pick<SurveyedRegion, 'regionId' | 'connections' | 'judged'>;
    /** When the first listing was sent. It has sequence 0. */
    readonly listedMs: number;
    readonly maxAgeMs: number;
    readonly nextSequence: () => number;
    readonly pick: PickSettings | undefined;
  }) {
    this.#api = options.api;
    this.#regionId = options.region.regionId;
    this.#clock = options.clock;
    this.#listedMs = options.listedMs;
    this.#nextSequence = options.nextSequence;
    this.#maxAgeMs = options.maxAgeMs;
    this.#asked = new RecentIds(options.clock, options.maxAgeMs);
    this.#judged = new Map(
      options.region.judged.map(({ verdict: { connection } }) => [connection.connectionId, connection]),
    );
    this.#pick = options.pick && { isWanted: (id) => this.#judged.has(id), pick: options.pick };
    this.#pages = pagesOf(options.region.connections);
  }

  /** Number of calls for a complete listing. */
  get pages(): number {
    return this.#pages;
  }

  /**
   * The present state of the connection. A connection that a list does not show is read separately. Throws `CloudError`
   * if it could not be read.
   */
  async get(connectionId: ConnectionId, want: Freshness): Promise<Fresh<Connection | 'gone'>> {
    // A list from before would not serve a caller that needs a reading of this moment.
    if (want.notBeforeMs < this.#clock.now()) {
      this.#asked.add(connectionId);
    }
    const read = this.known(connectionId, want) ?? (await this.#join('recheck', connectionId));
    const { value } = read;
    return value === 'absent' ? await this.confirm(connectionId) : { ...read, value };
  }

  /**
   * The hint of a list, or the present state, for a step that waits for a detach or a delete to take hold. There may be
   * hundreds of them, so a write that rests on a recheck does not wait for their reading.
   */
  async awaited(connectionId: ConnectionId, want: Freshness): Promise<Fresh<Sighting>> {
    return this.known(connectionId, want) ?? (await this.#join('look', connectionId));
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
  known(connectionId: ConnectionId, want: Freshness): Fresh<Sighting> | undefined {
    const known = this.#latest.get(connectionId) ?? this.#judgedOne(connectionId, want);
    return known && known.sequence > want.afterSequence && known.startedMs >= want.notBeforeMs ? known : undefined;
  }

  /** Turn a hint into an answer: read this connection separately. */
  async confirm(connectionId: ConnectionId): Promise<Fresh<Connection | 'gone'>> {
    const startedMs = this.#clock.now();
    const sequence = this.#nextSequence();
    const value = await this.#readAlone(connectionId);
    const fresh = { value, startedMs, sequence };
    this.#remember(connectionId, fresh);
    return fresh;
  }

  #judgedOne(connectionId: ConnectionId, { afterSequence }: Freshness): Fresh<Sighting> | undefined {
    if (afterSequence >= 0) {
      return undefined;
    }
    const value = this.#judged.get(connectionId);
    return value && { value, startedMs: this.#listedMs, sequence: 0 };
  }

  /** @param isForMany further callers will soon ask for other connections */
  async #readAll(ids: readonly ConnectionId[], isForMany: boolean): Promise<Answers> {
    const startedMs = this.#clock.now();
    const sequence = this.#nextSequence();
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
      const listed = await (ids.length > 2 * this.#pages ? untilWhole(this.#clock, list) : list());
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

const pagesOf = (connections: number) => Math.max(1, Math.ceil(connections / PAGE_SIZE));
