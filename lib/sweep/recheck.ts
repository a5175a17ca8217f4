import { withAttachments } from '../core/association.ts';
import type { Connection, Routing } from '../core/estate.ts';
import { judge, type Verdict } from '../core/judge.ts';
import { toTrace } from '../core/mark.ts';
import { listChanges } from '../core/recheck.ts';
import { TAG_DETACHED } from '../core/tag-names.ts';
import { endWith, endWithError, StepEnd } from './ending.ts';
import type { RegionContext } from './run-context.ts';
import type { Freshness } from './shared-read.ts';
import { toCloudError } from './survey-region.ts';

/** Reads that take longer than `recheck.maxAge` are stale before they arrive; so often we try again. */
const LOOKS_MAX = 3;

/** As `afterSequence`: the listing that judged counts too. */
export const JUDGED = -1;

export type Rechecked =
  | { readonly kind: 'same'; readonly connection: Connection }
  | {
      readonly kind: 'changed';
      readonly verdict: Verdict;
      readonly changes: readonly string[];
      /** The transit router shows the attachment as being removed. */
      readonly isLettingGo: boolean;
    }
  | { readonly kind: 'gone' };

/**
 * Read again everything a verdict rests on, at most `recheck.maxAge` old, and judge it again. Reads only.
 *
 * Throws `StepEnd` when something could not be read, or not freshly enough.
 *
 * @param afterSequence readings up to this one do not count
 * @param detached our own detach lies between the listing and now
 */
export async function recheck(
  region: RegionContext,
  verdict: Verdict,
  afterSequence: number,
  detached: boolean,
): Promise<Rechecked> {
  const { maxAgeMs } = region.policy.recheck;
  for (let look = 1; look <= LOOKS_MAX; look += 1) {
    const want = { afterSequence, notBeforeMs: region.clock.now() - maxAgeMs };
    const read = await readEvidence(region, verdict, want, detached).catch(endUnread);
    if (region.clock.now() - read.oldestMs <= maxAgeMs) return compare(region, verdict, read, detached);
  }
  throw new StepEnd(
    endWith('failed', `reading it again took longer than recheck.maxAge (${maxAgeMs} ms)`, { code: 'StaleEvidence' }),
  );
}

/** A read that failed is no answer of the write it comes before: it must not be retried or counted as one. */
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
  const bound = attachment !== undefined && !detached ? attachment : undefined;
  const needsRouting = bound !== undefined && region.surroundings.routing !== 'unread';
  // Before the attachments: one that somebody detaches has no routes any more, and must not look like one without.
  const routing = needsRouting ? await region.reads.routing(bound.transitRouterId, want) : undefined;
  const [connection, attachments] = await Promise.all([
    readConnection(region, verdict.connection.connectionId, want),
    bound && region.reads.attachmentsAbout(bound, want, region.work.lettingGo.size > 0),
  ]);
  const { surroundings } = region;
  const routes: Routing | 'unread' = (bound && routing?.value.get(bound.attachmentId)) ?? 'unread';
  const witnesses = detached ? withoutAttachment(region, verdict) : surroundings.witnesses;
  return {
    connection: connection.value,
    facts: {
      witnesses:
        bound && attachments ? withAttachments(witnesses, bound.transitRouterId, attachments.value) : witnesses,
      routing: routes,
    },
    isLettingGo: (attachments?.value ?? []).some(
      ({ attachmentId, status }) => attachmentId === bound?.attachmentId && status === 'Detaching',
    ),
    oldestMs: Math.min(...[connection, attachments, routing].flatMap((read) => (read ? [read.startedMs] : []))),
  };
}

/** Absence from a listing is a hint; what a write rests on is the connection's own read. */
async function readConnection(region: RegionContext, connectionId: string, want: Freshness) {
  const read = await region.reads.connection(connectionId, want);
  const { value } = read;
  return value === 'absent' ? await region.reads.confirm(connectionId) : { ...read, value };
}

/** After our detach was read back, the transit router's listing no longer has the attachment. */
const withoutAttachment = ({ surroundings }: RegionContext, { attachment }: Verdict) =>
  attachment === undefined
    ? surroundings.witnesses
    : withAttachments(
        surroundings.witnesses,
        attachment.transitRouterId,
        (surroundings.witnesses.attachmentsOf.get(attachment.transitRouterId) ?? []).filter(
          ({ attachmentId }) => attachmentId !== attachment.attachmentId,
        ),
      );

function compare(region: RegionContext, before: Verdict, read: Evidence, detached: boolean): Rechecked {
  const { connection, facts } = read;
  if (connection === 'gone') return { kind: 'gone' };
  const nowMs = region.clock.now();
  const judged = detached ? withDetachedTag(connection, before, nowMs) : connection;
  const verdict = judge({ connection: judged, accountId: region.accountId, ...facts, nowMs }, region.policy);
  const changes = [...listChanges(before.connection, connection, detached)];
  const goes = (verdict.kind === 'orphan' || verdict.kind === 'half-done') && verdict.ripe && !verdict.locked;
  const sameHolder = verdict.attachment?.attachmentId === (detached ? undefined : before.attachment?.attachmentId);
  const sameRule = detached || verdict.rule === before.rule;
  if (changes.length === 0 && goes && sameHolder && sameRule) return { kind: 'same', connection };
  if (changes.length === 0) changes.push(verdict.reason);
  return { kind: 'changed', verdict, changes, isLettingGo: read.isLettingGo };
}

/** That we detached it, this run knows by itself; the tag is for those who come after. */
function withDetachedTag(connection: Connection, { attachment }: Verdict, nowMs: number): Connection {
  if (connection.tags === 'unread' || attachment === undefined) return connection;
  return {
    ...connection,
    tags: new Map([...connection.tags, [TAG_DETACHED, toTrace(nowMs, attachment.attachmentId)]]),
  };
}
