import type { Clock, CloudApi } from '../core/cloud-api.ts';
import { CloudError } from '../core/errors.ts';
import type {
  Attachment,
  AttachmentId,
  Connection,
  ConnectionId,
  RegionId,
  Routing,
  TransitRouterId,
} from '../core/estate.ts';
import { type Fresh, type Freshness, SharedRead } from './shared-read.ts';
import { withTags } from './with-tags.ts';

/** `gone`: the cloud said so. `absent`: a whole listing was without it, which is a hint and no more. */
export type Sighting = Connection | 'gone' | 'absent';

const PAGE_SIZE = 50;

/**
 * The reads of one region that come after the listing that judged: rechecks, waits and read-backs.
 *
 * Callers that ask at the same moment share a reading: one listing when that takes fewer calls than a read for each.
 */
export class RegionReads {
  readonly #api: CloudApi;
  readonly #regionId: RegionId;
  readonly #clock: Clock;
  readonly #ownerOf: (transitRouterId: TransitRouterId) => CloudApi;
  readonly #attachments = new Map<TransitRouterId, SharedRead<readonly Attachment[]>>();
  readonly #routing = new Map<TransitRouterId, SharedRead<ReadonlyMap<AttachmentId, Routing>>>();
  readonly #latest = new Map<ConnectionId, Fresh<Sighting>>();
  #sequence = 0;
  #pages: number;
  #waiting = new Set<ConnectionId>();
  #batch: Promise<ReadonlyMap<ConnectionId, Fresh<Sighting> | CloudError>> | undefined;
  #tick: Promise<void> | undefined;

  constructor(options: {
    readonly api: CloudApi;
    readonly regionId: RegionId;
    readonly clock: Clock;
    readonly ownerOf: (transitRouterId: TransitRouterId) => CloudApi;
    /** How many connections the region had when it was listed. */
    readonly connections: number;
  }) {
    this.#api = options.api;
    this.#regionId = options.regionId;
    this.#clock = options.clock;
    this.#ownerOf = options.ownerOf;
    this.#pages = pagesOf(options.connections);
  }

  /** A point in the order of reads: what is read `after` it was asked for later. */
  get sequence(): number {
    return this.#sequence;
  }

  attachments(transitRouterId: TransitRouterId, want: Freshness): Promise<Fresh<readonly Attachment[]>> {
    return this.#shared(this.#attachments, transitRouterId, (api) =>
      api.listAttachments(this.#regionId, transitRouterId),
    ).get(want);
  }

  routing(transitRouterId: TransitRouterId, want: Freshness): Promise<Fresh<ReadonlyMap<AttachmentId, Routing>>> {
    return this.#shared(this.#routing, transitRouterId, (api) => api.listRouting(this.#regionId, transitRouterId)).get(
      want,
    );
  }

  /** How the connection stands now. Throws `CloudError` when it could not be read. */
  async connection(connectionId: ConnectionId, want: Freshness): Promise<Fresh<Sighting>> {
    const known = this.#latest.get(connectionId);
    if (known && known.sequence > want.afterSequence && known.startedMs >= want.notBeforeMs) return known;
    this.#waiting.add(connectionId);
    // A moment's wait lets everyone who woke up with us join the same reading.
    this.#batch ??= this.#clock.sleep(0).then(() => this.#readWaiting());
    const answer = (await this.#batch).get(connectionId);
    if (answer === undefined) throw new Error(`no reading of ${connectionId} in its batch`);
    if (answer instanceof CloudError) throw answer;
    return answer;
  }

  /** Turn a hint into an answer: read this one connection by itself. */
  async confirm(connectionId: ConnectionId): Promise<Fresh<Connection | 'gone'>> {
    const startedMs = this.#clock.now();
    const sequence = ++this.#sequence;
    const value = await this.#readAlone(connectionId);
    const fresh = { value, startedMs, sequence };
    this.#latest.set(connectionId, fresh);
    return fresh;
  }

  /** The next moment to look again, the same for all who wait in this region. */
  nextPoll(delayMs: number): Promise<void> {
    this.#tick ??= this.#clock.sleep(delayMs).then(() => {
      this.#tick = undefined;
    });
    return this.#tick;
  }

  #shared<T>(
    reads: Map<TransitRouterId, SharedRead<T>>,
    transitRouterId: TransitRouterId,
    read: (api: CloudApi) => Promise<T>,
  ): SharedRead<T> {
    const known = reads.get(transitRouterId);
    if (known) return known;
    const next = () => ++this.#sequence;
    const created = new SharedRead(this.#clock, next, () => read(this.#ownerOf(transitRouterId)));
    reads.set(transitRouterId, created);
    return created;
  }

  async #readWaiting(): Promise<ReadonlyMap<ConnectionId, Fresh<Sighting> | CloudError>> {
    const ids = [...this.#waiting];
    this.#waiting = new Set();
    this.#batch = undefined;
    const startedMs = this.#clock.now();
    const sequence = ++this.#sequence;
    const values = ids.length > this.#pages ? await this.#readByListing(ids) : await this.#readEach(ids);
    const answers = new Map<ConnectionId, Fresh<Sighting> | CloudError>();
    for (const [id, value] of values) {
      if (value instanceof CloudError) {
        answers.set(id, value);
        continue;
      }
      const fresh = { value, startedMs, sequence };
      answers.set(id, fresh);
      if ((this.#latest.get(id)?.sequence ?? 0) < sequence) this.#latest.set(id, fresh);
    }
    return answers;
  }

  async #readByListing(ids: readonly ConnectionId[]): Promise<ReadonlyMap<ConnectionId, Sighting | CloudError>> {
    try {
      const listed = await this.#api.listConnections(this.#regionId);
      this.#pages = pagesOf(listed.length);
      const wanted = new Set(ids);
      const found = await withTags(
        this.#api,
        this.#regionId,
        listed.filter(({ connectionId }) => wanted.has(connectionId)),
      );
      const byId = new Map(found.map((connection) => [connection.connectionId, connection]));
      return new Map(ids.map((id) => [id, byId.get(id) ?? 'absent']));
    } catch (error) {
      if (!(error instanceof CloudError)) throw error;
      // Items that move between pages spoil a listing, not the read of a single connection.
      if (error.code === 'IncompleteListing') return await this.#readEach(ids);
      return new Map(ids.map((id) => [id, error]));
    }
  }

  async #readEach(ids: readonly ConnectionId[]): Promise<ReadonlyMap<ConnectionId, Sighting | CloudError>> {
    const read = async (id: ConnectionId): Promise<[ConnectionId, Sighting | CloudError]> => {
      try {
        return [id, await this.#readAlone(id)];
      } catch (error) {
        if (error instanceof CloudError) return [id, error];
        throw error;
      }
    };
    return new Map(await Promise.all(ids.map(read)));
  }

  async #readAlone(connectionId: ConnectionId): Promise<Connection | 'gone'> {
    const connection = await this.#api.getConnection(this.#regionId, connectionId);
    if (connection === 'gone') return 'gone';
    const [tagged] = await withTags(this.#api, this.#regionId, [connection]);
    return tagged ?? connection;
  }
}

const pagesOf = (connections: number) => Math.max(1, Math.ceil(connections / PAGE_SIZE));
