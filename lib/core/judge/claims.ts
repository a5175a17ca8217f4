import type { AttachmentId, Connection, Tags } from '../domain/estate.ts';
import { TAG_DETACHED, TAG_ORPHAN, TAG_SEEN } from '../domain/tag-names.ts';
import { floorToSecond, parseInstant, toIso } from '../domain/time.ts';
import { RULE_NAMES, type RuleName } from '../rules/all-rules.ts';

/** For each rule, since when it has held, in milliseconds since the epoch. */
export type Clocks = ReadonlyMap<RuleName, number>;

/**
 * The mark of a connection: since when it has been an orphan, and by which rules.
 *
 * `broken`: a mark exists, but it proves nothing. All its clocks start again.
 */
export type Mark =
  | { readonly kind: 'none' }
  | { readonly kind: 'broken'; readonly reason: string }
  | { readonly kind: 'valid'; readonly clocks: Clocks; readonly seenMs: number };

/**
 * The detach note. `broken`: a note exists, but it proves nothing. `lapsed`: our note, but no run has renewed it for
 * longer than `marks.maxGap`. A lapsed note permits no deletion, but a hold starts again from it.
 */
export type DetachNote =
  | { readonly kind: 'none' }
  | { readonly kind: 'broken'; readonly reason: string }
  | { readonly kind: 'lapsed'; readonly attachmentId: AttachmentId }
  | { readonly kind: 'valid'; readonly atMs: number; readonly attachmentId: AttachmentId };

/** The content of all tags that the sweeper wrote on a connection. */
export type Claims = {
  readonly mark: Mark;
  readonly note: DetachNote;
  /** When a step on the connection last failed, in milliseconds since the epoch. */
  readonly triedMs: number | undefined;
};

/** The value of a tag that the sweeper wanted to remove and could not. It claims nothing. */
export const VOID = 'void';

/** The clocks of machines differ, so a time up to this far ahead counts as now. A later time is malformed. */
const AHEAD_MS_MAX = 5 * 60_000;
/** The platform's limit for an invocation, so no run takes longer. */
const RUN_MS_MAX = 86_400_000;

/**
 * Read the sweeper's tags on a connection, and check them against the life of the connection. Pure. Never throws.
 *
 * Anyone can write or copy a tag. A claim that is older than the connection was made for another connection, so it does
 * not count.
 *
 * @param maxGapMs a mark or a note is broken if no run has renewed it for longer than this
 */
export function readClaims(connection: Connection, nowMs: number, maxGapMs: number): Claims {
  const { tags, createdAtMs } = connection;
  if (tags === 'unread') {
    return { mark: { kind: 'none' }, note: { kind: 'none' }, triedMs: undefined };
  }
  const bornMs = createdAtMs === undefined ? Number.NEGATIVE_INFINITY : floorToSecond(createdAtMs);
  const life = { bornMs, nowMs, maxGapMs };
  const seen = readSeen(tags, life);
  return {
    mark: readMark(tags, seen, life),
    note: readNote(tags, seen, life),
    triedMs: 'triedMs' in seen ? seen.triedMs : undefined,
  };
}

/** In milliseconds: when the connection was created, now, and the longest time between two runs. */
type Life = { readonly bornMs: number; readonly nowMs: number; readonly maxGapMs: number };
type Seen = { readonly seenMs: number; readonly triedMs: number | undefined } | { readonly problem: string };

/** A moment in this connection's life, or the problem with it. A moment that is slightly ahead counts as now. */
function placeInLife(ms: number | undefined, { bornMs, nowMs }: Life): number | 'malformed' | 'ahead' | 'older' {
  if (ms === undefined) {
    return 'malformed';
  }
  if (ms > nowMs + AHEAD_MS_MAX) {
    return 'ahead';
  }
  return ms < bornMs ? 'older' : Math.min(ms, nowMs);
}

const readMoment = (text: string | undefined, life: Life) =>
  placeInLife(text === undefined ? undefined : parseInstant(text), life);

const PROBLEMS = {
  malformed: 'is missing or malformed',
  ahead: 'is in the future',
  older: 'is older than the connection, so it is not ours',
} as const;

const SEEN_PATTERN = /^(\S+?)(?: tried (\S+))?$/;

function readSeen(tags: Tags, life: Life): Seen {
  const text = tags.get(TAG_SEEN);
  if (text === VOID) {
    return { problem: `tag ${TAG_SEEN} is ${VOID}, so the mark does not count` };
  }
  const [, seen, tried] = SEEN_PATTERN.exec(text ?? '') ?? [];
  const seenMs = readMoment(seen, life);
  const triedMs = tried === undefined ? undefined : readMoment(tried, life);
  if (typeof seenMs === 'string' || typeof triedMs === 'string') {
    const problem = typeof seenMs === 'string' ? seenMs : 'malformed';
    return { problem: `tag ${TAG_SEEN} ${PROBLEMS[problem]}` };
  }
  return { seenMs, triedMs };
}

function readMark(tags: Tags, seen: Seen, life: Life): Mark {
  const text = tags.get(TAG_ORPHAN);
  // A void mark does not count again when a run renews `seen` beside it.
  if (text === undefined || text === VOID) {
    return { kind: 'none' };
  }
  const broken = (reason: string): Mark => ({ kind: 'broken', reason });
  const written = parseMark(tags);
  if (written === undefined) {
    return broken(`tag ${TAG_ORPHAN} ${PROBLEMS.malformed}`);
  }
  if ('problem' in seen) {
    return broken(seen.problem);
  }
  const clocks = new Map<RuleName, number>();
  for (const [rule, writtenMs] of written) {
    const sinceMs = placeInLife(writtenMs, life);
    if (typeof sinceMs === 'string') {
      return broken(`tag ${TAG_ORPHAN} ${PROBLEMS[sinceMs]}`);
    }
    // A run writes both tags: `seen` is when the run began, `since` is when it had read the region.
    if (sinceMs - seen.seenMs > RUN_MS_MAX) {
      return broken(`tag ${TAG_SEEN} is from before the mark`);
    }
    clocks.set(rule, sinceMs);
  }
  if (life.nowMs - seen.seenMs > life.maxGapMs) {
    return broken(`last seen as an orphan ${toIso(seen.seenMs)}, longer ago than marks.maxGap`);
  }
  return { kind: 'valid', clocks, seenMs: seen.seenMs };
}

/** The clocks of a well-formed mark in the order of its text, however old. For reports. */
export function parseMark(tags: Tags): Clocks | undefined {
  const clocks = new Map<RuleName, number>();
  for (const part of (tags.get(TAG_ORPHAN) ?? '').split(', ')) {
    const [, name, time] = /^(\S+) (\S+)$/.exec(part) ?? [];
    const rule = RULE_NAMES.find((known) => known === name);
    const sinceMs = parseInstant(time ?? '');
    if (rule === undefined || sinceMs === undefined || clocks.has(rule)) {
      return undefined;
    }
    clocks.set(rule, sinceMs);
  }
  return clocks;
}

/** A note counts as long as runs see the connection half-done. The later time of note and `seen` is the last moment. */
function readNote(tags: Tags, seen: Seen, life: Life): DetachNote {
  const text = tags.get(TAG_DETACHED);
  if (text === undefined) {
    return { kind: 'none' };
  }
  const broken = (reason: string): DetachNote => ({ kind: 'broken', reason: `tag ${TAG_DETACHED} ${reason}` });
  if (text === VOID) {
    return broken(`is ${VOID}`);
  }
  const [, time, attachmentId] = /^(\S+) (tr-attach-\S+)$/.exec(text) ?? [];
  const atMs = readMoment(time, life);
  if (attachmentId === undefined || typeof atMs === 'string') {
    return broken(PROBLEMS[typeof atMs === 'string' ? atMs : 'malformed']);
  }
  const lastMs = 'seenMs' in seen ? Math.max(atMs, seen.seenMs) : atMs;
  if (life.nowMs - lastMs <= life.maxGapMs) {
    return { kind: 'valid', atMs, attachmentId };
  }
  // If a run made the mark void, it may have meant to remove the note as well.
  return tags.get(TAG_SEEN) === VOID ? broken('is beside a void mark') : { kind: 'lapsed', attachmentId };
}
