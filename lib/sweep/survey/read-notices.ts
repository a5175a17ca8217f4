import { mapConcurrent } from '../../core/concurrency/map-concurrent.ts';
import { NEVER } from '../../core/concurrency/unless-stopped.ts';
import type { Clock } from '../../core/domain/cloud-api.ts';
import { STOPPED_ON_REQUEST } from '../../core/domain/errors.ts';
import type { Journal } from '../../core/domain/journal.ts';
import type { Policy } from '../../core/domain/policy.ts';
import type { Verdict } from '../../core/judge/judge.ts';
import { isNew, type Judged, type JudgedRegion } from '../../core/plan/plan.ts';
import type { Store } from '../../core/store/store.ts';
import { type StoreCode, toStoreError } from '../../core/store/store-error.ts';
import { TOLD } from '../../core/store/store-layout.ts';
import { describeTelling, type Notice, toNotice } from '../../core/told/notice.ts';
import { readTold } from '../../core/told/read-told.ts';
import { type DueClock, ToldClocks } from '../../core/told/told-clocks.ts';
import { TOLD_FORMAT } from '../../core/told/told-document.ts';

/** Number of records that are read, and kept in memory, at the same time. */
const READS_MAX = 16;
/** Number of unusable records that the result names. */
const NAMED_MAX = 100;

/** Dependencies of reading the records. */
export type ToldDeps = {
  readonly store?: Store | undefined;
  readonly clock: Clock;
  readonly journal: Journal;
  /** Absolute. Reading takes at most half of the remaining time. */
  readonly deadlineMs: number;
  readonly stopAsked?: AbortSignal | undefined;
};

/** The notices of the due connections of a run, from the records of messages. */
export type Notices = {
  /** Undefined for a connection that needs no notice. */
  readonly of: (judged: Judged) => Notice | undefined;
  readonly isUnread: boolean;
  /** At most a hundred files that should be records but are not. They count as notice for no connection. */
  readonly unusable: readonly string[];
};

/** A connection needs no notice if it is not due, half-done or out of scope. */
export const needsNotice = (judged: Judged): boolean =>
  judged.mode !== undefined && judged.verdict.isDue && isNew(judged);

const NONE_NEEDED: Notices = { of: () => undefined, isUnread: false, unusable: [] };

/**
 * Read which of the due connections were named in messages, if `notify.required` asks for it. Reads the store only,
 * once in a run. Never throws.
 *
 * First lists all days that have records. Then reads all records of each day since the oldest clock of a due connection
 * began, until each due connection was told early enough. Reads nothing if no connection is due.
 *
 * @param isAsked selects the connections. Default: connections that need a notice now
 */
export async function readNotices(
  judged: readonly Judged[],
  policy: Policy,
  deps: ToldDeps,
  isAsked = needsNotice,
): Promise<Notices> {
  const { required, noticeMs } = policy.notify;
  const due = required ? judged.filter(isAsked) : [];
  if (due.length === 0) {
    return NONE_NEEDED;
  }
  const nowMs = deps.clock.now();
  const told = new ToldClocks(due.flatMap(toDueClock), nowMs);
  const reader = new ToldReader(told, deps);
  if (deps.store === undefined) {
    reader.unread = toUnread('StoreGone', 'there is no store');
  } else {
    await reader.readAll(deps.store, noticeMs);
  }
  const { unread, unusable } = reader;
  const of = (one: Judged): Notice | undefined => {
    if (!isAsked(one)) {
      return undefined;
    }
    const [clock] = toDueClock(one);
    if (clock === undefined) {
      return { kind: 'none', hasClock: false };
    }
    return unread ?? toNotice(told.firstTelling(clock), noticeMs, nowMs);
  };
  return { of, isUnread: unread !== undefined, unusable };
}

/** The same region, with the notices of its due connections as evidence. Pure. */
export function withNotices<Region extends JudgedRegion>(region: Region, notices: Notices): Region {
  const judged = region.judged.map((one) => {
    const notice = notices.of(one);
    const { verdict } = one;
    return notice === undefined ? one : { ...one, notice, verdict: { ...verdict, ...withTelling(verdict, notice) } };
  });
  return { ...region, judged };
}

const withTelling = ({ evidence }: Verdict, notice: Notice): Partial<Verdict> =>
  'telling' in notice ? { evidence: [...evidence, describeTelling(notice.telling)] } : {};

/**
 * The clock that a message must have named: the clock of the rule that is due first, by which the connection is
 * reported. Other clocks of the mark do not count, even if they have run out and were named. A deletion has a
 * reason: in the message, in the result and in the recheck.
 */
function toDueClock({ accountId, regionId, verdict }: Judged): readonly DueClock[] {
  const { rule, sinceMs, connection } = verdict;
  return rule === null || rule === 'half-done' || sinceMs === undefined
    ? []
    : [{ accountId, regionId, connectionId: connection.connectionId, rule, sinceMs }];
}

type Unread = Extract<Notice, { kind: 'unread' }>;

/** Reads the records of a run into its clocks. After the first failed read, it reads no more. */
class ToldReader {
  readonly #told: ToldClocks;
  readonly #deps: ToldDeps;
  readonly #untilMs: number;
  unread: Unread | undefined;
  readonly unusable: string[] = [];

  constructor(told: ToldClocks, deps: ToldDeps) {
    const nowMs = deps.clock.now();
    this.#told = told;
    this.#deps = deps;
    this.#untilMs = nowMs + (deps.deadlineMs - nowMs) / 2;
  }

  /** Read until each clock was named early enough, or until no records are left. */
  async readAll(store: Store, noticeMs: number): Promise<void> {
    const all = await this.#unlessUnread(() => store.list(TOLD));
    for (const day of this.#told.daysAmong(all ?? [])) {
      if (this.#told.isSettled(noticeMs)) {
        return;
      }
      const names = await this.#unlessUnread(() => store.list(`${TOLD}/${day}`));
      const paths = (names ?? []).filter((name) => name.endsWith('.json')).map((name) => `${TOLD}/${day}/${name}`);
      await mapConcurrent(paths, READS_MAX, (path) => this.#readOne(store, path));
    }
  }

  async #readOne(store: Store, path: string): Promise<void> {
    const reading = await this.#unlessUnread(() => store.get(path, TOLD_FORMAT));
    if (reading === undefined || reading.kind === 'absent') {
      return;
    }
    const read = reading.kind === 'document' ? readTold(reading.document) : { problem: reading.reason };
    if ('told' in read) {
      this.#told.add(read.told);
      return;
    }
    this.#deps.journal('told.ignored', { path, reason: read.problem });
    if (this.unusable.length < NAMED_MAX) {
      this.unusable.push(`${path} does not count as the record of a message: ${read.problem}`);
    }
  }

  /** Undefined after the first failed read, because no later read counts. */
  async #unlessUnread<T>(read: () => Promise<T>): Promise<T | undefined> {
    this.unread ??= this.#whyStop();
    if (this.unread !== undefined) {
      return undefined;
    }
    try {
      return await read();
    } catch (error) {
      const { code, message } = toStoreError(error);
      this.unread ??= toUnread(code, message);
      return undefined;
    }
  }

  #whyStop(): Unread | undefined {
    const { clock, stopAsked = NEVER } = this.#deps;
    if (stopAsked.aborted) {
      return toUnread(STOPPED_ON_REQUEST, 'stopped on request');
    }
    return clock.now() > this.#untilMs
      ? toUnread('StoreTimeout', 'reading them took half of the time that the run had left')
      : undefined;
  }
}

const toUnread = (code: StoreCode | typeof STOPPED_ON_REQUEST, why: string): Unread => ({
  kind: 'unread',
  reason: `nobody counts as told while the records of messages cannot be read: ${why}`,
  code,
});
