import type { AccountId, RegionId } from '../domain/estate.ts';
import type { Mode, Policy } from '../domain/policy.ts';
import { findClosed } from '../guards/change-window.ts';
import type { Verdict } from '../judge/judge.ts';
import { type Notice, whyUntold } from '../told/notice.ts';

/** One judged connection; `mode` is what this run may do to it, undefined when an event left it out of scope. */
export type Judged = {
  readonly accountId: AccountId;
  readonly regionId: RegionId;
  readonly verdict: Verdict;
  readonly mode: Mode | undefined;
  /** Why it is not what the plan that is swept says of it: nothing of it may be touched. Only with a saved plan. */
  readonly unplanned?: string;
  /** Of one that is due, where the policy requires a notice; undefined: it may go without. */
  readonly notice?: Notice | undefined;
};

/** Whether it has an outcome in the result of this run. */
export const isReported = ({ mode, unplanned }: Judged): boolean => mode !== undefined || unplanned !== undefined;

/** One region whose listings were complete. */
export type JudgedRegion = {
  readonly accountId: AccountId;
  readonly regionId: RegionId;
  /** How many of all its connections, in scope or not, count in the share guard. */
  readonly ours: number;
  /** At least those that are due, in scope or not; a plan says nothing of any other. */
  readonly judged: readonly Judged[];
};

export type Halt = {
  readonly accountId: AccountId;
  readonly regionId: RegionId;
  readonly due: number;
  readonly ours: number;
};

/** Why nothing may begin on a connection now, although the limits have room for it. */
export type NotNow = {
  readonly reason: string;
  /** Of the store that could not be read; null otherwise. */
  readonly code: string | null;
};

/** Why nothing may begin on any connection, half-done ones included: someone, or something, has stopped the run. */
export type HeldBack = NotNow & {
  /** The file by which a person did it. */
  readonly file: string | undefined;
};

export type Plan = {
  /**
   * Connections on which no step failed come first, then the others, the longest ago first. Among equals, half-done
   * connections come first, then the longest orphaned. The run takes the first `perRun` and defers the rest.
   */
  readonly queue: readonly Judged[];
  readonly perRun: number;
  /** Due, in scope, and nothing a run may touch: the region is halted, or the connection locked. */
  readonly blocked: ReadonlyMap<Judged, string>;
  /** Due, in scope, and new, and nobody was told early enough. It takes no place in the queue. */
  readonly untold: ReadonlyMap<Judged, NotNow>;
  /** Due and in scope, and not now: outside the change window, or in a freeze. Half-done ones are finished all the same. */
  readonly postponed: ReadonlyMap<Judged, string>;
  readonly halts: readonly Halt[];
  readonly heldBack?: HeldBack | undefined;
};

/** What of a plan keeps a connection that is due waiting: what stopped the run, else the change window. Pure. */
export function findNotNow({ postponed, heldBack }: Plan, judged: Judged): NotNow | undefined {
  const closed = postponed.get(judged);
  return heldBack ?? (closed === undefined ? undefined : { reason: closed, code: null });
}

/**
 * The connections that would go first once the change window opens, after `planned` others. Pure.
 *
 * A plan that is saved for a later sweep lists them: often nobody is at work while the window is open.
 */
export const goingLater = ({ postponed, perRun }: Plan, planned: number): readonly Judged[] =>
  [...postponed.keys()].sort(inOrder).slice(0, Math.max(0, perRun - planned));

const LOCKED = 'it is locked for overdue payment (State financialLocked): settle the bill, or delete it by hand';

/** Decide what may be detached and deleted, within the limits of one run. Pure; the same input gives the same order. */
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
  return why && { ...why, reason: `${verdict.reason}; ${why.reason}` };
}

/** Nothing has been detached of it yet: the change window is for beginning, not for finishing. */
export const isNew = ({ verdict }: Pick<Judged, 'verdict'>): boolean => verdict.kind !== 'half-done';

/**
 * Bound to a transit router or to nothing; what says neither must not thin out the share. A held connection is out of
 * service already: if it counted, each run could take the share of what the runs before it had left.
 */
export const countsInShare = ({ connection, heldUntilMs }: Pick<Verdict, 'connection' | 'heldUntilMs'>): boolean =>
  (connection.attachType === 'CEN' || connection.attachType === 'NO_ASSOCIATED') && heldUntilMs === undefined;

const haltReason = ({ due, ours }: Halt): string =>
  `the region is halted: ${due} of its ${ours} connections would go, more than limits.perRegionShare allows`;

/**
 * The share guard. It counts the whole region, whatever an event narrowed: otherwise a storm of events about single
 * connections would empty a region unnoticed. It also counts connections that nobody was told of yet: otherwise a mistake
 * that makes a whole region look unused would pass the guard in the portions that fit into one message. A share of 0 lets
 * nothing through, whatever the floor.
 */
function checkShare({ accountId, regionId, ours, judged }: JudgedRegion, limits: Policy['limits']): Halt | undefined {
  const due = judged.filter(({ verdict }) => verdict.isDue && !verdict.locked).length;
  const overShare = due / ours > limits.perRegionShare;
  const overFloor = limits.perRegionShare === 0 || due > limits.shareFloor;
  return overShare && overFloor ? { accountId, regionId, due, ours } : undefined;
}

/**
 * A connection that always fails must not keep the others from their turn, however many such connections there are.
 * Without a mark there is no since; such a connection has a rule without grace and comes last.
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
