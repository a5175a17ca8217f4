import { isDeepStrictEqual } from 'node:util';
import { CloudError } from '../../core/domain/errors.ts';
import type { Attachment, Connection } from '../../core/domain/estate.ts';
import type { Verdict } from '../../core/judge/judge.ts';
import type { Store } from '../../core/store/store.ts';
import { StoreError } from '../../core/store/store-error.ts';
import { BACKUP_FORMAT, backupPath } from '../../core/store/store-layout.ts';
import { type Backup, type BackupInput, IncompleteBackup, toBackup } from '../../undo/backup-document.ts';
import { renewBackup } from '../../undo/renew-backup.ts';
import type { KeptBackup } from '../reads/backup-reads.ts';
import { type RegionContext, record } from '../run-context.ts';
import { endWith, endWithError, StepEnd } from './step-result.ts';

/** The code of a deletion that did not begin because its backup failed. */
const BACKUP_FAILED = 'BackupFailed';

/**
 * Before the first write of a deletion, back up everything that restores the connection, and read the backup from the
 * store again. Writes to the store, not to the cloud. Does nothing without a store.
 *
 * Throws `StepEnd` if the store has no equal backup afterwards. Then the deletion must not begin.
 *
 * @param attachment the attachment of the connection, or undefined if it is bound to nothing
 */
export async function backUp(
  region: RegionContext,
  verdict: Verdict,
  attachment: Attachment | undefined,
): Promise<void> {
  const { backups } = region;
  if (backups === undefined) {
    return;
  }
  try {
    const { connectionId } = verdict.connection;
    const before = attachment === undefined ? await findBackupBefore(region, verdict) : undefined;
    const now = toBackup(await readAll(region, verdict, attachment));
    const backup = before === undefined ? now : renewBackup(before.backup, now);
    if (before !== undefined && backup === before.backup) {
      region.backedUpAs.set(connectionId, before.path);
      return;
    }
    const path = backupPath(region, connectionId, Date.parse(backup.takenAt), region.runId);
    await backups.writing.run(() => keep(backups.store, path, backup));
    region.backedUpAs.set(connectionId, path);
    record(region, 'backup.done', connectionId, { storedAs: path });
  } catch (error) {
    throw toStepEnd(error);
  }
}

/** A connection that an earlier run detached has a backup of that time, if there was a store. */
async function findBackupBefore(region: RegionContext, { connection, note }: Verdict): Promise<KeptBackup | undefined> {
  if (note.kind !== 'valid') {
    return undefined;
  }
  const mayBeRewritten = region.policy.detach.holdMs > 0;
  return await region.backupReads.find(connection.connectionId, { ...note, mayBeRewritten });
}

async function keep(store: Store, path: string, backup: Backup): Promise<void> {
  await store.put(path, backup);
  const read = await store.get(path, BACKUP_FORMAT);
  if (read.kind !== 'document') {
    const why = read.kind === 'absent' ? 'it is not there' : read.reason;
    throw new StoreError('StoreFailed', `${store.folder}: ${path} could not be read back: ${why}`);
  }
  if (!isDeepStrictEqual(read.document, backup)) {
    throw new StoreError('StoreFailed', `${store.folder}: ${path} does not read back as it was written`);
  }
}

async function readAll(
  region: RegionContext,
  verdict: Verdict,
  attachment: Attachment | undefined,
): Promise<BackupInput> {
  const { connectionId } = verdict.connection;
  const [connection, customerGateways, held] = await Promise.all([
    readSettings(region, connectionId),
    region.backupReads.customerGateways(),
    attachment && readHeld(region, attachment),
  ]);
  const { accountId, regionId, clock, runId } = region;
  // Checked before any write, because the run could not tell this backup apart from other backups.
  return { takenMs: clock.now(), runId, accountId, regionId, connection, held, customerGateways, verdict };
}

/**
 * The connection with its settings. A list does not say whether BGP is on, so a connection that may have BGP is read
 * alone.
 */
async function readSettings(region: RegionContext, connectionId: string): Promise<Connection> {
  const want = { afterSequence: 0, notBeforeMs: region.clock.now() - region.policy.recheck.maxAgeMs };
  const { value } = await region.reads.connections.get(connectionId, want);
  const isEnough = value === 'gone' || !mayHaveBgp(value);
  const found = isEnough ? value : (await region.reads.connections.confirm(connectionId)).value;
  if (found === 'gone') {
    throw new StepEnd(endWith('already-gone', 'it was gone before anything was sent'));
  }
  return found;
}

function mayHaveBgp({ settings }: Connection): boolean {
  const bgp = settings !== undefined && 'settings' in settings ? settings.settings.VpnBgpConfig : undefined;
  return typeof bgp === 'object' && !('EnableBgp' in bgp);
}

async function readHeld(region: RegionContext, { attachmentId, transitRouterId, connectionId }: Attachment) {
  const want = { afterSequence: 0, notBeforeMs: region.clock.now() - region.policy.recheck.maxAgeMs };
  const about = {
    attachmentId,
    transitRouterId,
    connectionId,
    status: 'unknown',
    connectionOwnerId: undefined,
  } as const;
  // List the attachments after the end of both readings of routes. An attachment that is detached during these readings
  // loses its routes, and its backup would lack them.
  const [routed, vcoRoutes] = await Promise.all([
    region.reads.wholeRouting(transitRouterId, want),
    region.backupReads.connectionRoutes(connectionId),
  ]);
  const isMoving = region.progress.detaching.size > 0;
  const after = { ...want, afterSequence: region.reads.sequence };
  const listed = await region.reads.attachmentsAbout(about, after, isMoving);
  const attachment = listed.value.find((one) => one.attachmentId === attachmentId);
  const routing = routed.value.get(attachmentId);
  if (attachment === undefined || routing === undefined) {
    throw new IncompleteBackup('its attachment is not listed any more');
  }
  if (attachment.status !== 'Attached') {
    throw new StepEnd(endWith('unknown', `changed since it was judged: ${attachmentId} is ${attachment.status}`));
  }
  return { attachment, routing, vcoRoutes };
}

function toStepEnd(error: unknown): StepEnd {
  const what = 'nothing was begun, because no backup could be taken';
  if (error instanceof StepEnd) {
    return error;
  }
  if (error instanceof CloudError) {
    const { outcome, code, ...rest } = endWithError(what, error, false);
    // If the time runs out, that is no failure of the backup.
    return new StepEnd(
      outcome === 'deferred' ? { outcome, code, ...rest } : { ...rest, outcome: 'failed', code: BACKUP_FAILED },
    );
  }
  if (error instanceof StoreError || error instanceof IncompleteBackup) {
    return new StepEnd(endWith('failed', `${what}: ${error.message}`, { code: BACKUP_FAILED }));
  }
  throw error;
}
