import type { AttachmentId, Connection, Tags } from '../domain/estate.ts';
import { TAG_DETACHED, TAG_ORPHAN, TAG_SEEN } from '../domain/tag-names.ts';
import { floorToSecond, parseInstant, toIso } from '../domain/time.ts';
import { RULE_NAMES, type RuleName } from '../rules/all-rules.ts';

/** Since when each rule has held, in milliseconds since the epoch. */
export type Clocks = ReadonlyMap<RuleName, number>;

/**
 * The mark of a connection: since when it has been an orphan, and by which rules.
 *
 * `broken`: there is a mark, and it proves nothing. All its clocks start again.
 */
export type Mark =
  | { readonly kind: 'none' }
  | { readonly kind: 'broken'; readonly reason: string }
  | { readonly kind: 'valid'; readonly clocks: Clocks; readonly seenMs: number };

/**
 * The detach note. `broken`: there is a note, and it proves nothing. `lapsed`: a note of ours that no run has renewed for
 * longer than `marks.maxGap`. It does not let anything be deleted, but a hold starts again from it.
 */
export type DetachNote =
  | { readonly kind: 'none' }
  | { readonly kind: 'broken'; readonly reason: string }
  | { readonly kind: 'lapsed'; readonly attachmentId: AttachmentId }
  | { readonly kind: 'valid'; readonly atMs: number; readonly attachmentId: AttachmentId };

/** Everything that the sweeper's own tags on a connection say. */
export type Claims = {
  readonly mark: Mark;
  readonly note: DetachNote;
  /** When a step on it last failed, in milliseconds since the epoch. */
  readonly triedMs: number | undefined;
};

/** The value of a tag that should go and could not be removed: it claims nothing. */
export const VOID = 'void';

/** Clocks of machines differ: a time up to this far ahead counts as now. A time further ahead is malformed. */
const AHEAD_MS_MAX = 5 * 60_000;
/** No run takes longer: the platform's limit for one invocation. */
const RUN_MS_MAX = 86_400_000;

/**
 * Read what the sweeper's tags say of a connection, and check it against the life of the connection. Pure; never throws.
 *
 * Anyone can write or copy a tag. A claim that is older than the connection is of another connection, and does not count.
 *
 * @param maxGapMs a mark, or a note, that no run has renewed for longer than this is broken
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

/** When the connection was created, now, and the longest time between two runs. Milliseconds. */
type Life = { readonly bornMs: number; readonly nowMs: number; readonly maxGapMs: number };
type Seen = { readonly seenMs: number; readonly triedMs: number | undefined } | { readonly problem: string };

/** A moment of this connection's life, or what is wrong with it. A little ahead counts as now. */
function placeInLife(ms: number | undefined, { bornMs, nowMs }: Life): number | 'malformed' | 'ahead' | 'older' {
  if (ms === undefined) {
    return 'malformed';
  }
  if (ms > nowMs + AHEAD_MS_MAX) {
    return 'ahead';
  }
  return ms < bornMs ? 'older' : Math.min(ms, nowMs);
}

const readMoment = (text: string | undefined, life: Life) => placeInLife(parseInstant(text ?? ''), life);

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
  // A void mark stays none when `seen` is renewed beside it.
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
    // A run writes both: its `seen` is when it began, its `since` when it had looked.
    if (sinceMs - seen.seenMs > RUN_MS_MAX) {
      return broken(`tag ${TAG_SEEN} is from before the mark`);
    }
    clocks.set(rule, sinceMs);
  }
  if (life.nowMs - seen.seenMs > life.maxGapMs) {
    return broken(`last seen so ${toIso(seen.seenMs)}, longer ago than marks.maxGap`);
  }
  return { kind: 'valid', clocks, seenMs: seen.seenMs };
}

/** The clocks of a well-formed mark in the order written, whatever their age: for reports. */
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

/** A note counts for as long as runs keep seeing the connection half-done: the younger of note and `seen` says when last. */
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
  // A run that made the mark void may have meant the note to go as well.
  return tags.get(TAG_SEEN) === VOID ? broken('is beside a void mark') : { kind: 'lapsed', attachmentId };
}
