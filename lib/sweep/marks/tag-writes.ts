import type { BeforeAttempt } from '../../core/domain/cloud-api.ts';
import { isPermission, mayWorkLater } from '../../core/domain/disposition.ts';
import { CloudError, DEADLINE_EXCEEDED, STOPPED_ON_REQUEST, toCloudError } from '../../core/domain/errors.ts';
import type { ConnectionId, Tags } from '../../core/domain/estate.ts';
import { type RegionContext, record } from '../run-context.ts';
import { inBatches } from './batches.ts';

/** The first wait until a tag shows, in milliseconds. It doubles up to `wait.pollInterval`. */
const FIRST_LOOK_MS = 250;

/** The delay before the next look for a written tag, after this number of looks. Milliseconds. */
export const lookDelayMs = ({ policy }: RegionContext, looks: number): number =>
  Math.min(Math.max(policy.wait.pollIntervalMs, FIRST_LOOK_MS), FIRST_LOOK_MS * 2 ** looks);

/** The ids whose write failed, and why. */
export type Failures = ReadonlyMap<ConnectionId, CloudError>;

/** How the removal of tags ended: removed, overwritten with a void value, or failed. */
export type Removal = 'removed' | 'voided' | CloudError;

/** Our own code: another run changed the tags since they were read, so this run wrote nothing. */
export const TAGS_CHANGED = 'TagsChanged';

/** Thrown just before a write that some connections of its batch must not get. */
class NotThese extends Error {
  readonly ids: ReadonlySet<ConnectionId>;

  constructor(ids: ReadonlySet<ConnectionId>) {
    super('other tags than those that were read');
    this.ids = ids;
  }
}

/**
 * Write the same tags on many connections, in batches. Writes to the cloud. Never throws for an answer of the cloud.
 *
 * @param options.isRead whether tags show the write. The tags are read until they do, or until `wait.tagTimeout` has
 *   passed
 * @param options.isSame checked just before each request, because another run may write in the meantime. A connection
 *   whose tags have changed fails with `TagsChanged`
 */
export function setTags(
  region: RegionContext,
  ids: readonly ConnectionId[],
  tags: Tags,
  options: {
    readonly isRead?: ((found: Tags) => boolean) | undefined;
    readonly isSame?: (id: ConnectionId, found: Tags) => boolean;
  } = {},
): Promise<Failures> {
  const { api, regionId } = region;
  const { isRead, isSame } = options;
  const write = (batch: readonly ConnectionId[]) => {
    const beforeAttempt = async () => {
      const found = await api.listTags(regionId, batch);
      const changed = batch.filter((id) => !isSame?.(id, found.get(id) ?? new Map()));
      if (changed.length > 0) {
        throw new NotThese(new Set(changed));
      }
    };
    return api.setTags(regionId, batch, tags, isSame && { beforeAttempt });
  };
  return writeInBatches(region, ids, write, isRead);
}

/**
 * Remove tags that must not stay. If that fails, overwrite them. If both fail, try again until `wait.tagTimeout` or the
 * deadline. Writes to the cloud. Throws only errors that `beforeAttempt` throws.
 *
 * @param options.voids values that make the tags claim nothing, the best first
 * @param options.beforeAttempt for a single connection only
 */
export async function removeTags(
  region: RegionContext,
  ids: readonly ConnectionId[],
  options: {
    readonly keys: readonly string[];
    readonly voids: readonly Tags[];
    readonly beforeAttempt?: BeforeAttempt;
  },
): Promise<ReadonlyMap<ConnectionId, Removal>> {
  const { keys, voids, beforeAttempt } = options;
  const { api, regionId, clock } = region;
  const check = beforeAttempt && { beforeAttempt };
  const isGone = (found: Tags) => keys.every((key) => !found.has(key));
  const untilMs = Math.min(clock.now() + region.policy.wait.tagTimeoutMs, region.deadlineMs);
  const results = new Map<ConnectionId, Removal>(ids.map((id) => [id, 'removed']));
  let left = ids;
  for (let looks = 0; left.length > 0; looks += 1) {
    const remove = (batch: readonly ConnectionId[]) => api.removeTags(regionId, batch, keys, check);
    const kept = await writeInBatches(region, left, remove, isGone);
    reportFailures(region, kept);
    let standing = kept;
    for (const tags of voids) {
      const overwrite = (batch: readonly ConnectionId[]) =>
        api.setTags(regionId, batch, tags, { beforeAttempt, isCleanup: true });
      const isVoid = (found: Tags) => isGone(found) || shows(found, tags);
      standing = await writeInBatches(region, [...standing.keys()], overwrite, isVoid);
    }
    for (const id of left) {
      results.set(id, standing.get(id) ?? (kept.has(id) ? 'voided' : 'removed'));
    }
    left = [...standing].filter(([, error]) => mayWorkLater(error)).map(([id]) => id);
    const delayMs = lookDelayMs(region, looks);
    if (left.length === 0 || clock.now() + delayMs >= untilMs) {
      break;
    }
    await clock.sleep(delayMs);
  }
  return results;
}

const shows = (found: Tags, tags: Tags): boolean => [...tags].every(([key, value]) => found.get(key) === value);

function reportFailures(region: RegionContext, failures: Failures): void {
  for (const [id, { action, code, requestId }] of failures) {
    record(region, 'step.failed', id, { action, code, cloudRequestId: requestId });
  }
}

async function writeInBatches(
  region: RegionContext,
  ids: readonly ConnectionId[],
  write: (batch: readonly ConnectionId[]) => Promise<unknown>,
  isDone: ((found: Tags) => boolean) | undefined,
): Promise<Failures> {
  const failures = await Promise.all(
    inBatches(ids).map(async (batch) => {
      const failed = await writeBatch(batch, write);
      const written = batch.filter((id) => !failed.has(id));
      return [...failed, ...(isDone ? await confirm(region, written, isDone) : [])];
    }),
  );
  return new Map(failures.flat());
}

/**
 * If the cloud refuses a resource, the whole batch fails. Then halve the batch, so that the other resources are
 * written.
 */
async function writeBatch(
  batch: readonly ConnectionId[],
  write: (batch: readonly ConnectionId[]) => Promise<unknown>,
): Promise<Failures> {
  try {
    await write(batch);
    return new Map();
  } catch (error) {
    if (error instanceof NotThese) {
      const rest = batch.filter((id) => !error.ids.has(id));
      const failed = rest.length > 0 ? await writeBatch(rest, write) : [];
      const changed = new CloudError({ action: 'TagResources', code: TAGS_CHANGED, effect: 'refused' });
      return new Map([...failed, ...[...error.ids].map((id) => [id, changed] as const)]);
    }
    const cloudError = toCloudError(error);
    if (batch.length === 1 || !isAboutOne(cloudError)) {
      return new Map(batch.map((id) => [id, cloudError]));
    }
    const middle = Math.ceil(batch.length / 2);
    const halves = [batch.slice(0, middle), batch.slice(middle)];
    const failed = await Promise.all(halves.map((half) => writeBatch(half, write)));
    return new Map(failed.flatMap((errors) => [...errors]));
  }
}

/** The same tag is invalid on every resource. But a key may be forbidden, or already in use, only on some resource. */
const INVALID_TAG = /^InvalidTag(Key|Value)(\.|$)/;

const OF_THIS_RUN: ReadonlySet<string> = new Set([DEADLINE_EXCEEDED, STOPPED_ON_REQUEST]);

/** A definite refusal may concern a single resource, because it is gone or has no room for a tag. */
const isAboutOne = ({ effect, code }: CloudError): boolean =>
  effect === 'refused' && !isPermission(code) && !INVALID_TAG.test(code) && !OF_THIS_RUN.has(code);

/** Our own code: a tag write was accepted but did not show within `wait.tagTimeout`. */
export const TAG_NOT_READ_BACK = 'TagNotReadBack';

/** Read the tags until they show the write, because reads lag behind writes. Returns the ids that do not show it. */
async function confirm(
  region: RegionContext,
  ids: readonly ConnectionId[],
  isDone: (found: Tags) => boolean,
): Promise<Failures> {
  const { clock, deadlineMs } = region;
  const untilMs = clock.now() + region.policy.wait.tagTimeoutMs;
  let missing = ids;
  let failure: CloudError | undefined;
  for (let looks = 0; missing.length > 0; looks += 1) {
    try {
      const found = await region.api.listTags(region.regionId, missing);
      missing = missing.filter((id) => !isDone(found.get(id) ?? new Map()));
      failure = undefined;
    } catch (error) {
      failure = toCloudError(error);
    }
    const nextMs = clock.now() + lookDelayMs(region, looks);
    if (missing.length === 0 || nextMs > untilMs) {
      break;
    }
    if (nextMs >= deadlineMs) {
      failure = new CloudError({ action: 'ListTagResources', code: DEADLINE_EXCEEDED, effect: 'unknown' });
      break;
    }
    await clock.sleep(nextMs - clock.now());
  }
  const lost = failure ?? new CloudError({ action: 'TagResources', code: TAG_NOT_READ_BACK, effect: 'unknown' });
  return new Map(missing.map((id) => [id, lost]));
}
