import { isPermission } from '../core/disposition.ts';
import { CloudError } from '../core/errors.ts';
import type { ConnectionId, Tags } from '../core/estate.ts';
import type { Verdict } from '../core/judge.ts';
import { MARK_TAGS, toMarkTags, toSeenTags } from '../core/mark.ts';
import type { RuleName } from '../core/options.ts';
import type { Judged } from '../core/plan.ts';
import { toIso } from '../core/time.ts';
import { inBatches } from './batches.ts';
import { NO_TIME_LEFT } from './ending.ts';
import { type RegionContext, record } from './run-context.ts';
import { toCloudError } from './survey-region.ts';
import { removeTrace, traceOf } from './trace.ts';

/** How a tag write went: `done` means it was read back. */
export type TagEnding =
  | { readonly kind: 'marked' | 'refreshed' | 'cleared' }
  | { readonly kind: 'failed'; readonly error: CloudError };

/** How often a tag write is looked for before it counts as lost; reads may lag behind writes. */
const READ_BACKS_MAX = 3;

/**
 * Write and clear the marks of one region, in batches. Writes to the cloud.
 *
 * A mark that could not be read back is not claimed. A refreshed `seen` is: losing it only restarts a clock.
 */
export async function keepUpTags(
  region: RegionContext,
  judged: readonly Judged[],
): Promise<ReadonlyMap<ConnectionId, TagEnding>> {
  // Not when they were judged: since then another run may have seen one in use, and had no mark to clear.
  const sinceMs = region.clock.now();
  const endings = new Map<ConnectionId, TagEnding>();
  const writes: Promise<void>[] = [];
  for (const [rule, ids] of byRule(judged)) {
    const tags = toMarkTags(rule, sinceMs, region.seenMs);
    writes.push(setInBatches(region, ids, tags, 'marked', endings));
  }
  const refreshed = judged.filter(({ verdict }) => verdict.markAction === 'refresh').map(idOf);
  writes.push(setInBatches(region, refreshed, toSeenTags(region.seenMs), 'refreshed', endings));
  const cleared = judged.filter(({ verdict }) => verdict.markAction === 'clear').map(idOf);
  writes.push(clearMarks(region, cleared, endings), removeStaleTraces(region, judged, endings));
  await Promise.all(writes);

  for (const { verdict } of judged) {
    const id = verdict.connection.connectionId;
    const kind = endings.get(id)?.kind;
    if (kind === 'marked') record(region, 'mark.set', id, { rule: verdict.rule, since: toIso(sinceMs) });
    if (kind === 'cleared') record(region, 'mark.cleared', id, { reason: verdict.reason });
  }
  return endings;
}

const idOf = ({ verdict }: Judged): ConnectionId => verdict.connection.connectionId;

function byRule(judged: readonly Judged[]): ReadonlyMap<RuleName, readonly ConnectionId[]> {
  const groups = new Map<RuleName, ConnectionId[]>();
  for (const { verdict } of judged) {
    if (verdict.markAction !== 'set' || verdict.rule === null || verdict.rule === 'half-done') continue;
    groups.set(verdict.rule, [...(groups.get(verdict.rule) ?? []), verdict.connection.connectionId]);
  }
  return groups;
}

/** One by one: each is looked at again just before. */
async function removeStaleTraces(
  region: RegionContext,
  judged: readonly Judged[],
  endings: Map<ConnectionId, TagEnding>,
): Promise<void> {
  const remove = async ({ connection }: Verdict) => {
    const trace = traceOf(connection);
    if (trace === undefined) return;
    try {
      await removeTrace(region, connection.connectionId, trace);
    } catch (error) {
      endings.set(connection.connectionId, { kind: 'failed', error: toCloudError(error) });
    }
  };
  await Promise.all(judged.filter(({ verdict }) => verdict.dropDetachedTag).map(({ verdict }) => remove(verdict)));
}

async function setInBatches(
  region: RegionContext,
  ids: readonly ConnectionId[],
  tags: Tags,
  kind: 'marked' | 'refreshed',
  endings: Map<ConnectionId, TagEnding>,
): Promise<void> {
  const write = (batch: readonly ConnectionId[]) => region.api.setTags(region.regionId, batch, tags);
  const isThere = (found: Tags) => [...tags].every(([key, value]) => found.get(key) === value);
  await writeInBatches(region, ids, write, kind === 'marked' ? isThere : undefined, { kind }, endings);
}

/** Clear marks, and see them cleared. Writes to the cloud. */
export async function clearMarks(
  region: RegionContext,
  ids: readonly ConnectionId[],
  endings: Map<ConnectionId, TagEnding>,
): Promise<void> {
  const write = (batch: readonly ConnectionId[]) => region.api.removeTags(region.regionId, batch, MARK_TAGS);
  const isGone = (found: Tags) => MARK_TAGS.every((key) => !found.has(key));
  await writeInBatches(region, ids, write, isGone, { kind: 'cleared' }, endings);
}

async function writeInBatches(
  region: RegionContext,
  ids: readonly ConnectionId[],
  write: (batch: readonly ConnectionId[]) => Promise<unknown>,
  isDone: ((found: Tags) => boolean) | undefined,
  ending: TagEnding,
  endings: Map<ConnectionId, TagEnding>,
): Promise<void> {
  await Promise.all(
    inBatches(ids).map(async (batch) => {
      const failed = await writeBatch(batch, write);
      const written = batch.filter((id) => !failed.has(id));
      const lost = isDone ? await readBack(region, written, isDone) : new Map<ConnectionId, CloudError>();
      for (const id of batch) {
        const error = failed.get(id) ?? lost.get(id);
        // A refresh must not hide a failure, nor what another write of this run says of the same connection.
        if (error) endings.set(id, { kind: 'failed', error });
        else if (!endings.has(id) || endings.get(id)?.kind === 'refreshed') endings.set(id, ending);
      }
    }),
  );
}

/** One resource the cloud refuses fails its whole batch: then halve it, so that the others are written all the same. */
async function writeBatch(
  batch: readonly ConnectionId[],
  write: (batch: readonly ConnectionId[]) => Promise<unknown>,
): Promise<ReadonlyMap<ConnectionId, CloudError>> {
  try {
    await write(batch);
    return new Map();
  } catch (error) {
    const cloudError = toCloudError(error);
    if (batch.length === 1 || !isAboutOne(cloudError)) return new Map(batch.map((id) => [id, cloudError]));
    const middle = Math.ceil(batch.length / 2);
    const halves = [batch.slice(0, middle), batch.slice(middle)];
    const failed = await Promise.all(halves.map((half) => writeBatch(half, write)));
    return new Map(failed.flatMap((errors) => [...errors]));
  }
}

/** A definite refusal may be about one resource only: one that is gone, or has as many tags as it may have. */
const isAboutOne = ({ effect, code }: CloudError) =>
  effect === 'refused' && !isPermission(code) && code !== NO_TIME_LEFT;

/** The ids whose tags do not show the write. Throws nothing: what cannot be read counts as lost. */
async function readBack(
  region: RegionContext,
  ids: readonly ConnectionId[],
  isDone: (found: Tags) => boolean,
): Promise<ReadonlyMap<ConnectionId, CloudError>> {
  let missing = ids;
  let failure: CloudError | undefined;
  for (let look = 1; look <= READ_BACKS_MAX && missing.length > 0; look += 1) {
    if (look > 1) {
      const { pollIntervalMs } = region.policy.wait;
      if (region.clock.now() + pollIntervalMs >= region.deadlineMs) {
        failure = new CloudError({ action: 'ListTagResources', code: NO_TIME_LEFT, effect: 'unknown' });
        break;
      }
      await region.clock.sleep(pollIntervalMs);
    }
    try {
      const found = await region.api.listTags(region.regionId, missing);
      missing = missing.filter((id) => !isDone(found.get(id) ?? new Map()));
      failure = undefined;
    } catch (error) {
      failure = toCloudError(error);
    }
  }
  const lost = failure ?? new CloudError({ action: 'TagResources', code: 'TagNotReadBack', effect: 'unknown' });
  return new Map(missing.map((id) => [id, lost]));
}
