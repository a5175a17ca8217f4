import type { ConnectionRecord, Estate } from '../../../lib/emulator/estate/estate-types.ts';
import type { PolicyDocument } from '../stories/scenario.ts';
import { holdersOf, isSettledBound, section, toMs } from '../world/truth.ts';
import { CLOCKS_OFF_MS, markTags, noteAgeMs, noteOf, parseSeen } from './claims-monitor.ts';
import { maxGapMs } from './due.ts';

/** `detach.hold`, in milliseconds. */
export const holdMs = (policy: PolicyDocument): number => toMs(section(policy, 'detach').hold ?? '0s');

/** When the hold of a connection began, and when a run last vouched for it. */
type Hold = { sinceMs: number; aliveMs: number };

/**
 * Knows since when each connection that the sweeper detached has been held, from the effects in the cloud. Later claims in
 * tags are compared with it.
 */
export class HoldWatch {
  readonly #holds = new Map<string, Hold>();

  /** A connection as it was before the story began, or as somebody made it. */
  remember(row: ConnectionRecord, estate: Estate, nowMs: number): void {
    const note = noteOf(row);
    const isForeign = estate.attachments.some((one) => one.TransitRouterAttachmentId === note?.attachmentId);
    if (note === undefined || isForeign || note.atMs < row.CreateTime + CLOCKS_OFF_MS || note.atMs > nowMs) {
      return;
    }
    // After a void mark a lapsed note may go. Then it is as if nobody had detached the connection.
    if (parseSeen(markTags(row).seen).isVoid) {
      return;
    }
    this.#holds.set(row.VpnConnectionId, { sinceMs: note.atMs, aliveMs: nowMs - (noteAgeMs(row, nowMs) ?? 0) });
  }

  /** A connection that anyone binds again is held no more. */
  observe(row: ConnectionRecord, estate: Estate): void {
    if (isSettledBound(row, estate)) {
      this.#holds.delete(row.VpnConnectionId);
    }
  }

  /** Other people bound it, or took its tags away. */
  othersActed(row: ConnectionRecord | undefined, estate: Estate): void {
    if (row && (noteOf(row) === undefined || holdersOf(estate, row.VpnConnectionId).length > 0)) {
      this.#holds.delete(row.VpnConnectionId);
    }
  }

  /** The cloud accepted a detach of ours. */
  detached(row: ConnectionRecord | undefined, nowMs: number): void {
    if (row) {
      this.#holds.set(row.VpnConnectionId, { sinceMs: Math.min(nowMs, noteOf(row)?.atMs ?? nowMs), aliveMs: nowMs });
    }
  }

  /** A run wrote `seen` or a note. After a gap the hold starts at this moment. */
  vouched(id: string, policy: PolicyDocument, nowMs: number): void {
    const hold = this.#holds.get(id);
    if (hold === undefined) {
      return;
    }
    if (nowMs - hold.aliveMs > maxGapMs(policy) + CLOCKS_OFF_MS) {
      hold.sinceMs = nowMs;
    }
    hold.aliveMs = nowMs;
  }

  /** A note that is rightly removed holds nothing any more. */
  released(id: string): void {
    this.#holds.delete(id);
  }

  /** Why a connection may not be deleted yet. Undefined if its hold does not stand against it. */
  problemOf(id: string, policy: PolicyDocument, nowMs: number): string | undefined {
    const hold = this.#holds.get(id);
    const lengthMs = holdMs(policy);
    if (hold === undefined || lengthMs === 0) {
      return undefined;
    }
    if (nowMs - hold.aliveMs > maxGapMs(policy) + CLOCKS_OFF_MS) {
      return `nobody saw it for ${nowMs - hold.aliveMs} ms, and its hold did not start again`;
    }
    const leftMs = hold.sinceMs + lengthMs - CLOCKS_OFF_MS - nowMs;
    return leftMs > 0 ? `it is held for ${leftMs} ms more` : undefined;
  }
}
