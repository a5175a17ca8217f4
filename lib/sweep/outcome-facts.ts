import type { Connection } from '../core/domain/estate.ts';
import type { Outcome, OutcomeKind } from '../core/domain/outcome.ts';
import type { Policy } from '../core/domain/policy.ts';
import { toIso } from '../core/domain/time.ts';
import type { Verdict } from '../core/judge/judge.ts';
import type { Notice } from '../core/told/notice.ts';

type ConnectionFacts = Pick<Outcome, 'name' | 'owner' | 'createdAt' | 'attachedTo'>;
type ClockFacts = Pick<Outcome, 'since' | 'dueAt' | 'heldUntil'>;

/** The facts of a connection in its outcome, as the run read them. Pure. */
export const toConnectionFacts = (connection: Connection, { report }: Policy): ConnectionFacts => {
  const { name, tags, createdAtMs } = connection;
  return {
    name: name ?? null,
    owner: tags === 'unread' ? null : (tags.get(report.ownerTag) ?? null),
    createdAt: isoOrNull(createdAtMs),
    attachedTo: toAttachedTo(connection),
  };
};

function toAttachedTo({ transitRouterId, cenId }: Connection): Outcome['attachedTo'] {
  return transitRouterId === undefined && cenId === undefined
    ? null
    : { transitRouterId: transitRouterId ?? null, cenId: cenId ?? null };
}

/** After these outcomes the connection still exists, and the clock of its rule continues. */
const CLOCK_RUNS: ReadonlySet<OutcomeKind> = new Set(['marked', 'waiting', 'planned', 'deferred', 'blocked', 'failed']);

/**
 * Since when the connection has been an orphan, and when it is due. Pure.
 *
 * @param moments `startedMs`: when the clock of its rule began, if this run started it. `heldUntilMs`: the end of a
 *   hold
 */
export function toClockFacts(
  { rule, sinceMs: markedMs, kind }: Verdict,
  outcome: OutcomeKind,
  { rules }: Policy,
  { startedMs, heldUntilMs }: { readonly startedMs?: number; readonly heldUntilMs?: number } = {},
): ClockFacts {
  const sinceMs = startedMs ?? markedMs;
  const grace = rule === null || rule === 'half-done' ? 'off' : rules[rule];
  const runs = kind === 'orphan' && CLOCK_RUNS.has(outcome) && sinceMs !== undefined && grace !== 'off';
  return { since: isoOrNull(sinceMs), dueAt: runs ? toIso(sinceMs + grace) : null, heldUntil: isoOrNull(heldUntilMs) };
}

/** Since when the owner can know of the deletion. Pure. */
export const toNoticeFacts = (notice: Notice | undefined): Pick<Outcome, 'toldAt' | 'noticeUntil'> =>
  notice?.kind === 'over' || notice?.kind === 'running'
    ? { toldAt: toIso(notice.telling.atMs), noticeUntil: toIso(notice.untilMs) }
    : {};

export const NO_CLOCK: ClockFacts = { since: null, dueAt: null, heldUntil: null };

const isoOrNull = (ms: number | undefined): string | null => (ms === undefined ? null : toIso(ms));
