import type { RunResult } from '../../../../lib/core/domain/outcome.ts';
import type { ConnectionRecord } from '../../../../lib/emulator/estate/estate-types.ts';
import type { PolicyDocument } from '../../stories/scenario.ts';
import type { Call } from '../../world/shown.ts';
import { graceMs, isOurs, RULES } from '../../world/truth.ts';
import { claimOfNote, clockKey, markTags, noteOf, parseClocks, parseSeen } from '../claims-monitor.ts';
import { isNoteDead } from '../due.ts';
import { holdMs } from '../hold-watch.ts';
import type { Scene, Since } from '../scene.ts';
import { idsOf, keysOf, tagsOf } from '../tag-calls.ts';
import { modeOf, type Watched } from '../watched-run.ts';
import type { HalfDoneChecks } from './half-done-checks.ts';

/** S4: a claim in tags that is wrong is not written, and does not outlive the run that sees that it is wrong. */
export class ClaimChecks {
  readonly #scene: Scene;
  readonly #halfDone: HalfDoneChecks;
  /** How often a run could neither remove nor overwrite a claim that had to go. No later run can know of it. */
  unclearable = 0;
  readonly #underWay = new Set<Watched>();
  /** Notes that are dead only because they lapsed. By another policy they may count. */
  readonly #lapsed = new Set<string>();

  constructor(scene: Scene, halfDone: HalfDoneChecks) {
    this.#scene = scene;
    this.#halfDone = halfDone;
  }

  /** From the start of this run on a mark may be renewed, which must not bring a lapsed note back to life. */
  noteStart(run: Watched): void {
    this.#underWay.add(run);
    for (const row of this.#scene.rows) {
      const mode = modeOf(run, row.VpnConnectionId, row.regionId) ?? 'plan';
      if (mode !== 'plan') {
        this.#buryLapsedNote(row, run.policy);
      }
    }
  }

  /** By the gap of the new policy, a note may not have lapsed. */
  usePolicy(policy: PolicyDocument): void {
    for (const row of this.#scene.rows) {
      const claim = claimOfNote(row);
      if (!isNoteDead(row, policy, this.#scene.now()) && this.#lapsed.delete(claim)) {
        this.#scene.dead.delete(claim);
      }
    }
  }

  /** Other people may have written a lapsed note, while a run that does not know of it is about to renew the mark. */
  othersActed(id: string): void {
    const row = this.#scene.rowOf(id);
    if (row) {
      for (const { policy } of this.#underWay) {
        this.#buryLapsedNote(row, policy);
      }
    }
  }

  /** A run has ended, or was killed. */
  noteEnd(run: Watched): void {
    this.#underWay.delete(run);
  }

  /** A run wrote tags. It could not know of a note that other people wrote after its last reading. */
  noteMarks(call: Call): void {
    for (const id of idsOf(call)) {
      const row = this.#scene.rowOf(id);
      if (row && this.#scene.isRaced(id)) {
        this.#scene.dead.delete(claimOfNote(row));
      }
    }
  }

  #buryLapsedNote(row: ConnectionRecord, policy: PolicyDocument): void {
    const claim = claimOfNote(row);
    const isLapsed = isNoteDead(row, policy, this.#scene.now()) && !this.#halfDone.isHalfDone(row);
    if (isLapsed && !this.#scene.dead.has(claim)) {
      this.#scene.dead.add(claim);
      this.#lapsed.add(claim);
    }
  }

  /** A run tries to write over a mark or a note, or to remove it. */
  noteAttempt(run: Watched, call: Call, id: string): void {
    const attempts = run.attempts.get(id) ?? {
      markRemoval: false,
      markWrite: false,
      noteRemoval: false,
      noteWrite: false,
    };
    run.attempts.set(id, attempts);
    const tags = tagsOf(call);
    const keys = keysOf(call);
    attempts.markRemoval ||= keys.includes('vco-sweeper:orphan') || keys.includes('vco-sweeper:seen');
    attempts.noteRemoval ||= keys.includes('vco-sweeper:detached');
    attempts.markWrite ||= tags['vco-sweeper:seen'] === 'void' || tags['vco-sweeper:orphan'] !== undefined;
    attempts.noteWrite ||= tags['vco-sweeper:detached'] === 'void';
  }

  /** A mark says that a run saw an orphan. That must not be said of a connection that was no orphan all the time. */
  checkMark(run: Watched, call: Call, id: string): void {
    const scene = this.#scene;
    const { 'vco-sweeper:seen': seen, 'vco-sweeper:detached': note } = tagsOf(call);
    // A hold that starts again is written as a whole.
    const isHeldAgain = holdMs(run.policy) > 0 && note !== undefined;
    if (['void', undefined].includes(seen) || isHeldAgain) {
      return;
    }
    const sweepable = scene.truthOf(id)?.sweepable;
    if (sweepable === undefined || scene.blurred() || run.policy !== scene.policy) {
      return;
    }
    if (!sweepable.value && sweepable.sinceMs < run.startedMs) {
      scene.report(run, 'S4', `${id} is said to be seen as an orphan: it is in use, or in doubt`);
    }
  }

  /** If a connection was in use for the whole of a run that saw it so, its mark is gone when the run ends. */
  checkMarksOfUsed(run: Watched, result: RunResult): void {
    const scene = this.#scene;
    if (scene.blurred() || run.misled) {
      return;
    }
    for (const row of scene.rows) {
      const truth = scene.truthOf(row.VpnConnectionId);
      const used =
        truth && !truth.sweepable.value && truth.sweepable.sinceMs < run.startedMs && row.State === 'attached';
      const told = result.outcomes.find(({ connectionId }) => connectionId === row.VpnConnectionId)?.outcome ?? 'kept';
      if (!used || !mayWriteTags(run, result, row) || told !== 'kept') {
        continue;
      }
      if ('vco-sweeper:orphan' in row.tags && !parseSeen(markTags(row).seen).isVoid) {
        scene.report(run, 'S4', `${row.VpnConnectionId} is in use and keeps its mark`);
      }
    }
  }

  /**
   * A claim that was wrong for the whole of a run that saw it so is gone or void when that run ends. If it still stands,
   * no later run may go by it. The exception: both kinds of write failed, and then no later run can know.
   */
  buryClaims(run: Watched, result: RunResult): void {
    const scene = this.#scene;
    const isUnsure = scene.blurred() || run.readsMisled || run.overlapped || run.policy !== scene.policy;
    // A sweep of a plan leaves a changed connection as it is, tags included.
    if (isUnsure || run.plan.timeoutMs !== undefined || run.plan.savedPlan === 'swept') {
      return;
    }
    for (const row of scene.rows) {
      if (!mayWriteTags(run, result, row) || !isOurs(row)) {
        continue;
      }
      for (const claim of claimsOf(row)) {
        if (run.claims.has(claim) && this.#isDisproved(run, row, claim)) {
          this.#bury(run, row, claim);
        }
      }
    }
  }

  #isDisproved(run: Watched, row: ConnectionRecord, claim: string): boolean {
    const id = row.VpnConnectionId;
    const truth = this.#scene.truthOf(id);
    if (truth === undefined) {
      return false;
    }
    const whole = ({ sinceMs }: Since<unknown>) => sinceMs < run.startedMs;
    if (truth.protected.value && whole(truth.protected)) {
      return true;
    }
    const disproved = this.#scene.disprovedFor(run, id);
    const note = noteOf(row);
    if (claim !== claimOfNote(row)) {
      return disproved.some((rule) => claim.startsWith(`${id} ${rule} `));
    }
    if (truth.bound.value === '' || !whole(truth.bound)) {
      return false;
    }
    const isAllDisproved = RULES.every((rule) => graceMs(run.policy, rule) === undefined || disproved.includes(rule));
    return isAllDisproved || (disproved.length > 0 && truth.bound.value !== note?.attachmentId);
  }

  #bury(run: Watched, row: ConnectionRecord, claim: string): void {
    const id = row.VpnConnectionId;
    const isNote = claim.startsWith(`${id} note `);
    if (!isNote && parseSeen(markTags(row).seen).isVoid) {
      return;
    }
    const attempts = run.attempts.get(id);
    const isExcused = isNote
      ? attempts?.noteRemoval && attempts.noteWrite
      : attempts?.markRemoval && attempts.markWrite;
    if (isExcused) {
      this.unclearable += 1;
    } else {
      this.#scene.dead.add(claim);
      this.#lapsed.delete(claim);
      if (isNote) {
        this.#halfDone.forget(id);
      }
    }
  }
}

/** What the tags of a connection claim: each clock of its mark, and its detach note. */
export function claimsOf(row: ConnectionRecord): readonly string[] {
  const id = row.VpnConnectionId;
  const clocks = (parseClocks(markTags(row).orphan) ?? []).map((clock) => `${id} ${clockKey(clock)}`);
  return noteOf(row) ? [...clocks, claimOfNote(row)] : clocks;
}

/** Whether a run looked at the whole region of a connection, and was allowed to write tags on it. */
function mayWriteTags(run: Watched, result: RunResult, row: ConnectionRecord): boolean {
  const mode = modeOf(run, row.VpnConnectionId, row.regionId);
  const region = result.regions.find(({ regionId }) => regionId === row.regionId);
  return mode !== undefined && mode !== 'plan' && region?.listing === 'complete';
}
