import type { RunResult } from '../../../lib/core/domain/outcome.ts';
import type { Emulator } from '../../../lib/emulator/emulator-types.ts';
import type { ConnectionRecord } from '../../../lib/emulator/estate/estate-types.ts';
import type { PolicyDocument, RunPlan } from '../stories/scenario.ts';
import { type Call, type Reply, Shown } from '../world/shown.ts';
import { section, toMs } from '../world/truth.ts';
import { hasRoom, markTags, parseSeen } from './claims-monitor.ts';
import { isHalfDone, mayBeHalfDone } from './due.ts';
import { PlanWatch } from './plan-watch.ts';
import { ClaimChecks, claimsOf } from './promises/claim-checks.ts';
import { ClockChecks } from './promises/clock-checks.ts';
import { EndingChecks } from './promises/ending-checks.ts';
import { HalfDoneChecks } from './promises/half-done-checks.ts';
import { LimitChecks } from './promises/limit-checks.ts';
import { LookChecks } from './promises/look-checks.ts';
import { StoreChecks } from './promises/store-checks.ts';
import { ToldChecks } from './promises/told-checks.ts';
import { UseChecks } from './promises/use-checks.ts';
import { RequestLog } from './request-log.ts';
import { type MonitorOptions, Scene, SLACK_MS } from './scene.ts';
import { idsOf, isGone, keysOf, tagsOf } from './tag-calls.ts';
import type { Violation, Watched } from './watched-run.ts';

const NO_ROOM: readonly string[] = ['NumberExceed.Tags', 'QuotaExceeded.TagNum', 'SizeLimitExceeded.TagNum'];
const TAG_WRITES: readonly string[] = ['TagResources', 'UnTagResources'];

const idOf = ({ VpnConnectionId }: ConnectionRecord): string => VpnConnectionId;

/**
 * Knows the truth, and compares every call and every claim with it. It was written from the promises alone, apart from
 * the logic of the sweeper. The checks of each promise are in the folder `promises`.
 */
export class Monitor {
  readonly plans: PlanWatch;
  readonly #scene: Scene;
  readonly #use: UseChecks;
  readonly #looks: LookChecks;
  readonly #clocks: ClockChecks;
  readonly #claims: ClaimChecks;
  readonly #limits: LimitChecks;
  readonly #halfDone: HalfDoneChecks;
  readonly #endings: EndingChecks;
  readonly #stored: StoreChecks;
  readonly #told: ToldChecks;

  constructor(emulator: Emulator, policy: PolicyDocument, options: MonitorOptions) {
    this.#scene = new Scene(emulator, policy, options);
    this.plans = new PlanWatch(emulator, options);
    this.#use = new UseChecks(this.#scene);
    this.#looks = new LookChecks(this.#scene);
    this.#halfDone = new HalfDoneChecks(this.#scene);
    this.#clocks = new ClockChecks(this.#scene, this.#halfDone);
    this.#claims = new ClaimChecks(this.#scene, this.#halfDone);
    this.#limits = new LimitChecks(this.#scene);
    this.#endings = new EndingChecks(this.#scene);
    this.#stored = new StoreChecks(this.#scene);
    this.#told = new ToldChecks(this.#scene, this.#clocks);
    this.observe();
  }

  get violations(): Violation[] {
    return this.#scene.violations;
  }

  get unclearable(): number {
    return this.#claims.unclearable;
  }

  usePolicy(policy: PolicyDocument): void {
    this.#scene.usePolicy(policy);
    this.#claims.usePolicy(policy);
    this.#lookAgain();
  }

  /** Look at everything again, if any of it may have changed. */
  observe(): void {
    const { options, dead } = this.#scene;
    if (this.#observed !== `${options.now()} ${options.changes()} ${dead.size}`) {
      this.#lookAgain();
    } else {
      this.plans.observe(this.#scene.policy);
    }
  }

  /** The moment of the last look, with the counts of the changes in the cloud and of dead claims up to then. */
  #observed = '';

  #lookAgain(): void {
    const { options, dead } = this.#scene;
    this.#observed = `${options.now()} ${options.changes()} ${dead.size}`;
    this.plans.observe(this.#scene.policy);
    for (const row of this.#scene.rows) {
      this.#halfDone.observe(row);
      this.#clocks.observe(row);
      this.#scene.observe(row);
    }
  }

  /** A run begins. */
  watch(plan: RunPlan, policy: PolicyDocument, deadlineMs: number): Watched {
    this.observe();
    const { rows, estate } = this.#scene;
    const nowMs = this.#scene.now();
    const idsWhere = (is: (row: ConnectionRecord) => boolean) => new Set(rows.filter(is).map(idOf));
    const run: Watched = {
      plan,
      policy,
      startedMs: nowMs,
      deadlineMs,
      shown: new Shown(),
      misled: false,
      readsMisled: false,
      tagsMisled: false,
      overlapped: false,
      attempts: new Map(),
      claims: new Set(rows.flatMap(claimsOf)),
      tried: idsWhere((row) => parseSeen(markTags(row).seen).triedMs !== undefined),
      roomless: idsWhere((row) => !hasRoom(row, row.AttachType === 'CEN')),
      touched: new Set(),
      marked: new Set(),
      unmarked: new Set(),
      sent: new Set(),
      requests: new RequestLog(),
      due: this.#limits.countDue(policy),
      ours: this.#limits.countOurs(),
      halfDone: idsWhere((row) => isHalfDone(row, estate, policy, nowMs) && !this.#scene.isNoteDead(row)),
      maybeHalfDone: idsWhere((row) => mayBeHalfDone(row, policy, nowMs)),
    };
    this.#claims.noteStart(run);
    return run;
  }

  /** A run sends a call. */
  before(run: Watched, call: Call): void {
    this.observe();
    for (const text of this.plans.problemsOf(run, call)) {
      this.#scene.report(run, 'S18', text);
    }
    this.#endings.checkDeadline(run, `${call.action} after the deadline`);
    const id = this.#scene.targetOf(call);
    if (id === undefined) {
      if (TAG_WRITES.includes(call.action)) {
        this.#checkTagWrite(run, call);
      }
      return;
    }
    if (call.action === 'DeleteVpnAttachment') {
      run.sent.add(id);
    }
    const isRepeated = run.requests.isUnanswered(call);
    const wrongToken = run.requests.send(call);
    if (wrongToken !== undefined) {
      this.#scene.report(run, 'S12', `${call.action} ${id}: ${wrongToken}`);
    }
    this.#checkRemoval(run, call, id);
    if (!isRepeated) {
      this.#limits.checkWindow(run, call, id);
      this.#stored.checkRemoval(run, call, id);
    }
  }

  /** A run has the reply to a call. */
  after(run: Watched, call: Call, sentMs: number, reply: Reply): void {
    run.shown.add(call, sentMs, reply);
    run.requests.receive(call, reply);
    const { Code: code } = (reply.body ?? {}) as { Code?: unknown };
    if (call.action === 'TagResources' && NO_ROOM.includes(String(code))) {
      this.#use.checkRoom(run, call);
    }
  }

  /** Other people did something to a connection. */
  othersActed(id: string): void {
    this.#scene.othersActed(id);
    this.#lookAgain();
    this.#halfDone.othersActed(id);
    this.#claims.othersActed(id);
    this.#clocks.othersActed(id);
  }

  /** An effect took place in the cloud, whether or not the run heard of it. */
  effect(run: Watched, call: Call, id: string | undefined): void {
    if (id !== undefined) {
      const row = this.#scene.rowOf(id);
      if (row && !run.touched.has(id) && !run.maybeHalfDone.has(id)) {
        this.#limits.noteBegun(run, call, row);
      }
      run.touched.add(id);
      if (call.action === 'DeleteTransitRouterVpnAttachment') {
        this.#halfDone.noteDetached(id);
      }
    }
    if (TAG_WRITES.includes(call.action)) {
      this.#noteTags(run, call);
    }
    this.#lookAgain();
  }

  #noteTags(run: Watched, call: Call): void {
    this.#halfDone.noteTags(run, call);
    if (call.action === 'TagResources') {
      const isMark = tagsOf(call)['vco-sweeper:orphan'] !== undefined;
      for (const id of isMark ? idsOf(call) : []) {
        run.marked.add(id);
        this.#endings.noteMarked(id);
      }
      this.#clocks.noteMarks(run, call);
      this.#claims.noteMarks(call);
    } else if (keysOf(call).includes('vco-sweeper:orphan')) {
      for (const id of idsOf(call)) {
        this.#clocks.noteRemoved(id);
        run.unmarked.add(id);
      }
    }
  }

  /** A run comes to its end. */
  end(run: Watched, result: RunResult, lines: readonly unknown[]): void {
    this.observe();
    this.#claims.noteEnd(run);
    this.#endings.checkClaims(run, result);
    this.#endings.checkDetachClaims(run, lines);
    this.#endings.checkCounts(run, result);
    this.#stored.checkStored(run, result);
    this.#halfDone.checkLeft(run, result);
    this.#claims.checkMarksOfUsed(run, result);
    this.#claims.buryClaims(run, result);
    this.#halfDone.vouch(run, result);
    this.#endings.checkDeadline(run, 'the run ended after its deadline');
    this.#endings.checkSecrets(run, result, lines);
  }

  /** A run is killed. */
  die(run: Watched): void {
    this.observe();
    this.#claims.noteEnd(run);
    this.#halfDone.checkDeath(run);
  }

  fail(run: Watched, what: string): void {
    this.#claims.noteEnd(run);
    this.#scene.report(run, 'S14', what);
  }

  #checkRemoval(run: Watched, call: Call, id: string): void {
    const row = this.#scene.rowOf(id);
    // A connection that is already on its way out cannot be deleted any more.
    if (row === undefined || row.pending?.to === 'gone' || row.pending?.to === 'deleted') {
      return;
    }
    const say = (promise: string, text: string) => this.#scene.report(run, promise, `${call.action} ${id}: ${text}`);
    const allowanceMs = toMs(section(run.policy, 'recheck').maxAge ?? '10s') + SLACK_MS;
    this.#use.checkScope(run, row, say);
    this.#looks.checkListing(run, row, say);
    this.#looks.checkFreshness(run, { call, row, allowanceMs }, say);
    this.#halfDone.checkNoted(run, call, row, say);
    this.#use.checkTruth(run, row, allowanceMs, say);
    this.#looks.checkWitnesses(run, call, row, say);
    this.#clocks.checkGrace(run, row, allowanceMs, say);
    this.#told.checkTold(run, row, allowanceMs, say);
    this.#halfDone.checkHold(run, call, row, say);
    this.#limits.checkLimits(run, row, say);
    this.#limits.checkShare(run, row, say);
  }

  #checkTagWrite(run: Watched, call: Call): void {
    for (const id of idsOf(call)) {
      const row = this.#scene.rowOf(id);
      if (row === undefined) {
        continue;
      }
      this.#use.checkTagMode(run, call, row);
      // Checked when the call is sent: nobody can know what happens while it is on its way.
      if (isGone(call, 'vco-sweeper:detached')) {
        this.#halfDone.checkNoteRemoval(run, row);
      }
      this.#claims.noteAttempt(run, call, id);
      this.#use.checkTagOwner(run, call, row);
      this.#looks.checkTagListing(run, call, row);
      this.#claims.checkMark(run, call, id);
    }
  }

  /** A sweep may not leave it for long. */
  isSwept(row: ConnectionRecord): boolean {
    const truth = this.#scene.truthOf(idOf(row));
    return truth?.sweepable.value === true && !truth.protected.value;
  }

  /** A run detached it, and later runs saw it so without a gap. */
  isHalfDone(row: ConnectionRecord): boolean {
    return this.#halfDone.isHalfDone(row);
  }
}
