import type { RunResult } from '../../../../lib/core/domain/outcome.ts';
import type { ConnectionRecord } from '../../../../lib/emulator/estate/estate-types.ts';
import type { Call } from '../../world/shown.ts';
import { isCrossDoubt, isFree, isProtected, section, toMs } from '../../world/truth.ts';
import { AHEAD_MS_MAX, CLOCKS_OFF_MS, markTags, noteOf, parseSeen } from '../claims-monitor.ts';
import { isHalfDone, maxGapMs } from '../due.ts';
import { HoldWatch, holdMs } from '../hold-watch.ts';
import { type Scene, SLACK_MS } from '../scene.ts';
import { idsOf, isGone, tagsOf } from '../tag-calls.ts';
import { clockErrorsMs, modeOf, type Say, type Watched } from '../watched-run.ts';

const NEVER = Number.NEGATIVE_INFINITY;

/** Tags that a run wrote on a connection. */
type TagWrite = {
  readonly row: ConnectionRecord | undefined;
  readonly seen: string | undefined;
  readonly note: string | undefined;
  readonly isProtectedNow: boolean;
};

/** S11: a run writes a note before a detach. The connection is held for its whole hold, and then finished. */
export class HalfDoneChecks {
  readonly #scene: Scene;
  readonly #holds = new HoldWatch();
  readonly #met = new Set<string>();
  /** When a detach note was last seen in the tags of a connection: other runs may remove it a moment before. */
  readonly #noted = new Map<string, number>();
  /** The last readable `seen` of a connection: a run may remove the mark before the note. */
  readonly #seen = new Map<string, number>();
  /** When the cloud accepted the detach of a connection. */
  readonly #detached = new Map<string, number>();
  /** When a run last saw a detach stand, and could say so. */
  readonly #vouched = new Map<string, number>();
  /**
   * The note of each connection whose mark a run made void while it was kept: the note had to go as well, but may have stayed.
   * So it counts only by its own age.
   */
  readonly #leftOver = new Map<string, number>();

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  observe(row: ConnectionRecord): void {
    const id = row.VpnConnectionId;
    const { estate } = this.#scene;
    const nowMs = this.#scene.now();
    if (noteOf(row)) {
      this.#noted.set(id, nowMs);
    }
    const { atMs } = parseSeen(markTags(row).seen);
    if (!Number.isNaN(atMs)) {
      this.#seen.set(id, atMs);
    }
    if (!this.#met.has(id)) {
      this.#met.add(id);
      this.#holds.remember(row, estate, nowMs);
    }
    this.#holds.observe(row, estate);
  }

  othersActed(id: string): void {
    this.#holds.othersActed(this.#scene.rowOf(id), this.#scene.estate);
  }

  noteDetached(id: string): void {
    const nowMs = this.#scene.now();
    this.#detached.set(id, nowMs);
    this.#vouched.set(id, nowMs);
    this.#holds.detached(this.#scene.rowOf(id), nowMs);
  }

  detachedMs(id: string): number {
    return this.#detached.get(id) ?? NEVER;
  }

  /** Its note was disproved: the detach counts no more. */
  forget(id: string): void {
    this.#detached.delete(id);
  }

  /** Some tag writes renew a hold, and some end it. */
  noteTags(run: Watched, call: Call): void {
    const { 'vco-sweeper:seen': seen, 'vco-sweeper:detached': note } = tagsOf(call);
    const { estate } = this.#scene;
    const nowMs = this.#scene.now();
    for (const id of idsOf(call)) {
      const row = this.#scene.rowOf(id);
      const isProtectedNow = row !== undefined && isProtected(row, run.policy, nowMs);
      this.#noteVoid(id, { row, seen, note, isProtectedNow });
      if (isGone(call, 'vco-sweeper:detached')) {
        const isFreeNow = row !== undefined && isFree(row, estate);
        // A detached connection keeps its hold when a run takes its note away without a reason.
        const isWorthless = isProtectedNow || !isFreeNow || this.#isLeftOver(id);
        if (holdMs(run.policy) === 0 || isWorthless || this.#scene.mayBeOthers(id, nowMs)) {
          this.#holds.released(id);
        }
      } else if (![undefined, 'void'].includes(seen) || note !== undefined) {
        this.#holds.vouched(id, run.policy, nowMs);
      }
    }
  }

  #noteVoid(id: string, { row, seen, note, isProtectedNow }: TagWrite): void {
    const standing = row && noteOf(row);
    if (seen === 'void' && isProtectedNow && standing) {
      this.#leftOver.set(id, standing.atMs);
    } else if (![undefined, 'void'].includes(seen) || ![undefined, 'void'].includes(note)) {
      this.#leftOver.delete(id);
    }
  }

  #isLeftOver(id: string): boolean {
    const noteMs = this.#leftOver.get(id);
    return noteMs !== undefined && this.#scene.now() - noteMs > maxGapMs(this.#scene.policy) - CLOCKS_OFF_MS;
  }

  /** A detach comes after its note. */
  checkNoted(run: Watched, call: Call, row: ConnectionRecord, say: Say): void {
    if (call.action !== 'DeleteTransitRouterVpnAttachment' || row.TransitRouterId === undefined) {
      return;
    }
    // A run that overlaps may remove the note between the last reading of this run and its detach.
    const readMs = run.overlapped ? toMs(section(run.policy, 'recheck').maxAge ?? '10s') : 0;
    const isNoted = this.#scene.now() - (this.#noted.get(row.VpnConnectionId) ?? NEVER) <= SLACK_MS + readMs;
    // Two runs that overlap may write the same note. With reads that lag, the second does not see that it was removed.
    const isHidden = run.overlapped && this.#scene.options.tagLagMs > 0;
    if (!isNoted && !this.#scene.blurred() && !isHidden) {
      say('S11', 'detached without a note in its tags');
    }
  }

  /** A detached connection stays until its hold is over. The hold starts again if no run looked for long. */
  checkHold(run: Watched, call: Call, row: ConnectionRecord, say: Say): void {
    if (call.action !== 'DeleteVpnAttachment' || row.AttachType !== 'NO_ASSOCIATED' || this.#scene.blurred()) {
      return;
    }
    const problem = this.#holds.problemOf(row.VpnConnectionId, run.policy, this.#scene.now());
    if (problem !== undefined) {
      say('S11', problem);
    }
  }

  /** The note shows a later run which connection was detached. For a moment another run cannot know of the detach. */
  checkNoteRemoval(run: Watched, row: ConnectionRecord): void {
    const scene = this.#scene;
    const id = row.VpnConnectionId;
    if (scene.blurred() || isProtected(row, run.policy, scene.now())) {
      return;
    }
    // The run may have read it while it was still protected.
    if ((scene.truthOf(id)?.protected.sinceMs ?? 0) >= run.startedMs) {
      return;
    }
    const ageMs = scene.now() - this.detachedMs(id);
    const stillSo = row.State === 'detaching' || isFree(row, scene.estate);
    // By the clock of this run the note may be of the future. Then it counts as malformed, and holds nothing any more.
    const latestMs = scene.now() + Math.min(0, ...clockErrorsMs(run)) + AHEAD_MS_MAX;
    if ((noteOf(row)?.atMs ?? 0) > latestMs) {
      this.#holds.released(id);
      return;
    }
    const isRecent = ageMs > SLACK_MS && ageMs < maxGapMs(run.policy) - CLOCKS_OFF_MS;
    // Runs that see it half-done keep its note alive, however long ago the detach was. A run whose clock is so slow that
    // their `seen` is of the future does not believe them.
    const isSeenAhead = (this.#seen.get(id) ?? NEVER) > latestMs;
    const isAlive = run.policy === scene.policy && !isSeenAhead && this.isHalfDone(row);
    if (stillSo && noteOf(row) && (isRecent || isAlive)) {
      scene.report(run, 'S11', `the detach note of ${id} was removed`);
    }
  }

  /** A later run has to find the connections that a killed run had detached. */
  checkDeath(run: Watched): void {
    const scene = this.#scene;
    for (const row of scene.rows) {
      const id = row.VpnConnectionId;
      const detachedMs = this.detachedMs(id);
      if (!run.touched.has(id) || detachedMs < run.startedMs || scene.blurred()) {
        continue;
      }
      const stillSo = row.State === 'detaching' || isFree(row, scene.estate);
      // Another run may have removed it just before the detach, within the time for which a reading counts.
      const isLostBefore = run.overlapped && (this.#noted.get(id) ?? NEVER) < detachedMs;
      if (stillSo && noteOf(row) === undefined && !isLostBefore && !scene.mayBeOthers(id, detachedMs)) {
        scene.report(run, 'S11', `nothing tells of the detach of ${id}`);
      }
    }
  }

  /** A connection that an earlier run began comes first, and does not stay half-done. */
  checkLeft(run: Watched, result: RunResult): void {
    const scene = this.#scene;
    if (scene.blurred() || run.misled || run.policy !== scene.policy) {
      return;
    }
    const others = [...run.touched].filter((id) => !run.maybeHalfDone.has(id));
    for (const row of scene.rows) {
      const id = row.VpnConnectionId;
      const isStillSo = isHalfDone(row, scene.estate, run.policy, scene.now()) && !scene.isNoteDead(row);
      if (!run.halfDone.has(id) || !isStillSo || !isSwept(run, result, row)) {
        continue;
      }
      const told = result.outcomes.find(({ connectionId }) => connectionId === id);
      if (told === undefined || ['waiting', 'marked', 'cleared', 'kept', 'planned'].includes(told.outcome)) {
        scene.report(run, 'S11', `${id} is half-done, and ends ${told?.outcome ?? 'kept'}`);
      }
      this.#checkStillHeld(run, row, told?.outcome);
      // A tried connection comes after the untried connections.
      if (told?.outcome === 'deferred' && told.code === null && others.length > 0 && !run.tried.has(id)) {
        scene.report(run, 'S11', `${id} is half-done, and ${others.join(', ')} came first`);
      }
    }
  }

  /** As soon as its hold is over, by any clock, it is held no more. */
  #checkStillHeld(run: Watched, row: ConnectionRecord, outcome: string | undefined): void {
    const heldMs = holdMs(run.policy);
    const noteMs = noteOf(row)?.atMs ?? this.#scene.now();
    if (outcome === 'held' && (heldMs === 0 || noteMs + heldMs < run.startedMs - CLOCKS_OFF_MS)) {
      this.#scene.report(run, 'S11', `${row.VpnConnectionId} is half-done, its hold is over, and it ends held`);
    }
  }

  /** A run that saw a detach stand and could write tags has said so. */
  vouch(run: Watched, result: RunResult): void {
    const scene = this.#scene;
    const isUnsure = scene.blurred() || run.readsMisled || run.tagsMisled || run.policy !== scene.policy;
    if (isUnsure || run.plan.savedPlan === 'swept') {
      return;
    }
    for (const row of scene.rows) {
      const id = row.VpnConnectionId;
      if (!isSwept(run, result, row)) {
        continue;
      }
      const told = result.outcomes.find(({ connectionId }) => connectionId === id);
      const ranOut = told?.outcome === 'deferred' && told.code !== null;
      if (!ranOut && (run.halfDone.has(id) || this.isHalfDone(row))) {
        this.#vouched.set(id, scene.now());
      }
      if (isProtected(row, run.policy, scene.now()) || !isFree(row, scene.estate)) {
        this.#vouched.delete(id);
      }
    }
  }

  /** A run detached it, and later runs saw it so without a gap: it is to be finished. */
  isHalfDone(row: ConnectionRecord): boolean {
    const scene = this.#scene;
    const note = noteOf(row);
    const vouchedMs = this.#vouched.get(row.VpnConnectionId);
    if (
      note === undefined ||
      vouchedMs === undefined ||
      scene.isNoteDead(row) ||
      this.#isLeftOver(row.VpnConnectionId)
    ) {
      return false;
    }
    if (note.atMs < row.CreateTime + CLOCKS_OFF_MS) {
      return false;
    }
    const isFresh = scene.now() - vouchedMs <= maxGapMs(scene.policy) - CLOCKS_OFF_MS;
    return isFresh && isFree(row, scene.estate) && !isCrossDoubt(row, scene.estate, scene.policy);
  }
}

/** Whether a run looked at the whole region of a connection, and was allowed to sweep it. */
function isSwept(run: Watched, result: RunResult, row: ConnectionRecord): boolean {
  const region = result.regions.find(({ regionId }) => regionId === row.regionId);
  return modeOf(run, row.VpnConnectionId, row.regionId) === 'sweep' && region?.listing === 'complete';
}
