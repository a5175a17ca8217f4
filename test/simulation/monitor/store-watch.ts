import { createHash } from 'node:crypto';
import type { ConnectionRecord } from '../../../lib/emulator/estate/estate-types.ts';
import { OWN, type PolicyDocument, WRITES_BACKUPS } from '../stories/scenario.ts';
import type { MemoryFiles } from '../world/memory-files.ts';
import { section } from '../world/truth.ts';
import { CLOCKS_OFF_MS } from './claims-monitor.ts';

const DAY_MS = 86_400_000;
/** So long a run may go by a look at the store, because a slow store takes its time. */
const LOOK_MS = 60_000;

type Found = Readonly<Record<string, unknown>>;

/** Knows the content of the store, and compares each change in the cloud with it. */
export class StoreWatch {
  readonly #files: MemoryFiles;
  /** When a deletion of a connection began, and in which region. */
  readonly #begun = new Map<string, { readonly atMs: number; readonly regionId: string; readonly run: number }>();
  /** The attachment of each connection that was routed when a run asked for its detach. */
  readonly #routed = new Map<string, string | undefined>();

  /** The documents that were read, by path, for as long as their texts stay the same. */
  readonly #read = new Map<string, { readonly text: string; readonly found: Found | undefined }>();
  /** By pattern and path: the texts in which the pattern was not found. */
  readonly #clean = new Map<RegExp, Map<string, string>>();

  constructor(files: MemoryFiles) {
    this.#files = files;
  }

  /** The first detach or delete of this connection took effect. */
  began({ VpnConnectionId: id, regionId }: ConnectionRecord, run: number, atMs: number): void {
    if (!this.#begun.has(id)) {
      this.#begun.set(id, { atMs, regionId, run });
    }
  }

  /** @param routed the attachment that is about to lose its routes, or undefined if it has none */
  asksToDetach(id: string, routed: string | undefined): void {
    this.#routed.set(id, routed);
  }

  /** Why nothing new may begin, because a person has stopped the runs or nobody can tell. */
  whyStopped(): string | undefined {
    const kinds = ['stop', 'vanished'] as const;
    const kind = kinds.find((one) => this.#files.has(one, LOOK_MS));
    return kind && `the store has been ${kind === 'stop' ? 'stopped' : kind} for a minute`;
  }

  /** Why the day has no room for another connection. Undefined while listings lag. */
  whyFull(row: ConnectionRecord, policy: PolicyDocument, run: number, nowMs: number): string | undefined {
    const { perDay } = section(policy, 'limits');
    if (typeof perDay !== 'number' || this.#files.has('stale-listing')) {
      return undefined;
    }
    const others = [...this.#begun].filter(
      ([id, one]) =>
        id !== row.VpnConnectionId &&
        one.regionId === row.regionId &&
        // Without backups a run knows only of its own deletions. The clocks of two runs may differ.
        (WRITES_BACKUPS ? nowMs - one.atMs < DAY_MS - CLOCKS_OFF_MS : one.run === run),
    );
    return others.length >= perDay ? `number ${others.length + 1} of the day in ${row.regionId}` : undefined;
  }

  /** The mistake in the backups of a connection that is about to go. Undefined if it could be put back. */
  backupProblem(
    { VpnConnectionId: id, regionId }: ConnectionRecord,
    attachmentId: string | undefined,
  ): string | undefined {
    const folder = `backups/${OWN}/${regionId}/`;
    const backups = [...this.#files.contents()]
      .filter(([path]) => path.startsWith(folder) && (path.split('/').at(-1) ?? '').startsWith(`${id}-`))
      .map(([path, text]) => this.#readWhole(path, text))
      .filter((found) => found !== undefined)
      .filter(({ connection }) => (connection as Found | undefined)?.VpnConnectionId === id);
    if (backups.length === 0) {
      return 'it has no whole backup';
    }
    // A restore takes the newest backup that has an attachment.
    const newest = backups
      .filter(({ attachment }) => attachment !== null)
      .sort((one, next) => String(one.takenAt).localeCompare(String(next.takenAt)))
      .at(-1);
    const attachment = newest?.attachment as Found | undefined;
    const routed = this.#routed.get(id);
    if (routed !== undefined && attachment?.TransitRouterAttachmentId === routed && newest?.association === null) {
      return `its newest backup lacks the routes of ${routed}`;
    }
    const namesIt = ({ attachment }: Found) => (attachment as Found | null)?.TransitRouterAttachmentId === attachmentId;
    return attachmentId === undefined || backups.some(namesIt) ? undefined : `no backup names ${attachmentId}`;
  }

  /** The path of a document that holds a text that matches. Undefined if no document does. */
  leak(pattern: RegExp): string | undefined {
    const clean = this.#clean.get(pattern) ?? new Map<string, string>();
    this.#clean.set(pattern, clean);
    for (const [path, text] of this.#files.contents()) {
      if (clean.get(path) === text) {
        continue;
      }
      if (pattern.test(text)) {
        return path;
      }
      clean.set(path, text);
    }
    return undefined;
  }

  /** Whether a write may have been cut off unseen during a run that ends now. */
  mayBeCut(): boolean {
    return this.#files.wasEver('short-write');
  }

  /** Whether the whole result of a run is there. */
  hasResult(runId: string): boolean {
    return [...this.#files.contents()].some(
      ([path, text]) =>
        path.startsWith('results/') && path.endsWith(`-${runId}.json`) && this.#readWhole(path, text) !== undefined,
    );
  }

  /** A text is read once, because each run looks at all documents. */
  #readWhole(path: string, text: string): Found | undefined {
    const known = this.#read.get(path);
    if (known?.text === text) {
      return known.found;
    }
    const found = readWhole(text);
    this.#read.set(path, { text, found });
    return found;
  }
}

/** By a second reading of the contract, the last key is the hash of the text without that key. */
function readWhole(text: string): Found | undefined {
  const [, body, sha256] = /^([\s\S]*),"sha256":"([0-9a-f]{64})"\}$/.exec(text) ?? [];
  const isRight = body !== undefined && createHash('sha256').update(`${body}}`).digest('hex') === sha256;
  return isRight ? (JSON.parse(`${body}}`) as Found) : undefined;
}
