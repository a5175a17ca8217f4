import { saysGone } from '../../core/domain/disposition.ts';
import type { CloudError } from '../../core/domain/errors.ts';
import { stoppedOnRequest, toCloudError } from '../../core/domain/errors.ts';
import type { ConnectionId, Tags } from '../../core/domain/estate.ts';
import { TAG_DETACHED, TAG_ORPHAN, TAG_SEEN } from '../../core/domain/tag-names.ts';
import { ceilToSecond, parseInstant, toIso } from '../../core/domain/time.ts';
import { type Clocks, parseMark, VOID } from '../../core/judge/claims.ts';
import type { Verdict } from '../../core/judge/judge.ts';
import { MARK_TAGS, toMarkText, toNoteText, toSeenText, VOID_MARK } from '../../core/judge/own-tags.ts';
import { RULE_NAMES, type RuleName } from '../../core/rules/all-rules.ts';
import { type RegionContext, record } from '../run-context.ts';
import { noteOf, removeNote } from './detach-note.ts';
import { type Removal, removeTags, setTags, TAG_NOT_READ_BACK, TAGS_CHANGED } from './tag-writes.ts';

/** How the upkeep of a connection's tags ended. All writes but `refreshed` were read back. */
export type TagResult =
  /** `sinceMs`: when the clocks that this run started begin. */
  | { readonly kind: 'marked'; readonly sinceMs: number }
  | { readonly kind: 'refreshed' | 'cleared' | 'gone' }
  /** Somebody changed the tags after they were read, so its mark was not written. */
  | { readonly kind: 'changed' }
  /** `stands`: a tag that is no longer true could not be removed. */
  | { readonly kind: 'failed'; readonly error: CloudError; readonly stands?: true };

type TagResults = Map<ConnectionId, TagResult>;

/** Connections that get the same tags. `startMs`: when new clocks begin. */
type Write = { readonly tags: Tags; readonly verdicts: Verdict[]; readonly startMs: number };

/**
 * Write and clear the marks of a region, in batches, and remove stale notes. Writes to the cloud.
 *
 * A mark counts only after it was read back. A renewed `seen` counts at once: if it is lost, a clock merely restarts,
 * and the recheck before a detach or a delete looks for it.
 */
export async function keepUpMarks(
  region: RegionContext,
  verdicts: readonly Verdict[],
): Promise<ReadonlyMap<ConnectionId, TagResult>> {
  if (region.stopAsked.aborted) {
    const error = stoppedOnRequest('TagResources');
    return new Map(verdicts.map((verdict) => [idOf(verdict), { kind: 'failed', error }]));
  }
  const results: TagResults = new Map();
  const stale = verdicts.filter(isToClear);
  // Remove a mark before its note. If the run died after removing the note, the next run could not tell that the mark
  // is old.
  await removeStaleMarks(region, stale.filter(hasNote), results);
  // Then remove notes. `seen` vouches for the note as well, so it must not be renewed beside a stale note.
  const standing = await removeStaleNotes(region, verdicts, results);
  const writable = verdicts.filter((verdict) => !standing.has(idOf(verdict)) && !results.has(idOf(verdict)));
  // New clocks start now, because another run may have seen a connection in use since the listing, with no mark to
  // clear.
  const startMs = ceilToSecond(region.clock.now());
  await Promise.all([
    ...toWrites(region, writable, startMs).map((write) => writeMarks(region, write, results)),
    removeStaleMarks(
      region,
      stale.filter((verdict) => !hasNote(verdict)),
      results,
    ),
  ]);
  await findGone(region, results);
  for (const verdict of verdicts) {
    const id = idOf(verdict);
    const result = results.get(id);
    if (result?.kind === 'marked') {
      record(region, 'mark.set', id, { rule: verdict.rule, since: toIso(result.sinceMs) });
    }
    if (result?.kind === 'cleared') {
      record(region, 'mark.cleared', id, { reason: verdict.reason });
    }
  }
  return results;
}

const idOf = ({ connection }: Verdict): ConnectionId => connection.connectionId;

/** The sweep removes the mark, or all of it is older than the present binding of the connection. */
const isToClear = (verdict: Verdict): boolean => verdict.markAction === 'clear' || isOfBefore(verdict);

const isOfBefore = ({ dropNote, markDisproved, clocks }: Verdict): boolean =>
  dropNote && markDisproved && clocks.size === 0;

const hasNote = ({ connection }: Verdict): boolean => noteOf(connection) !== undefined;

/**
 * Each note is removed separately, because it is read again just before. Returns the connections whose note may still
 * stand.
 */
async function removeStaleNotes(
  region: RegionContext,
  verdicts: readonly Verdict[],
  results: TagResults,
): Promise<ReadonlySet<ConnectionId>> {
  const standing = new Set<ConnectionId>();
  const remove = async ({ connection }: Verdict) => {
    const note = noteOf(connection);
    if (note === undefined) {
      return;
    }
    try {
      if (!(await removeNote(region, connection, note))) {
        standing.add(connection.connectionId);
      }
    } catch (error) {
      standing.add(connection.connectionId);
      results.set(connection.connectionId, { kind: 'failed', error: toCloudError(error), stands: true });
    }
  };
  await Promise.all(verdicts.filter(({ dropNote }) => dropNote).map(remove));
  return standing;
}

/** Group the connections by their new tags, since a single call writes the same tags on many connections. */
function toWrites(region: RegionContext, verdicts: readonly Verdict[], startMs: number): readonly Write[] {
  const writes = new Map<string, Write>();
  for (const verdict of verdicts) {
    const tags = toMarkTags(region, verdict, startMs);
    if (tags.size === 0) {
      continue;
    }
    region.marks.set(idOf(verdict), tags);
    const key = [...tags].flat().join('\n');
    const write = writes.get(key) ?? { tags, verdicts: [], startMs };
    write.verdicts.push(verdict);
    writes.set(key, write);
  }
  return [...writes.values()];
}

/** The new tags of a mark. Empty if there is nothing to write. */
function toMarkTags(region: RegionContext, verdict: Verdict, startMs: number): Tags {
  const { markAction, starting, triedMs } = verdict;
  const tags = new Map<string, string>();
  if (markAction === 'set' || markAction === 'prune') {
    const clocks = new Map([...verdict.clocks, ...starting.map((rule) => [rule, startMs] as const)]);
    tags.set(TAG_ORPHAN, toMarkText(clocks, dueFirst(region, clocks)));
  }
  if (markAction === 'void') {
    tags.set(TAG_ORPHAN, VOID);
  }
  if (markAction === 'set' || markAction === 'refresh' || markAction === 'void') {
    tags.set(TAG_SEEN, toSeenText(region.seenMs, triedMs));
  }
  // Written together with `seen`, because `seen` alone would make the old note count again.
  if (verdict.restartsHold && verdict.note.kind === 'valid') {
    tags.set(TAG_DETACHED, toNoteText(verdict.note.atMs, verdict.note.attachmentId, region.runId));
  }
  return tags;
}

function dueFirst({ policy }: RegionContext, clocks: Clocks) {
  const dueAtMs = (rule: RuleName): number => {
    const grace = policy.rules[rule];
    return grace === 'off' ? Number.POSITIVE_INFINITY : (clocks.get(rule) ?? 0) + grace;
  };
  return RULE_NAMES.filter((rule) => clocks.has(rule)).sort((a, b) => dueAtMs(a) - dueAtMs(b));
}

const markOf = (tags: Tags | 'unread'): string | undefined => (tags === 'unread' ? undefined : tags.get(TAG_ORPHAN));

async function writeMarks(
  region: RegionContext,
  { tags, verdicts, startMs }: Write,
  results: TagResults,
): Promise<void> {
  const failures = await setTags(region, verdicts.map(idOf), tags, toChecks(tags, verdicts));
  const mustGo: Verdict[] = [];
  for (const verdict of verdicts) {
    const id = idOf(verdict);
    const error = failures.get(id);
    if (error && verdict.markDisproved) {
      mustGo.push(verdict);
    }
    if (error?.code === TAGS_CHANGED) {
      region.marks.delete(id);
      results.set(id, { kind: 'changed' });
    } else if (error) {
      results.set(id, { kind: 'failed', error });
    } else {
      results.set(id, isStarted(verdict) ? { kind: 'marked', sinceMs: startMs } : { kind: 'refreshed' });
    }
  }
  // A clock that no longer holds must not stay in the mark, even if its removal costs the other clocks of the mark.
  await clearMarks(region, mustGo.map(idOf));
}

/** The check just before the write, and the check that the write took hold. */
function toChecks(tags: Tags, verdicts: readonly Verdict[]): Parameters<typeof setTags>[3] {
  const before = new Map(verdicts.map((verdict) => [idOf(verdict), verdict.connection.tags]));
  const tagsBefore = (id: ConnectionId) => before.get(id) ?? 'unread';
  const isSameNote = (id: ConnectionId, found: Tags) => noteIn(found) === noteIn(tagsBefore(id));
  // `seen` vouches for the mark and the note beside it, and a new mark repeats the clocks that continue. By now somebody may
  // have written other tags, or another run may have found that a clock does not hold.
  const keepsMark = !tags.has(TAG_ORPHAN) || verdicts.some(({ clocks }) => clocks.size > 0);
  const isKnown = (id: ConnectionId, found: Tags) =>
    (!keepsMark || markOf(found) === markOf(tagsBefore(id))) && (claimsNoDetach(found) || isSameNote(id, found));
  // A lapsed note is overwritten. By now another run may have overwritten it, or somebody may have removed it.
  if (tags.has(TAG_DETACHED)) {
    return {
      isRead: (found) => saysAsLate(found, tags),
      isSame: (id, found) => isKnown(id, found) && isSameNote(id, found),
    };
  }
  const isRead = (found: Tags) => saysAsMuch(found, tags);
  return tags.has(TAG_ORPHAN) ? { isSame: isKnown, isRead } : { isSame: isKnown };
}

/** Whether the note is missing or void. */
const claimsNoDetach = (tags: Tags): boolean => [undefined, VOID].includes(noteIn(tags));

const noteIn = (tags: Tags | 'unread'): string | undefined => (tags === 'unread' ? undefined : tags.get(TAG_DETACHED));

/**
 * Whether a note names the same attachment as the written note and is not older. A run that overlaps may write later.
 */
function saysAsLate(found: Tags, written: Tags): boolean {
  const [time = '', attachmentId] = (noteIn(written) ?? '').split(' ');
  const [foundTime = '', foundId] = (noteIn(found) ?? '').split(' ');
  return foundId === attachmentId && (parseInstant(foundTime) ?? Number.NEGATIVE_INFINITY) >= Date.parse(time);
}

/** Whether a mark has the same rules as the written mark and no earlier times. A run that overlaps may write later. */
function saysAsMuch(found: Tags, written: Tags): boolean {
  const [ours, theirs] = [parseMark(written), parseMark(found)];
  if (ours === undefined || theirs === undefined || ours.size !== theirs.size) {
    return markOf(found) === markOf(written);
  }
  const isLater = [...ours].every(([rule, sinceMs]) => (theirs.get(rule) ?? Number.NEGATIVE_INFINITY) >= sinceMs);
  return isLater && seenMsOf(found) >= seenMsOf(written);
}

/** Milliseconds. A missing or malformed `seen` counts as older than any other. */
const seenMsOf = (tags: Tags): number =>
  parseInstant((tags.get(TAG_SEEN) ?? '').split(' ')[0] ?? '') ?? Number.NEGATIVE_INFINITY;

/** Remove the clocks that ended from a mark, and leave its other clocks. Writes to the cloud. */
export async function pruneMark(region: RegionContext, verdict: Verdict): Promise<Removal | undefined> {
  const id = idOf(verdict);
  const tags = new Map([[TAG_ORPHAN, toMarkText(verdict.clocks, dueFirst(region, verdict.clocks))]]);
  const isRead = (found: Tags) => markOf(found) === markOf(tags);
  const failures = verdict.clocks.size > 0 ? await setTags(region, [id], tags, { isRead }) : undefined;
  return failures?.size === 0 ? 'removed' : (await clearMarks(region, [id])).get(id);
}

const isHintOfGone = (error: CloudError): boolean => saysGone(error) || error.code === TAG_NOT_READ_BACK;

/**
 * If a tag call does not find a connection, or its tags, somebody may have deleted the connection since it was listed.
 */
async function findGone(region: RegionContext, results: TagResults): Promise<void> {
  const hints = [...results].flatMap(([id, result]) =>
    result.kind === 'failed' && isHintOfGone(result.error) ? [id] : [],
  );
  await Promise.all(
    hints.map(async (id) => {
      try {
        const { value } = await region.reads.connections.confirm(id);
        if (value === 'gone') {
          results.set(id, { kind: 'gone' });
        }
      } catch (error) {
        results.set(id, { kind: 'failed', error: toCloudError(error) });
      }
    }),
  );
}

async function removeStaleMarks(
  region: RegionContext,
  verdicts: readonly Verdict[],
  results: TagResults,
): Promise<void> {
  const removals = await clearMarks(region, verdicts.map(idOf));
  for (const verdict of verdicts) {
    const id = idOf(verdict);
    const removal = removals.get(id);
    // A void mark that still cannot be removed is unchanged. A mark that starts again is written next.
    const isSame = verdict.markAction !== 'clear' || (removal === 'voided' && verdict.mark.kind !== 'valid');
    if (removal instanceof Error) {
      results.set(id, { kind: 'failed', error: removal, stands: true });
    } else if (!isSame) {
      results.set(id, { kind: 'cleared' });
    }
  }
}

/** Whether the clock of the reported rule starts with this run. */
const isStarted = ({ starting, rule }: Verdict): boolean => starting.some((name) => name === rule);

/** Remove marks, or make them void. Writes to the cloud. */
export const clearMarks = (
  region: RegionContext,
  ids: readonly ConnectionId[],
): Promise<ReadonlyMap<ConnectionId, Removal>> => removeTags(region, ids, { keys: MARK_TAGS, voids: VOID_MARK });

/**
 * Note on a connection that a step failed, so that the next run works on other connections first. Writes to the cloud.
 *
 * `seen` vouches for every clock of a mark, and for the detach note. So a mark that proves nothing is made void. If somebody
 * else wrote a mark or a detach note during the step, nothing is written.
 */
export async function noteTried(region: RegionContext, verdict: Verdict): Promise<void> {
  const id = idOf(verdict);
  const tags = new Map([[TAG_SEEN, toSeenText(region.seenMs, region.clock.now())]]);
  if (verdict.mark.kind === 'broken') {
    tags.set(TAG_ORPHAN, VOID);
  }
  const isSame = (_: ConnectionId, found: Tags) => isOfThisRun(region, verdict, found);
  const error = (await setTags(region, [id], tags, { isSame })).get(id);
  if (error) {
    record(region, 'step.failed', id, { action: error.action, code: error.code, cloudRequestId: error.requestId });
  }
}

/** Whether this run read or wrote the mark and the detach note, or the note claims nothing. */
function isOfThisRun({ marks }: RegionContext, { connection, attachment }: Verdict, found: Tags): boolean {
  const wrote = marks.get(connection.connectionId);
  const mark = wrote?.get(TAG_ORPHAN) ?? markOf(connection.tags);
  const note = noteIn(found);
  const isOfDetach = attachment !== undefined && note?.endsWith(` ${attachment.attachmentId}`);
  const isKnown = [noteIn(connection.tags), wrote?.get(TAG_DETACHED)].includes(note);
  return markOf(found) === mark && (claimsNoDetach(found) || isOfDetach || isKnown);
}
