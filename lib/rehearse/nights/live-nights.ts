import type { ConnectionId } from '../../core/domain/estate.ts';
import type { Journal } from '../../core/domain/journal.ts';
import type { Outcome, OutcomeKind, RunResult } from '../../core/domain/outcome.ts';
import { placeKey } from '../../core/domain/place.ts';
import type { Narrowing, PolicyOrigin } from '../../core/domain/policy.ts';
import { toIso } from '../../core/domain/time.ts';
import type { Estate } from '../../emulator/estate/estate-types.ts';
import { sweep } from '../../sweep/run-sweep.ts';
import { digestRehearsal } from './digest-rehearsal.ts';
import { MemoryStore } from './memory-store.ts';
import type { Left, Night, Rehearsal } from './rehearsal.ts';
import type { RehearsalScope } from './rehearsal-scope.ts';
import { RehearsedCloud } from './rehearsed-cloud.ts';
import { VirtualClock } from './virtual-clock.ts';

export type RehearsalRequest = {
  readonly scope: RehearsalScope;
  readonly origin: PolicyOrigin;
  readonly estate: Estate;
  /** Milliseconds: the moment of the first night. */
  readonly startMs: number;
  readonly nights: number;
  readonly everyMs: number;
  /** Called after each night. */
  readonly onNight?: (night: Night) => void;
};

const PARTS: readonly Narrowing[] = [{ mode: 'sweep', regions: undefined, connections: undefined }];

/** Outcomes that are always news. `blocked` is news only in its first night. */
const NEWS: ReadonlySet<OutcomeKind> = new Set(['marked', 'cleared', 'held', 'deleted', 'already-gone', 'failed']);
const GONE: ReadonlySet<OutcomeKind> = new Set(['deleted', 'already-gone']);

/**
 * Run the sweeps of some nights on an emulated cloud in which nothing else happens. The same request gives the same
 * rehearsal. Calls no real service and writes nothing to a disk.
 */
export async function liveNights(request: RehearsalRequest): Promise<Rehearsal> {
  const { scope, origin, estate, startMs, nights, everyMs, onNight } = request;
  const clock = new VirtualClock(startMs);
  const cloud = new RehearsedCloud(estate, scope.policy, clock);
  const nightly = new Nightly(request, cloud, clock);
  const lived: Night[] = [];
  for (let night = 1; night <= nights; night += 1) {
    // A night that takes longer than the interval delays the next night, as it would on a single machine.
    await clock.sleep(startMs + (night - 1) * everyMs - clock.now());
    const one = await nightly.live(night);
    lived.push(one);
    onNight?.(one);
  }
  const { last, results } = nightly;
  return {
    policy: scope.policy,
    origin,
    startedAt: toIso(startMs),
    everyMs,
    leftOut: scope.leftOut,
    connections: nightly.connections,
    nights: lived,
    left: nightly.left(),
    detachedIn: nightly.detachedIn,
    deletedIn: nightly.deletedIn,
    had: (connectionId) => cloud.had(connectionId),
    last,
    digest: digestRehearsal(results, scope, toIso(clock.now())),
  };
}

/** Runs the sweeps, and remembers facts from each night to the next. */
class Nightly {
  readonly detachedIn = new Map<ConnectionId, number>();
  readonly deletedIn = new Map<ConnectionId, number>();
  /** The results of all nights. All results but the last keep only their deletions. */
  readonly results: RunResult[] = [];
  /** Number of connections that the first night listed. */
  connections = 0;
  readonly #request: RehearsalRequest;
  readonly #cloud: RehearsedCloud;
  readonly #clock: VirtualClock;
  readonly #store: MemoryStore | undefined;
  #kept: readonly Omit<Left, 'isUntouched'>[] = [];
  #blocked: ReadonlySet<ConnectionId> = new Set();
  #halted: ReadonlySet<string> = new Set();

  constructor(request: RehearsalRequest, cloud: RehearsedCloud, clock: VirtualClock) {
    this.#request = request;
    this.#cloud = cloud;
    this.#clock = clock;
    this.#store = request.scope.policy.store === undefined ? undefined : new MemoryStore();
  }

  get last(): RunResult {
    const last = this.results.at(-1);
    if (last === undefined) {
      throw new RangeError('a rehearsal has at least one night');
    }
    return last;
  }

  async live(night: number): Promise<Night> {
    const { scope, origin } = this.#request;
    const { policy } = scope;
    const atMs = this.#clock.now();
    const watch = new NightWatch();
    const runId = `rehearsal-night-${night}`;
    const result = await sweep(
      {
        policy,
        origin,
        parts: PARTS,
        isWhole: true,
        defaultRegion: undefined,
        refused: [],
        notes: [],
        resultMax: Number.POSITIVE_INFINITY,
      },
      this.#cloud.deps(policy, watch.journal, runId, this.#store),
    );
    this.#kept = watch.kept;
    return this.#remember(night, atMs, { result, detached: watch.detached });
  }

  #remember(
    night: number,
    atMs: number,
    { result, detached }: { readonly result: RunResult; readonly detached: readonly ConnectionId[] },
  ): Night {
    const { outcomes, regions, status, counts } = result;
    if (night === 1) {
      this.connections = regions.reduce((sum, region) => sum + region.connections, 0);
    }
    const blocked = idsOf(outcomes.filter(({ outcome }) => outcome === 'blocked'));
    const halted = regions.filter((region) => region.halted);
    const news = outcomes.filter(
      ({ outcome, connectionId }) => NEWS.has(outcome) || (outcome === 'blocked' && !this.#blocked.has(connectionId)),
    );
    const newlyHalted = halted.filter((place) => !this.#halted.has(placeKey(place)));
    this.#blocked = blocked;
    this.#halted = new Set(halted.map(placeKey));
    for (const connectionId of detached) {
      this.detachedIn.set(connectionId, night);
    }
    for (const connectionId of idsOf(outcomes.filter(({ outcome }) => GONE.has(outcome)))) {
      this.deletedIn.set(connectionId, night);
    }
    const before = this.results.pop();
    this.results.push(...(before === undefined ? [] : [withDeletionsOnly(before)]), result);
    const places = newlyHalted.map(({ accountId, regionId }) => ({ accountId, regionId }));
    return { night, at: toIso(atMs), status, counts, detached: detached.length, halted: places, news };
  }

  /** Connections that still exist after the last night. */
  left(): readonly Left[] {
    const untouched = this.#cloud.untouched();
    const listed = this.last.outcomes.filter(({ outcome }) => !GONE.has(outcome));
    return [...listed.map((outcome) => ({ ...pickLeft(outcome), verdict: outcome.outcome })), ...this.#kept].map(
      (one) => ({ ...one, isUntouched: untouched.has(one.connectionId) }),
    );
  }
}

const idsOf = (outcomes: readonly Outcome[]): ReadonlySet<ConnectionId> =>
  new Set(outcomes.map(({ connectionId }) => connectionId));

const pickLeft = ({ connectionId, accountId, regionId, name, outcome, reason }: Outcome) => ({
  connectionId,
  accountId,
  regionId,
  name,
  outcome,
  reason,
});

/** A report needs only the deletions of all nights but the last. */
const withDeletionsOnly = (result: RunResult): RunResult => ({
  ...result,
  outcomes: result.outcomes.filter(({ outcome }) => GONE.has(outcome)),
});

/** Collects facts that the result of a run lacks: kept connections and detached connections. */
class NightWatch {
  readonly kept: Omit<Left, 'isUntouched'>[] = [];
  readonly detached: ConnectionId[] = [];

  readonly journal: Journal = (event, fields) => {
    const { connectionId, accountId = '', regionId = '', name, verdict, reason, outcome } = fields;
    if (connectionId === undefined) {
      return;
    }
    if (event === 'detach.done') {
      this.detached.push(connectionId);
    }
    if (event === 'connection.judged' && outcome === 'kept') {
      const told = { verdict: String(verdict), reason: String(reason), name: typeof name === 'string' ? name : null };
      this.kept.push({ connectionId, accountId, regionId, outcome, ...told });
    }
  };
}
