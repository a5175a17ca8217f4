import { unlessStopped } from '../../core/concurrency/unless-stopped.ts';
import { toCloudError } from '../../core/domain/errors.ts';
import type { Connection, Routing } from '../../core/domain/estate.ts';
import { TAG_DETACHED, TAG_ORPHAN } from '../../core/domain/tag-names.ts';
import { floorToSecond } from '../../core/domain/time.ts';
import { withAttachments } from '../../core/judge/association.ts';
import { readClaims } from '../../core/judge/claims.ts';
import { judge, type Verdict } from '../../core/judge/judge.ts';
import { listChanges } from '../../core/judge/list-changes.ts';
import { toNoteText } from '../../core/judge/own-tags.ts';
import { noteOf } from '../marks/detach-note.ts';
import { lookDelayMs, TAG_NOT_READ_BACK } from '../marks/tag-writes.ts';
import type { Freshness } from '../reads/coalesced-read.ts';
import type { RegionContext } from '../run-context.ts';
import { whyUnplanned } from '../survey/swept-plan.ts';
import { endWith, endWithError, StepEnd } from './step-result.ts';

/**
 * If reads take longer than `recheck.maxAge`, they are stale on arrival and repeated. This is the number of attempts.
 */
const LOOKS_MAX = 3;

/** As `afterSequence`: the first listing counts as well. */
export const JUDGED = -1;
/** As `afterSequence`: only readings after the first listing count. */
export const AFTER_JUDGED = 0;

export type Rechecked =
  | { readonly kind: 'same'; readonly connection: Connection }
  | {
      readonly kind: 'changed';
      readonly verdict: Verdict;
      readonly changes: readonly string[];
      /** The transit router says that the attachment is being removed. */
      readonly isLettingGo: boolean;
      /** The connection was bound to nothing and is attached now. Its note and mark belong to the time before. */
      readonly isBoundAgain: boolean;
      /** Why the connection no longer matches the swept plan. Undefined if it matches, or without a plan. */
      readonly unplanned: string | undefined;
    }
  | { readonly kind: 'gone' };

/**
 * Read everything that a verdict rests on again, at most `recheck.maxAge` old, and judge it again. Reads only.
 *
 * Throws `StepEnd` if something could not be read, or not freshly enough, and `CloudError` (`StoppedOnRequest`) as soon
 * as the run is asked to stop.
 *
 * @param afterSequence readings up to this number do not count
 * @param detached this run detached the connection since the listing
 */
export async function recheck(
  region: RegionContext,
  verdict: Verdict,
  afterSequence: number,
  detached: boolean,
): Promise<Rechecked> {
  return await unlessStopped(region.stopAsked, 'DescribeVpnConnection', () =>
    recheckNow(region, verdict, afterSequence, detached),
  );
}

async function recheckNow(
  region: RegionContext,
  verdict: Verdict,
  afterSequence: number,
  detached: boolean,
): Promise<Rechecked> {
  const { maxAgeMs } = region.policy.recheck;
  for (let look = 1; look <= LOOKS_MAX; look += 1) {
    const want = { afterSequence, notBeforeMs: region.clock.now() - maxAgeMs };
    const read = await readEvidence(region, verdict, want, detached).catch(endUnread);
    if (region.clock.now() - read.oldestMs <= maxAgeMs) {
      return compare(region, verdict, read, detached);
    }
  }
  throw new StepEnd(
    endWith('failed', `reading it again took longer than recheck.maxAge (${maxAgeMs} ms)`, { code: 'StaleEvidence' }),
  );
}

/**
 * Like `recheck`, but wait until the tags show the writes of this run that the next write rests on: the renewed mark
 * and the detach note. Reads lag behind writes. Reads only.
 *
 * Also throws `StepEnd` if the tags do not show within `wait.tagTimeout`, or if another run has overwritten them.
 *
 * @param note the detach note that this run wrote
 */
export async function recheckOwnTags(
  region: RegionContext,
  verdict: Verdict,
  afterSequence: number,
  note?: string,
): Promise<Rechecked> {
  const { clock, deadlineMs } = region;
  const untilMs = clock.now() + region.policy.wait.tagTimeoutMs;
  let after = afterSequence;
  for (let looks = 0; ; looks += 1) {
    const read = await recheck(region, verdict, after, false);
    if (read.kind !== 'same') {
      return read;
    }
    const isMarkShown = showsMark(region, verdict, read.connection);
    const isNoteShown = note === undefined || showsNote(verdict, read.connection, note);
    if (isMarkShown && isNoteShown) {
      return read;
    }
    const nextMs = clock.now() + lookDelayMs(region, looks);
    if (nextMs > untilMs || nextMs >= deadlineMs) {
      throw new StepEnd(
        endWith('failed', 'the tags that must come before it do not show', { code: TAG_NOT_READ_BACK }),
      );
    }
    after = region.reads.sequence;
    await clock.sleep(nextMs - clock.now(), region.stopAsked);
  }
}

/** Whether the connection still has the mark that this run found or wrote, and renewed. */
function showsMark(region: RegionContext, verdict: Verdict, now: Connection): boolean {
  if (!verdict.restsOnMark) {
    return true;
  }
  const wrote = region.marks.get(verdict.connection.connectionId);
  if (wrote === undefined) {
    throw new StepEnd(endWith('unknown', 'this run did not renew its mark'));
  }
  const { mark } = readClaims(now, region.clock.now(), region.policy.marks.maxGapMs);
  if (mark.kind !== 'valid' || mark.seenMs < floorToSecond(region.seenMs)) {
    return false;
  }
  const expected = wrote.get(TAG_ORPHAN) ?? tagOf(verdict.connection, TAG_ORPHAN);
  if (tagOf(now, TAG_ORPHAN) === expected) {
    return true;
  }
  throw new StepEnd(endWith('unknown', 'changed since it was judged: somebody wrote another mark'));
}

const tagOf = ({ tags }: Connection, key: string): string | undefined =>
  tags === 'unread' ? undefined : tags.get(key);

/**
 * Each run writes its own note. A run must not rely on another run's note, because that run may remove the note at any
 * moment.
 */
function showsNote(verdict: Verdict, now: Connection, note: string): boolean {
  const found = noteOf(now);
  if (found !== undefined && found !== note && found !== noteOf(verdict.connection)) {
    throw new StepEnd(endWith('unknown', "another run is about to detach it: the note in its tags is that run's"));
  }
  return found === note;
}

/** A failed read is no answer to the write after it, so it must not be retried or counted as an answer of the write. */
function endUnread(error: unknown): never {
  throw new StepEnd(endWithError('it could not be read again', toCloudError(error), false));
}

type Evidence = {
  readonly connection: Connection | 'gone';
  readonly facts: Pick<Parameters<typeof judge>[0], 'witnesses' | 'routing'>;
  readonly isLettingGo: boolean;
  readonly oldestMs: number;
};

async function readEvidence(
  region: RegionContext,
  verdict: Verdict,
  want: Freshness,
  detached: boolean,
): Promise<Evidence> {
  const { attachment } = verdict;
  const { witnesses, routing } = region.facts;
  if (attachment === undefined || detached) {
    const fresher = await region.reads.witnessRound(want.afterSequence);
    const connection = await region.reads.connections.get(verdict.connection.connectionId, want);
    return {
      connection: connection.value,
      facts: { witnesses: withAttachments(witnesses, fresher), routing: 'unread' },
      isLettingGo: false,
      oldestMs: connection.startedMs,
    };
  }
  const { transitRouterId, attachmentId } = attachment;
  // Read routing before the attachments. An attachment that is detached in between loses its routes, and must not look
  // unused.
  const routed = routing === 'unread' ? undefined : await region.reads.routing(transitRouterId, want);
  const after = routed ? { ...want, afterSequence: Math.max(want.afterSequence, routed.endSequence) } : want;
  const [connection, attachments] = await Promise.all([
    region.reads.connections.get(verdict.connection.connectionId, want),
    region.reads.attachmentsAbout(attachment, after, region.progress.detaching.size > 0),
  ]);
  const routes: Routing | 'unread' = routed?.value.get(attachmentId) ?? 'unread';
  return {
    connection: connection.value,
    facts: {
      witnesses: withAttachments(witnesses, new Map([[transitRouterId, attachments.value]])),
      routing: routes,
    },
    isLettingGo: attachments.value.some((one) => one.attachmentId === attachmentId && one.status === 'Detaching'),
    oldestMs: Math.min(...[connection, attachments, routed].flatMap((read) => (read ? [read.startedMs] : []))),
  };
}

function compare(region: RegionContext, before: Verdict, read: Evidence, detached: boolean): Rechecked {
  const { connection, facts } = read;
  const { witnesses, routing } = facts;
  if (connection === 'gone') {
    return { kind: 'gone' };
  }
  const nowMs = region.clock.now();
  const judged = detached ? withDetachedTag(region, connection, before) : connection;
  const verdict = judge({ connection: judged, accountId: region.accountId, witnesses, routing, nowMs }, region.policy);
  const changes = [...listChanges(before.connection, connection, detached)];
  const goes = (verdict.kind === 'orphan' || verdict.kind === 'half-done') && verdict.isDue && !verdict.locked;
  const sameHolder = verdict.attachment?.attachmentId === (detached ? undefined : before.attachment?.attachmentId);
  const sameRule = detached || verdict.rule === before.rule;
  const unplanned = region.plan && whyUnplanned(region.plan, { ...region, verdict });
  // A message counts for one clock only. If the clock has begun anew, no message has named it.
  const isTold = detached || !region.policy.notify.required || verdict.sinceMs === before.sinceMs;
  if (!isTold) {
    changes.push('the clock in its mark is not the clock of which somebody was told');
  }
  if (changes.length === 0 && goes && sameHolder && sameRule && unplanned === undefined) {
    return { kind: 'same', connection };
  }
  if (changes.length === 0) {
    changes.push(verdict.reason);
  }
  const wasUnbound = detached || before.attachment === undefined;
  const isBoundAgain = wasUnbound && connection.attachType === 'CEN' && connection.state === 'attached';
  return { kind: 'changed', verdict, changes, isLettingGo: read.isLettingGo, isBoundAgain, unplanned };
}

/** This run knows that it detached the connection. The tag is for later runs. */
function withDetachedTag({ clock, runId }: RegionContext, connection: Connection, { attachment }: Verdict): Connection {
  if (connection.tags === 'unread' || attachment === undefined) {
    return connection;
  }
  if (noteOf(connection)?.endsWith(` ${attachment.attachmentId}`)) {
    return connection;
  }
  return {
    ...connection,
    tags: new Map([...connection.tags, [TAG_DETACHED, toNoteText(clock.now(), attachment.attachmentId, runId)]]),
  };
}
