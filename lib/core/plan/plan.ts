import type { AccountId, RegionId } from '../domain/estate.ts';
import type { Mode, Policy } from '../domain/policy.ts';
import { findClosed } from '../guards/change-window.ts';
import type { Verdict } from '../judge/judge.ts';
import { type Notice, whyUntold } from '../told/notice.ts';

/** A judged connection. `mode` is the run's mode for it, undefined if an event left the connection out of scope. */
export type Judged = {
  readonly accountId: AccountId;
  readonly regionId: RegionId;
  readonly verdict: Verdict;
  readonly mode: Mode | undefined;
  /** Only with a saved plan: how the connection differs from its entry. The run must not touch it then. */
  readonly unplanned?: string;
  /** Only for a due connection, if the policy requires a notice. Undefined: the connection needs no notice. */
  readonly notice?: Notice | undefined;
};

/** Whether the result of this run reports an outcome for the connection. */
export const isReported = ({ mode, unplanned }: Judged): boolean => mode !== undefined || unplanned !== undefined;

/** A region whose listings were complete. */
export type JudgedRegion = {
  readonly accountId: AccountId;
  readonly regionId: RegionId;
  /** The number of connections in the region that count in the share guard, in scope or not. */
  readonly ours: number;
  /** At least every due connection, in scope or not. A plan leaves out all other connections. */
  readonly judged: readonly Judged[];
};

export type Halt = {
  readonly accountId: AccountId;
  readonly regionId: RegionId;
  readonly due: number;
  readonly ours: number;
};

/** Why the run may not begin on a connection now, although the limits have room for it. */
export type NotNow = {
  readonly reason: string;
  /** The code of the failure, if the store could not be read. Otherwise null. */
  readonly code: string | null;
};

/**
 * Why the run may not begin on any connection, half-done connections included: a person or a failure stopped the run.
 */
export type HeldBack = NotNow & {
  /** The file with which a person stopped the run. */
  readonly file: string | undefined;
};

export type Plan = {
  /**
   * The connections on which no step failed come first. All other connections follow, the earliest failure first. Among
   * equals, half-done connections come first, then the longest orphaned. The run takes the first `perRun` and defers
   * the rest.
   */
  readonly queue: readonly Judged[];
  readonly perRun: number;
  /** Due connections in scope that no run may touch, because the region is halted or the connection is locked. */
  readonly blocked: ReadonlyMap<Judged, string>;
  /** New due connections in scope whose notice is missing or too recent. They take no place in the queue. */
  readonly untold: ReadonlyMap<Judged, NotNow>;
  /**
   * New due connections in scope outside the change window, or in a freeze. A run still finishes half-done connections.
   */
  readonly postponed: ReadonlyMap<Judged, string>;
  readonly halts: readonly Halt[];
  readonly heldBack?: HeldBack | undefined;
};

/** Why a due connection waits in a plan: the reason that stopped the run, or else the change window. Pure. */
export function findNotNow({ postponed, heldBack }: Plan, judged: Judged): NotNow | undefined {
  const closed = postponed.get(judged);
  return heldBack ?? (closed === undefined ? undefined : { reason: closed, code: null });
}

/**
 * The first connections that a run may take once the change window opens, after it took `planned` connections. Pure.
 *
 * A plan that is saved for a later sweep lists them, because often nobody is at work while the window is open.
 */
export const goingLater = ({ postponed, perRun }: Plan, planned: number): readonly Judged[] =>
  [...postponed.keys()].sort(inOrder).slice(0, Math.max(0, perRun - planned));

const LOCKED = 'it is locked for overdue payment (State financialLocked): settle the bill, or delete it by hand';

/**
 * Decide which connections to detach and delete, within the limits of a run. Pure. The order depends on the input
 * alone.
 */
export function plan(regions: readonly JudgedRegion[], limits: Policy['limits'], nowMs: number): Plan {
  const closed = findClosed(limits, nowMs);
  const blocked = new Map<Judged, string>();
  const untold = new Map<Judged, NotNow>();
  const postponed = new Map<Judged, string>();
  const queue: Judged[] = [];
  const halts: Halt[] = [];
  for (const region of regions) {
    const halt = checkShare(region, limits);
    if (halt) {
      halts.push(halt);
    }
    for (const judged of region.judged.filter(({ verdict, mode }) => verdict.isDue && mode !== undefined)) {
      const reason = whyBlocked(judged, halt);
      const notTold = whyNotTold(judged);
      if (reason !== undefined) {
        blocked.set(judged, reason);
      } else if (notTold !== undefined) {
        untold.set(judged, notTold);
      } else if (closed !== undefined && isNew(judged)) {
        postponed.set(judged, closed);
      } else {
        queue.push(judged);
      }
    }
  }
  return { queue: queue.sort(inOrder), perRun: limits.perRun, blocked, untold, postponed, halts };
}

const whyBlocked = ({ verdict }: Judged, halt: Halt | undefined): string | undefined =>
  halt ? haltReason(halt) : verdict.locked ? LOCKED : undefined;

function whyNotTold(judged: Judged): NotNow | undefined {
  const { notice, verdict } = judged;
  const why = notice && isNew(judged) ? whyUntold(notice) : undefined;
  return why && { ...why, reason: `${verdict.reason}, but ${why.reason}` };
}

/** No run has detached it yet. The change window restricts only the beginning of work, not its end. */
export const isNew = ({ verdict }: Pick<Judged, 'verdict'>): boolean => verdict.kind !== 'half-done';

/**
 * Only connections that are bound to a transit router or to nothing count. Connections with an unclear binding must not
 * make the share smaller. A held connection is out of service already. If it counted, each run could take the same
 * share of the remaining connections.
 */
export const countsInShare = ({ connection, heldUntilMs }: Pick<Verdict, 'connection' | 'heldUntilMs'>): boolean =>
  (connection.attachType === 'CEN' || connection.attachType === 'NO_ASSOCIATED') && heldUntilMs === undefined;

const haltReason = ({ due, ours }: Halt): string =>
  `the region is halted: ${due} of its ${ours} connections would be deleted, more than limits.perRegionShare allows`;

/**
 * The share guard counts the whole region, even if an event narrowed the run. Otherwise many events about single
 * connections could empty a region unnoticed. The guard also counts connections without a notice. Otherwise a mistake
 * that makes a whole region look unused would pass the guard in portions, a portion with each message. A share of 0
 * lets no connection pass, even if the floor is higher.
 */
function checkShare({ accountId, regionId, ours, judged }: JudgedRegion, limits: Policy['limits']): Halt | undefined {
  const due = judged.filter(({ verdict }) => verdict.isDue && !verdict.locked).length;
  const overShare = due / ours > limits.perRegionShare;
  const overFloor = limits.perRegionShare === 0 || due > limits.shareFloor;
  return overShare && overFloor ? { accountId, regionId, due, ours } : undefined;
}

/**
 * A connection that always fails must not delay the rest, even if there are many failing connections. A connection
 * without a mark has no `since`, because its rule has no grace. It comes last.
 */
function inOrder(a: Judged, b: Judged): number {
  const tried = (a.verdict.triedMs ?? 0) - (b.verdict.triedMs ?? 0);
  if (tried !== 0) {
    return tried;
  }
  const halfDone = Number(b.verdict.kind === 'half-done') - Number(a.verdict.kind === 'half-done');
  if (halfDone !== 0) {
    return halfDone;
  }
  const since = (a.verdict.sinceMs ?? Number.MAX_SAFE_INTEGER) - (b.verdict.sinceMs ?? Number.MAX_SAFE_INTEGER);
  if (since !== 0) {
    return since;
  }
  return a.verdict.connection.connectionId < b.verdict.connection.connectionId ? -1 : 1;
}
