import type { Clock, CloudApi } from '../../core/domain/cloud-api.ts';
import type { ConnectionId } from '../../core/domain/estate.ts';
import type { Place } from '../../core/domain/place.ts';
import type { Store } from '../../core/store/store.ts';
import { BACKUP_FORMAT, backupFolder, dayOf, readBackupName } from '../../core/store/store-layout.ts';
import type { Settings } from '../../core/undo/settings.ts';
import { type Backup, connectionIdOf } from '../../undo/backup-document.ts';
import { pickConnectionRoute, pickCustomerGateway } from '../../undo/pick-settings.ts';
import { readBackup } from '../../undo/read-backup.ts';
import { CoalescedRead } from './coalesced-read.ts';

/** A sweep does not change customer gateways, so one list serves for a while. */
const GATEWAYS_AGE_MS_MAX = 300_000;
const DAY_MS = 86_400_000;

export type KeptBackup = { readonly path: string; readonly backup: Backup };

/** The reads that only backups need in one region. Callers that ask at the same moment share a reading. */
export class BackupReads {
  readonly #api: CloudApi;
  readonly #clock: Clock;
  readonly #place: Place;
  readonly #store: Store | undefined;
  readonly #gateways: CoalescedRead<readonly Settings[]>;
  #days: Promise<readonly string[]> | undefined;
  /** The file names in the folder of each day. A backup that this run writes is never looked for. */
  readonly #names = new Map<string, Promise<readonly string[]>>();

  constructor(options: {
    readonly api: CloudApi;
    readonly clock: Clock;
    readonly place: Place;
    readonly store: Store | undefined;
  }) {
    this.#api = options.api;
    this.#clock = options.clock;
    this.#place = options.place;
    this.#store = options.store;
    let sequence = 0;
    const next = () => {
      sequence += 1;
      return sequence;
    };
    const read = () => this.#api.listCustomerGateways(this.#place.regionId, pickCustomerGateway);
    this.#gateways = new CoalescedRead(options.clock, next, read);
  }

  async customerGateways(): Promise<readonly Settings[]> {
    const want = { afterSequence: 0, notBeforeMs: this.#clock.now() - GATEWAYS_AGE_MS_MAX };
    return (await this.#gateways.get(want)).value;
  }

  connectionRoutes(connectionId: ConnectionId): Promise<readonly Settings[]> {
    return this.#api.listConnectionRoutes(this.#place.regionId, connectionId, pickConnectionRoute);
  }

  /**
   * The newest backup of the connection with the attachment that its detach note names. Undefined if the store has no
   * such backup. Throws `StoreError`.
   *
   * @param note the backup was taken shortly before this note, or longer before if the hold of the connection started
   *   again
   */
  async find(
    connectionId: ConnectionId,
    note: { readonly atMs: number; readonly attachmentId: string; readonly mayBeRewritten: boolean },
  ): Promise<KeptBackup | undefined> {
    const firstDay = note.mayBeRewritten ? '' : dayOf(note.atMs - DAY_MS);
    for (const path of (await this.#pathsOf(connectionId, firstDay)).reverse()) {
      const reading = await this.#store?.get(path, BACKUP_FORMAT);
      const found = reading?.kind === 'document' ? readBackup(reading.document) : undefined;
      if (found !== undefined && 'backup' in found && isOf(found.backup, connectionId, note.attachmentId)) {
        return { path, backup: found.backup };
      }
    }
    return undefined;
  }

  /** The oldest path first. */
  async #pathsOf(connectionId: ConnectionId, firstDay: string): Promise<string[]> {
    const folder = backupFolder(this.#place);
    this.#days ??= this.#list(folder);
    const days = (await this.#days).filter((day) => day >= firstDay);
    const paths = days.map(async (day) => {
      const path = `${folder}/${day}`;
      const listed = this.#names.get(path) ?? this.#list(path);
      this.#names.set(path, listed);
      const own = (await listed).filter((name) => readBackupName(name)?.connectionId === connectionId);
      return own.map((name) => `${path}/${name}`);
    });
    return (await Promise.all(paths)).flat();
  }

  async #list(path: string): Promise<readonly string[]> {
    return (await this.#store?.list(path)) ?? [];
  }
}

const isOf = (backup: Backup, connectionId: ConnectionId, attachmentId: string): boolean =>
  connectionIdOf(backup) === connectionId && backup.attachment?.TransitRouterAttachmentId === attachmentId;
