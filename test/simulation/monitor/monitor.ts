import type { RunResult } from '../../../lib/core/domain/outcome.ts';
import type { Emulator } from '../../../lib/emulator/emulator-types.ts';
import type { ConnectionRecord } from '../../../lib/emulator/estate/estate-types.ts';
import { OWN, type PolicyDocument, REREADS_WITNESSES, type RunPlan, WRITES_BACKUPS } from '../stories/scenario.ts';
import { type Call, type Reply, Shown } from '../world/shown.ts';
import {
  contradicted,
  graceMs,
  heldRules,
  holdersOf,
  isClosed,
  isCrossDoubt,
  isFree,
  isOurs,
  isProtected,
  isSettledBound,
  RULES,
  type RuleName,
  regionsOf,
  section,
  toMs,
} from '../world/truth.ts';
import {
  AHEAD_MS_MAX,
  CLOCKS_OFF_MS,
  type Clock,
  clockKey,
  hasRoom,
  type MarkTags,
  markTags,
  noteOf,
  parseClocks,
  parseSeen,
  type Seen,
} from './claims-monitor.ts';
import { isCounted, isDue, isHalfDone, isNoteDead, maxGapMs, mayBeHalfDone } from './due.ts';
import { HoldWatch, holdMs } from './hold-watch.ts';
import { PlanWatch } from './plan-watch.ts';
import { RequestLog } from './request-log.ts';
import type { StoreWatch } from './store-watch.ts';

export type Violation = {
  readonly promise: string;
  readonly text: string;
  readonly atMs: number;
  readonly run: number;
};

/** What is true of one connection, and since when. */
type Since<Value> = { readonly value: Value; readonly sinceMs: number };
/** `wasMarked`: the mark before the last change to it, which a run may not have seen yet. */
type Truth = {
  protected: Since<boolean>;
  sweepable: Since<boolean>;
  held: Since<string>;
  mark: Since<string>;
  wasMarked: MarkTags | undefined;
  contradicted: Since<string>;
  /** The attachment that holds it, if it is bound and settled; else empty. */
  bound: Since<string>;
};
/** Where a mark came from: what breaks each of its clocks, if anything does, and when it was last renewed. */
type Chain = { clocks: Map<string, string | undefined>; renewedMs: number };
/** What a run tried to write over, or to remove, of mark and note. */
type Attempts = { markRemoval: boolean; markWrite: boolean; noteRemoval: boolean; noteWrite: boolean };

export type Watched = {
  readonly plan: RunPlan;
  readonly policy: PolicyDocument;
  readonly startedMs: number;
  readonly deadlineMs: number;
  readonly shown: Shown;
  /** Connections whose detach or delete the cloud accepted. */
  readonly touched: Set<string>;
  readonly marked: Set<string>;
  /** A reply of this run was spoilt: what it did not do, it may not have known of. */
  misled: boolean;
  /** A read was spoilt. */
  readsMisled: boolean;
  /** A tag write was spoilt. */
  tagsMisled: boolean;
  /** Another run was at work meanwhile. */
  overlapped: boolean;
  readonly attempts: Map<string, Attempts>;
  /** Keys of the clocks, and texts of the notes, that stood there when the run began. */
  readonly claims: ReadonlySet<string>;
  /** Those that were tried before, when the run began. */
  readonly tried: ReadonlySet<string>;
  /** Those whose own tags leave no room for the sweeper's, when the run began. */
  readonly roomless: ReadonlySet<string>;
  /** Connections for which a delete was sent, whatever became of it. */
  readonly sent: Set<string>;
  readonly unmarked: Set<string>;
  readonly requests: RequestLog;
  /** By region, how many would have to go when the run began. */
  readonly due: ReadonlyMap<string, number>;
  /** Those an earlier run detached and did not delete, when the run began. */
  readonly halfDone: ReadonlySet<string>;
  /** Those whose detach note may still count, whichever clock is right. */
  readonly maybeHalfDone: ReadonlySet<string>;
};

/** A detach or delete of one connection. */
type Removal = { readonly call: Call; readonly row: ConnectionRecord; readonly allowanceMs: number };

/** Tolerance for what happens between a reading and the write that follows it, beyond `recheck.maxAge`. */
const SLACK_MS = 4_000;
/** Who changed the tags this long before a detach may have removed its note. */
const OTHERS_MS = 60_000;
/** A round of the lists of all transit routers is never older. */
const ROUND_AGE_MS_MAX = 60_000;
const NO_ROOM: readonly string[] = ['NumberExceed.Tags', 'QuotaExceeded.TagNum', 'SizeLimitExceeded.TagNum'];
const CANARY = /CANARY|Signature=|SecurityToken=/;

export type MonitorOptions = {
  readonly now: () => number;
  /** While the cloud itself serves old states, nobody can be blamed for believing them. */
  readonly blurred: () => boolean;
  /** How far tag reads lag. */
  readonly tagLagMs: number;
  /** Left out: runs have no store. */
  readonly store?: StoreWatch | undefined;
  /** How long one round of all lists of transit routers takes at most. */
  readonly roundMs: number;
};

/**
 * Knows the truth, and compares every call and every claim with it. Written apart from the sweeper's logic, from the
 * promises alone.
 */
export class Monitor {
  readonly violations: Violation[] = [];
  readonly plans: PlanWatch;
  readonly #emulator: Emulator;
  readonly #now: () => number;
  readonly #blurred: () => boolean;
  #policy: PolicyDocument;
  readonly #truths = new Map<string, Truth>();
  /** When a run last wrote a mark on it. */
  readonly #markedMs = new Map<string, number>();
  readonly #chains = new Map<string, Chain>();
  /** When its detach note was last seen in its tags: other runs may remove it a moment before. */
  readonly #noted = new Map<string, number>();
  readonly #halfDone = new Map<string, number>();
  /** Claims that a run disproved and left standing although it could have removed them. */
  readonly #dead = new Set<string>();
  /** When a run last saw a detach stand, and could say so. */
  readonly #vouched = new Map<string, number>();
  /** How often a run could neither remove nor overwrite a claim that had to go: no later run can know. */
  unclearable = 0;
  readonly #holds = new HoldWatch();
  /** When other people last changed its tags. */
  readonly #retagged = new Map<string, number>();

  readonly #options: MonitorOptions;

  constructor(emulator: Emulator, policy: PolicyDocument, options: MonitorOptions) {
    this.#options = options;
    this.#emulator = emulator;
    this.#policy = policy;
    this.#now = options.now;
    this.#blurred = options.blurred;
    this.plans = new PlanWatch(emulator, options);
    this.observe();
  }

  usePolicy(policy: PolicyDocument): void {
    this.#policy = policy;
    // What was in use or protected by another policy was so in another sense.
    this.#truths.clear();
    this.observe();
  }

  watch(plan: RunPlan, policy: PolicyDocument, deadlineMs: number): Watched {
    this.observe();
    const { estate } = this.#emulator;
    const { vpnConnections: rows } = estate;
    const halfDone = rows.filter((row) => isHalfDone(row, estate, policy, this.#now()) && !this.#isNoteDead(row));
    const tried = rows.filter((row) => parseSeen(markTags(row).seen).triedMs !== undefined);
    const roomless = rows.filter((row) => !hasRoom(row, row.AttachType === 'CEN'));
    const run: Watched = {
      plan,
      policy,
      startedMs: this.#now(),
      deadlineMs,
      shown: new Shown(),
      misled: false,
      readsMisled: false,
      tagsMisled: false,
      overlapped: false,
      attempts: new Map(),
      claims: new Set(rows.flatMap(claimsOf)),
      tried: new Set(tried.map(idOf)),
      roomless: new Set(roomless.map(idOf)),
      touched: new Set(),
      marked: new Set(),
      unmarked: new Set(),
      sent: new Set(),
      requests: new RequestLog(),
      due: this.#countDue(policy),
      halfDone: new Set(halfDone.map(idOf)),
      maybeHalfDone: new Set(estate.vpnConnections.filter((row) => mayBeHalfDone(row, policy, this.#now())).map(idOf)),
    };
    for (const row of rows) {
      const mode = modeOf(run, idOf(row), row.regionId) ?? 'plan';
      // From now on a mark may be renewed, which must not bring the note back to life.
      if (mode !== 'plan' && isNoteDead(row, policy, this.#now()) && !this.isHalfDone(row)) {
        this.#dead.add(`${idOf(row)} note ${noteOf(row)?.text}`);
      }
    }
    return run;
  }

  /** Look at everything again; called whenever something may have changed. */
  observe(): void {
    this.plans.observe(this.#policy);
    for (const row of this.#emulator.estate.vpnConnections) {
      const id = row.VpnConnectionId;
      if (noteOf(row)) {
        this.#noted.set(id, this.#now());
      }
      if (!this.#chains.has(id)) {
        this.#rememberPast(row);
        this.#holds.remember(row, this.#emulator.estate, this.#now());
      }
      this.#holds.observe(row, this.#emulator.estate);
      const before = this.#truths.get(id);
      const keep = <Value>(since: Since<Value> | undefined, value: Value): Since<Value> =>
        since?.value === value ? since : { value, sinceMs: since ? this.#now() : Number.NEGATIVE_INFINITY };
      const { estate } = this.#emulator;
      const rules = heldRules(row, estate, this.#policy, this.#now());
      const bound = isSettledBound(row, estate) ? (holdersOf(estate, id)[0]?.TransitRouterAttachmentId ?? '') : '';
      this.#truths.set(id, {
        protected: keep(before?.protected, isProtected(row, this.#policy, this.#now())),
        sweepable: keep(before?.sweepable, this.#isSweepable(row, rules)),
        held: keep(before?.held, rules.join(' ')),
        mark: keep(before?.mark, JSON.stringify(markTags(row))),
        wasMarked:
          before && before.mark.value !== JSON.stringify(markTags(row))
            ? (JSON.parse(before.mark.value) as MarkTags)
            : before?.wasMarked,
        contradicted: keep(before?.contradicted, contradicted(row, estate, this.#policy, this.#now()).join(' ')),
        bound: keep(before?.bound, bound),
      });
    }
  }

  before(run: Watched, call: Call): void {
    this.observe();
    for (const text of this.plans.problemsOf(run, call)) {
      this.#report(run, 'S18', text);
    }
    if (this.#now() > run.deadlineMs + SLACK_MS) {
      this.#report(run, 'deadline', `${call.action} after the deadline`);
    }
    const id = this.#targetOf(call);
    if (id === undefined) {
      if (call.action === 'TagResources' || call.action === 'UnTagResources') {
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
      this.#report(run, 'S12', `${call.action} ${id}: ${wrongToken}`);
    }
    this.#checkRemoval(run, call, id);
    if (!isRepeated) {
      this.#checkWindow(run, call, id);
      this.#checkStore(run, call, id);
    }
  }

  after(run: Watched, call: Call, sentMs: number, reply: Reply): void {
    run.shown.add(call, sentMs, reply);
    run.requests.receive(call, reply);
    const { Code: code } = (reply.body ?? {}) as { Code?: unknown };
    if (call.action !== 'TagResources' || !NO_ROOM.includes(String(code))) {
      return;
    }
    const id = idsOf(call).find((one) => run.roomless.has(one));
    if (id) {
      this.#report(run, 'S14', `TagResources ${id}: it has no room for more tags, and that was to be seen`);
    }
  }

  /** Other people did something to a connection. */
  othersActed(id: string): void {
    this.#retagged.set(id, this.#now());
    this.observe();
    const row = this.#rowOf(id);
    this.#holds.othersActed(row, this.#emulator.estate);
    // A mark that somebody else wrote is one of the past, and no run can tell.
    const { clocks } = this.#chains.get(id) ?? {};
    for (const clock of (row && parseClocks(markTags(row).orphan)) ?? []) {
      if (clocks?.has(clockKey(clock)) === false) {
        clocks.set(clockKey(clock), undefined);
      }
    }
  }

  #rowOf(id: string): ConnectionRecord | undefined {
    return this.#emulator.estate.vpnConnections.find((row) => idOf(row) === id);
  }

  #isOthers(id: string, sinceMs: number): boolean {
    return (this.#retagged.get(id) ?? Number.NEGATIVE_INFINITY) >= sinceMs - OTHERS_MS;
  }

  /** An effect took place in the cloud, whether or not the run heard of it. */
  effect(run: Watched, call: Call, id: string | undefined): void {
    if (id !== undefined) {
      const row = this.#rowOf(id);
      if (row && !run.touched.has(id) && !run.maybeHalfDone.has(id)) {
        this.#noteBegun(run, call, row);
      }
      run.touched.add(id);
      if (call.action === 'DeleteTransitRouterVpnAttachment') {
        this.#halfDone.set(id, this.#now());
        this.#vouched.set(id, this.#now());
        this.#holds.detached(this.#rowOf(id), this.#now());
      }
    }
    this.#noteHolds(run, call);
    if (call.action === 'TagResources') {
      this.#noteMarks(run, call);
    }
    if (call.action === 'UnTagResources') {
      for (const target of idsOf(call)) {
        if (!keysOf(call).includes('vco-sweeper:orphan')) {
          continue;
        }
        this.#chains.set(target, { clocks: new Map(), renewedMs: Number.NaN });
        run.unmarked.add(target);
      }
    }
    this.observe();
  }

  /** Counted when it takes effect: many may be on their way at the same time, and some are refused. */
  #noteBegun(run: Watched, call: Call, row: ConnectionRecord): void {
    const { store } = this.#options;
    const full = store?.whyFull(row, run.policy, run.plan.id, this.#now());
    const isFinished = call.action === 'DeleteVpnAttachment' && noteOf(row) !== undefined;
    if (full && !run.overlapped && !isFinished) {
      this.#report(run, 'S7', `${call.action} ${idOf(row)}: ${full}`);
    }
    store?.began(row, run.plan.id, this.#now());
  }

  /** Which tag writes renew a hold, and which end it. */
  #noteHolds(run: Watched, call: Call): void {
    const { 'vco-sweeper:seen': seen, 'vco-sweeper:detached': note } = tagsOf(call);
    for (const id of idsOf(call)) {
      if (isGone(call, 'vco-sweeper:detached')) {
        const row = this.#rowOf(id);
        const isProtectedNow = row !== undefined && isProtected(row, run.policy, this.#now());
        const isFreeNow = row !== undefined && isFree(row, this.#emulator.estate);
        // A detached connection keeps its hold when a run takes its note away without a reason.
        if (holdMs(run.policy) === 0 || isProtectedNow || !isFreeNow || this.#isOthers(id, this.#now())) {
          this.#holds.released(id);
        }
      } else if (![undefined, 'void'].includes(seen) || note !== undefined) {
        this.#holds.vouched(id, run.policy, this.#now());
      }
    }
  }

  end(run: Watched, result: RunResult, lines: readonly unknown[]): void {
    this.observe();
    this.#checkClaims(run, result);
    this.#checkDetachClaims(run, lines);
    this.#checkCounts(run, result);
    this.#checkStored(run, result, this.#options.store?.mayBeCut() ?? false);
    this.#checkHalfDone(run, result);
    this.#checkMarksOfUsed(run, result);
    this.#buryClaims(run, result);
    this.#vouchForHalfDone(run, result);
    if (this.#now() > run.deadlineMs + SLACK_MS) {
      this.#report(run, 'deadline', 'the run ended after its deadline');
    }
    const text = JSON.stringify(result) + JSON.stringify(lines);
    const [leak] = CANARY.exec(text) ?? [this.#options.store?.leak(CANARY)];
    if (leak) {
      this.#report(run, 'S13', `a secret got out: ${leak}`);
    }
  }

  /** What a run that was killed had detached, somebody else has to find. */
  die(run: Watched): void {
    this.observe();
    for (const row of this.#emulator.estate.vpnConnections) {
      const id = row.VpnConnectionId;
      const detachedMs = this.#halfDone.get(id) ?? Number.NEGATIVE_INFINITY;
      if (!run.touched.has(id) || detachedMs < run.startedMs || this.#blurred()) {
        continue;
      }
      const stillSo = row.State === 'detaching' || isFree(row, this.#emulator.estate);
      if (stillSo && noteOf(row) === undefined && !this.#isOthers(id, detachedMs)) {
        this.#report(run, 'S11', `nothing tells of the detach of ${id}`);
      }
    }
  }

  fail(run: Watched, what: string): void {
    this.#report(run, 'S14', what);
  }

  #isSweepable(row: ConnectionRecord, held: readonly RuleName[]): boolean {
    const { estate } = this.#emulator;
    const isSettled = isFree(row, estate) && !isCrossDoubt(row, estate, this.#policy);
    const halfDone = isSettled && mayBeHalfDone(row, this.#policy, this.#now()) && !this.#isNoteDead(row);
    return isOurs(row) && (halfDone || held.length > 0);
  }

  #targetOf({ action, params }: Call): string | undefined {
    if (action === 'DeleteVpnAttachment') {
      return params.VpnConnectionId;
    }
    if (action !== 'DeleteTransitRouterVpnAttachment') {
      return undefined;
    }
    const { attachments } = this.#emulator.estate;
    return (
      attachments.find((one) => one.TransitRouterAttachmentId === params.TransitRouterAttachmentId)?.VpnId ?? 'gone'
    );
  }

  #checkRemoval(run: Watched, call: Call, id: string): void {
    const row = this.#emulator.estate.vpnConnections.find(({ VpnConnectionId }) => VpnConnectionId === id);
    // What is already on its way out can be deleted no more.
    if (row === undefined || row.pending?.to === 'gone' || row.pending?.to === 'deleted') {
      return;
    }
    const say = (promise: string, text: string) => this.#report(run, promise, `${call.action} ${id}: ${text}`);
    const mode = modeOf(run, id, row.regionId);
    if (mode !== 'sweep') {
      say('S8', mode === undefined ? 'outside what was asked for' : `in mode ${mode}`);
    }
    if (!isOurs(row)) {
      say('S9', "it is a VPN gateway's");
    }
    if (!run.shown.sawWhole(OWN, row.regionId)) {
      say('S2', `the listing of ${row.regionId} was not complete`);
    }
    const allowanceMs = toMs(section(run.policy, 'recheck').maxAge ?? '10s') + SLACK_MS;
    this.#checkFreshness(run, { call, row, allowanceMs }, say);
    this.#checkTruth(run, row, allowanceMs, say);
    this.#checkWitnesses(run, call, row, say);
    this.#checkGrace(run, row, allowanceMs, say);
    this.#checkHold(run, call, row, say);
    this.#checkLimits(run, row, say);
    this.#checkShare(run, row, say);
  }

  /** What we detached stays until its hold is over, which starts again when nobody looked for long. */
  #checkHold(run: Watched, call: Call, row: ConnectionRecord, say: Say): void {
    if (call.action !== 'DeleteVpnAttachment' || row.AttachType !== 'NO_ASSOCIATED' || this.#blurred()) {
      return;
    }
    const problem = this.#holds.problemOf(idOf(row), run.policy, this.#now());
    if (problem !== undefined) {
      say('S11', problem);
    }
  }

  /** Outside the change window, and in a freeze, nothing begins: what was detached is finished, and no more. */
  #checkWindow(run: Watched, call: Call, id: string): void {
    const row = this.#emulator.estate.vpnConnections.find((one) => one.VpnConnectionId === id);
    const isOff = run.plan.skewMs !== 0 || run.plan.jump !== undefined;
    const slackMs = isOff ? CLOCKS_OFF_MS : SLACK_MS;
    const moments = Array.from({ length: 21 }, (_, index) => this.#now() + ((index - 10) / 10) * slackMs);
    if (row === undefined || !moments.every((atMs) => isClosed(run.policy, atMs))) {
      return;
    }
    const isNoted = run.maybeHalfDone.has(id) || mayBeHalfDone(row, run.policy, this.#now());
    const isFinishing = call.action === 'DeleteVpnAttachment' && (isNoted || run.touched.has(id));
    if (!isFinishing) {
      this.#report(run, 'S7', `${call.action} ${id}: outside the change window, or in a freeze`);
    }
  }

  /** With a store, nothing new begins that could not be put back, that a person has stopped, or that is over the day. */
  #checkStore(run: Watched, call: Call, id: string): void {
    const { store } = this.#options;
    const row = this.#rowOf(id);
    if (store === undefined || row === undefined) {
      return;
    }
    const say = (promise: string, text: string) => this.#report(run, promise, `${call.action} ${id}: ${text}`);
    const { TransitRouterAttachmentId: attachmentId } = call.params;
    const unkept = WRITES_BACKUPS ? store.backupProblem(row, attachmentId) : undefined;
    if (unkept) {
      say('S15', unkept);
    }
    if (run.touched.has(id)) {
      return;
    }
    const stopped = store.whyStopped();
    if (stopped) {
      say('S12', stopped);
    }
  }

  /** Whoever may hold it has to have been asked. */
  #checkWitnesses(run: Watched, call: Call, row: ConnectionRecord, say: Say): void {
    if (call.action !== 'DeleteVpnAttachment' || row.AttachType !== 'NO_ASSOCIATED') {
      return;
    }
    const [holder] = holdersOf(this.#emulator.estate, row.VpnConnectionId);
    const held = this.#truths.get(row.VpnConnectionId)?.sweepable;
    const settled = held !== undefined && !held.value && this.#now() - held.sinceMs > this.#witnessAllowanceMs(run);
    if (holder && settled && !this.#blurred()) {
      say('S3', `${holder.TransitRouterId} lists it as ${holder.Status}`);
    }
    if (REREADS_WITNESSES && !run.touched.has(row.VpnConnectionId)) {
      this.#checkRound(run, row, say);
    }
    const accounts = rolesOf(run.policy).map((role) => /^acs:ram::(\d+):/.exec(role)?.[1] ?? '');
    const unheard = accounts.find((accountId) => !run.shown.sawRouters(accountId, row.regionId));
    if (unheard) {
      say('S3', `the transit routers of ${unheard} were not read`);
    }
  }

  /** A round may be as old as `recheck.maxAge` and its own duration, at most a minute. */
  #witnessAllowanceMs(run: Watched): number {
    const maxAgeMs = toMs(section(run.policy, 'recheck').maxAge ?? '10s');
    return Math.min(ROUND_AGE_MS_MAX, run.misled ? ROUND_AGE_MS_MAX : maxAgeMs + this.#options.roundMs) + SLACK_MS;
  }

  /** For one that is bound to nothing, the lists of all transit routers are read once more. */
  #checkRound(run: Watched, row: ConnectionRecord, say: Say): void {
    const accounts = [OWN, ...rolesOf(run.policy).map((role) => /^acs:ram::(\d+):/.exec(role)?.[1] ?? '')];
    const routers = accounts.flatMap((accountId) => run.shown.routersOf(accountId, row.regionId));
    const old = routers.find((id) => {
      const readings = run.shown.routerReadings.get(id) ?? [];
      return readings.length < 2 || this.#now() - (readings.at(-1) ?? 0) > this.#witnessAllowanceMs(run);
    });
    if (old) {
      say('S5', `the list of ${old} was not read again`);
    }
  }

  /** What one of us detached is found again by its note; for a moment another run cannot know of the detach. */
  #checkNoteRemoval(run: Watched, id: string): void {
    const row = this.#emulator.estate.vpnConnections.find(({ VpnConnectionId }) => VpnConnectionId === id);
    if (row === undefined || this.#blurred() || isProtected(row, run.policy, this.#now())) {
      return;
    }
    // The run may have read it while it was still protected.
    if ((this.#truths.get(id)?.protected.sinceMs ?? 0) >= run.startedMs) {
      return;
    }
    const ageMs = this.#now() - (this.#halfDone.get(id) ?? Number.NEGATIVE_INFINITY);
    const stillSo = row.State === 'detaching' || isFree(row, this.#emulator.estate);
    // By the clock of this run the note may be of the future, and then it counts as malformed.
    if ((noteOf(row)?.atMs ?? 0) > this.#now() + Math.min(0, ...clockErrorsMs(run)) + AHEAD_MS_MAX) {
      return;
    }
    const isRecent = ageMs > SLACK_MS && ageMs < maxGapMs(run.policy) - CLOCKS_OFF_MS;
    // Runs that see it half-done keep its note alive, however long ago the detach was.
    const isAlive = run.policy === this.#policy && this.isHalfDone(row);
    if (stillSo && noteOf(row) && (isRecent || isAlive)) {
      this.#report(run, 'S11', `the detach note of ${id} was removed`);
    }
  }

  #checkFreshness(run: Watched, { call, row, allowanceMs }: Removal, say: Say): void {
    const readings = run.shown.readings.get(row.VpnConnectionId) ?? [];
    const last = readings.at(-1) ?? Number.NEGATIVE_INFINITY;
    if (readings.length < 2) {
      say('S5', 'never read again after the listing');
    }
    if (this.#now() - last > allowanceMs) {
      say('S5', `last read ${this.#now() - last} ms ago`);
    }
    if (call.action !== 'DeleteTransitRouterVpnAttachment') {
      return;
    }
    if (row.TransitRouterId === undefined) {
      return;
    }
    const alone = run.shown.attachmentReadings.get(call.params.TransitRouterAttachmentId ?? '') ?? [];
    const router = [...(run.shown.routerReadings.get(row.TransitRouterId) ?? []), ...alone].sort((a, b) => a - b);
    if (router.length < 2 || this.#now() - (router.at(-1) ?? 0) > allowanceMs) {
      say('S5', 'its transit router was not read again');
    }
    const noted = this.#now() - (this.#noted.get(row.VpnConnectionId) ?? Number.NEGATIVE_INFINITY) <= SLACK_MS;
    // Two runs that overlap may write the same note, and with reads that lag the second does not see it removed.
    const isHidden = run.overlapped && this.#options.tagLagMs > 0;
    if (!noted && !this.#blurred() && !isHidden) {
      say('S11', 'detached without a note in its tags');
    }
  }

  #checkTruth(run: Watched, row: ConnectionRecord, allowanceMs: number, say: Say): void {
    const truth = this.#truths.get(row.VpnConnectionId);
    // A run that began under another policy is not to be measured by this one.
    if (truth === undefined || this.#blurred() || run.policy !== this.#policy) {
      return;
    }
    const forLong = ({ sinceMs }: Since<boolean>) => this.#now() - sinceMs > allowanceMs;
    // A run whose clock is ahead may see a connection come of age a little early.
    const ownMs = this.#now() + Math.max(0, ...clockErrorsMs(run));
    if (truth.protected.value && forLong(truth.protected) && isProtected(row, run.policy, ownMs)) {
      say('S6', 'it is protected');
    }
    // What only the transit routers say, a round of their lists says: see `#checkWitnesses`.
    const isListedOnly = row.AttachType === 'NO_ASSOCIATED' && holdersOf(this.#emulator.estate, idOf(row)).length > 0;
    if (!truth.sweepable.value && !isListedOnly && forLong(truth.sweepable)) {
      say('S1', 'no rule that is on holds: it is in use, or in doubt');
    }
  }

  #checkGrace(run: Watched, row: ConnectionRecord, allowanceMs: number, say: Say): void {
    if (this.#blurred() || this.#isFinishing(run, row)) {
      return;
    }
    const { estate } = this.#emulator;
    const rules = heldRules(row, estate, run.policy, this.#now());
    if (rules.some((rule) => graceMs(run.policy, rule) === 0)) {
      return;
    }
    const truth = this.#truths.get(row.VpnConnectionId);
    const { tagLagMs } = this.#options;
    const isFresh = truth?.wasMarked !== undefined && this.#now() - truth.mark.sinceMs <= allowanceMs + tagLagMs;
    const problem = this.#markProblem(run, row, markTags(row), allowanceMs);
    if (problem === undefined) {
      return;
    }
    // A run may go by what it read before somebody else changed the mark.
    if (isFresh && this.#markProblem(run, row, truth.wasMarked ?? markTags(row), allowanceMs) === undefined) {
      return;
    }
    say('S4', problem);
  }

  /** What is wrong with a mark, if anything is, as the ground for a removal now. */
  #markProblem(
    run: Watched,
    row: ConnectionRecord,
    { orphan, seen }: MarkTags,
    allowanceMs: number,
  ): string | undefined {
    const { atMs: seenMs, isVoid } = parseSeen(seen);
    const clocks = parseClocks(orphan) ?? [];
    if (clocks.length === 0) {
      return 'it has no mark of a rule that is on';
    }
    if (isVoid) {
      return 'its mark is void';
    }
    if (!(this.#now() - seenMs <= maxGapMs(run.policy) + CLOCKS_OFF_MS)) {
      return `last seen so ${seen}`;
    }
    if (seenMs > this.#now() + CLOCKS_OFF_MS) {
      return `seen so in the future: ${seen}`;
    }
    if (seenMs < row.CreateTime - CLOCKS_OFF_MS) {
      return `last seen so before it was created: ${seen}`;
    }
    const problems = clocks.map((clock) => this.#clockProblem(run, row, clock, allowanceMs));
    if (!problems.includes(undefined)) {
      return problems[0];
    }
    const { skewMs, jump } = run.plan;
    // A mark that this run could not renew is none: what was in the way of the write may hide more.
    const renewedMsMin = run.startedMs + skewMs + Math.min(0, jump?.byMs ?? 0) - 1_000;
    return seenMs < renewedMsMin && !run.overlapped ? `this run did not renew its mark: seen ${seen}` : undefined;
  }

  #clockProblem(run: Watched, row: ConnectionRecord, clock: Clock, allowanceMs: number): string | undefined {
    const { rule, sinceMs } = clock;
    const id = row.VpnConnectionId;
    const since = new Date(sinceMs).toISOString();
    const grace = graceMs(run.policy, rule);
    if (grace === undefined) {
      return `marked for ${rule}, which is off`;
    }
    if (this.#now() - sinceMs < grace - CLOCKS_OFF_MS) {
      return `inside its grace: ${rule} since ${since}`;
    }
    if (sinceMs < row.CreateTime - CLOCKS_OFF_MS) {
      return `its mark is older than the connection: ${rule} ${since}`;
    }
    const held = this.#truths.get(id)?.held;
    const settled = held !== undefined && this.#now() - held.sinceMs > allowanceMs && run.policy === this.#policy;
    if (settled && held.value !== '' && !held.value.split(' ').includes(rule)) {
      return `marked for ${rule}, and an orphan by ${held.value}`;
    }
    if (this.#dead.has(`${id} ${clockKey(clock)}`)) {
      return `a run saw that ${rule} does not hold, and left the clock standing: ${rule} ${since}`;
    }
    return this.#chains.get(id)?.clocks.get(clockKey(clock));
  }

  /** What the sweeper itself detached needs no mark to be deleted, for as long as that counts. */
  #isFinishing(run: Watched, row: ConnectionRecord): boolean {
    const id = row.VpnConnectionId;
    if (run.touched.has(id)) {
      return true;
    }
    // The note of a run that is about to detach says nothing for the detach.
    if (row.AttachType === 'CEN' && row.State !== 'detaching') {
      return false;
    }
    const detachedMs = this.#halfDone.get(id) ?? Number.NEGATIVE_INFINITY;
    const isNoted = mayBeHalfDone(row, run.policy, this.#now()) && !this.#isNoteDead(row);
    return isNoted || this.#now() - detachedMs <= maxGapMs(run.policy) + CLOCKS_OFF_MS;
  }

  #isNoteDead(row: ConnectionRecord): boolean {
    return this.#dead.has(`${row.VpnConnectionId} note ${noteOf(row)?.text}`);
  }

  #checkLimits(run: Watched, row: ConnectionRecord, say: Say): void {
    const limits = section(run.policy, 'limits');
    const touched = new Set([...run.touched, row.VpnConnectionId]);
    if (touched.size > Number(limits.perRun ?? 20)) {
      say('S7', `number ${touched.size} of this run`);
    }
    const rows = this.#emulator.estate.vpnConnections.filter(
      (other) => other.regionId === row.regionId && isCounted(other),
    );
    const here = rows.filter(({ VpnConnectionId }) => touched.has(VpnConnectionId)).length;
    const share = Number(limits.perRegionShare ?? 0.5);
    const count = here;
    // Other people may have created or deleted some since the listing: one of each is let pass.
    const over = count / (rows.length + 1) > share && count > Number(limits.shareFloor ?? 3) + 1;
    if (share === 0 || over) {
      say('S7', `${count} of ${rows.length} in the region`);
    }
  }

  /** Too many would have to go, now and when the run began, whatever part of them this run is about. */
  #checkShare(run: Watched, row: ConnectionRecord, say: Say): void {
    if (run.touched.size > 0 || run.misled || this.#blurred() || run.policy !== this.#policy) {
      return;
    }
    const limits = section(run.policy, 'limits');
    const due = Math.min(run.due.get(row.regionId) ?? 0, this.#countDue(run.policy).get(row.regionId) ?? 0);
    const { vpnConnections } = this.#emulator.estate;
    // What others changed since then may have looked in between like something that is not due.
    const here = vpnConnections.filter((other) => other.regionId === row.regionId);
    if (here.some((other) => (this.#retagged.get(idOf(other)) ?? Number.NEGATIVE_INFINITY) >= run.startedMs)) {
      return;
    }
    const ours = here.filter(isCounted).length;
    if (due / ours > Number(limits.perRegionShare ?? 0.5) && due > Number(limits.shareFloor ?? 3)) {
      say('S7', `${due} of ${ours} would have to go, which halts the region`);
    }
  }

  #countDue(policy: PolicyDocument): ReadonlyMap<string, number> {
    const { estate } = this.#emulator;
    const counts = new Map<string, number>();
    for (const row of estate.vpnConnections) {
      if (!this.#isNoteDead(row) && isDue(row, estate, policy, this.#now())) {
        counts.set(row.regionId, (counts.get(row.regionId) ?? 0) + 1);
      }
    }
    return counts;
  }

  #checkTagWrite(run: Watched, call: Call): void {
    for (const id of idsOf(call)) {
      const row = this.#emulator.estate.vpnConnections.find(({ VpnConnectionId }) => VpnConnectionId === id);
      if (row === undefined) {
        continue;
      }
      const mode = modeOf(run, id, row.regionId);
      if (mode !== 'mark' && mode !== 'sweep') {
        this.#report(run, 'S8', `${call.action} ${id} in mode ${mode}`);
      }
      // When it is sent: what happens while it is on its way, nobody can know.
      if (isGone(call, 'vco-sweeper:detached')) {
        this.#checkNoteRemoval(run, id);
      }
      this.#noteAttempt(run, call, id);
      if (!isOurs(row)) {
        this.#report(run, 'S9', `${call.action} ${id}: it is a VPN gateway's`);
      }
      if (!run.shown.sawWhole(OWN, row.regionId)) {
        this.#report(run, 'S2', `${call.action} ${id}: listing not complete`);
      }
      // A hold that starts again is written as a whole.
      const isHeldAgain = holdMs(run.policy) > 0 && tagsOf(call)['vco-sweeper:detached'] !== undefined;
      if (!['void', undefined].includes(tagsOf(call)['vco-sweeper:seen']) && !isHeldAgain) {
        this.#checkMark(run, id);
      }
    }
  }

  #noteAttempt(run: Watched, call: Call, id: string): void {
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

  /**
   * A claim that was wrong for the whole of a run that saw it so is gone or void when that run ends. If it still stands,
   * no later run may go by it; unless both kinds of write failed, for then no later run can know.
   */
  #buryClaims(run: Watched, result: RunResult): void {
    const isUnsure = this.#blurred() || run.readsMisled || run.overlapped || run.policy !== this.#policy;
    // A sweep of a plan leaves what has changed as it is, tags included.
    if (isUnsure || run.plan.timeoutMs !== undefined || run.plan.savedPlan === 'swept') {
      return;
    }
    for (const row of this.#emulator.estate.vpnConnections) {
      const mode = modeOf(run, row.VpnConnectionId, row.regionId);
      const region = result.regions.find(({ regionId }) => regionId === row.regionId);
      if (mode === undefined || mode === 'plan' || region?.listing !== 'complete' || !isOurs(row)) {
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
    const truth = this.#truths.get(row.VpnConnectionId);
    if (truth === undefined) {
      return false;
    }
    const whole = ({ sinceMs }: Since<unknown>) => sinceMs < run.startedMs;
    if (truth.protected.value && whole(truth.protected)) {
      return true;
    }
    const disproved = this.#disprovedFor(run, row.VpnConnectionId);
    const note = noteOf(row);
    if (claim !== `${row.VpnConnectionId} note ${note?.text}`) {
      return disproved.some((rule) => claim.startsWith(`${row.VpnConnectionId} ${rule} `));
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
      this.#dead.add(claim);
      if (isNote) {
        this.#halfDone.delete(id);
      }
    }
  }

  /** A run that saw a detach stand and could write tags has said so. */
  #vouchForHalfDone(run: Watched, result: RunResult): void {
    const isUnsure = this.#blurred() || run.readsMisled || run.tagsMisled || run.policy !== this.#policy;
    if (isUnsure || run.plan.savedPlan === 'swept') {
      return;
    }
    const { estate } = this.#emulator;
    for (const row of estate.vpnConnections) {
      const id = row.VpnConnectionId;
      const region = result.regions.find(({ regionId }) => regionId === row.regionId);
      if (modeOf(run, id, row.regionId) !== 'sweep' || region?.listing !== 'complete') {
        continue;
      }
      const told = result.outcomes.find(({ connectionId }) => connectionId === id);
      const ranOut = told?.outcome === 'deferred' && told.code !== null;
      if (!ranOut && (run.halfDone.has(id) || this.isHalfDone(row))) {
        this.#vouched.set(id, this.#now());
      }
      if (isProtected(row, run.policy, this.#now()) || !isFree(row, estate)) {
        this.#vouched.delete(id);
      }
    }
  }

  /** A sweep may not leave it for long. */
  isSwept(row: ConnectionRecord): boolean {
    const truth = this.#truths.get(row.VpnConnectionId);
    return truth?.sweepable.value === true && !truth.protected.value;
  }

  /** Detached by a run, and seen so by runs without a gap: it is to be finished. */
  isHalfDone(row: ConnectionRecord): boolean {
    const note = noteOf(row);
    const vouchedMs = this.#vouched.get(row.VpnConnectionId);
    if (note === undefined || vouchedMs === undefined || this.#isNoteDead(row)) {
      return false;
    }
    if (note.atMs < row.CreateTime + CLOCKS_OFF_MS) {
      return false;
    }
    const { estate } = this.#emulator;
    const isFresh = this.#now() - vouchedMs <= maxGapMs(this.#policy) - CLOCKS_OFF_MS;
    return isFresh && isFree(row, estate) && !isCrossDoubt(row, estate, this.#policy);
  }

  /** A mark says that it was seen as an orphan: that must not be said of one that was none all the time. */
  #checkMark(run: Watched, id: string): void {
    const sweepable = this.#truths.get(id)?.sweepable;
    if (sweepable === undefined || this.#blurred() || run.policy !== this.#policy) {
      return;
    }
    if (!sweepable.value && sweepable.sinceMs < run.startedMs) {
      this.#report(run, 'S4', `${id} is said to be seen as an orphan: it is in use, or in doubt`);
    }
  }

  /** The marks that were there before the sweeper first saw the connection. */
  #rememberPast(row: ConnectionRecord): void {
    const { orphan, seen } = markTags(row);
    const seenMs = parseSeen(seen).atMs;
    const clocks = new Map<string, string | undefined>();
    for (const clock of parseClocks(orphan) ?? []) {
      const isForeign = Math.min(clock.sinceMs, seenMs) < row.CreateTime - CLOCKS_OFF_MS;
      const told = Number.isNaN(seenMs) ? `its mark proves nothing: ${orphan}, seen ${seen}` : undefined;
      clocks.set(clockKey(clock), isForeign ? 'its mark is older than the connection' : told);
    }
    this.#chains.set(row.VpnConnectionId, { clocks, renewedMs: seenMs });
  }

  #noteMarks(run: Watched, call: Call): void {
    const tags = tagsOf(call);
    const orphan = tags['vco-sweeper:orphan'];
    const seen = tags['vco-sweeper:seen'];
    for (const id of idsOf(call)) {
      const chain = this.#chains.get(id) ?? { clocks: new Map(), renewedMs: this.#now() };
      this.#chains.set(id, chain);
      if (orphan !== undefined) {
        chain.clocks = this.#carryClocks(run, orphan, chain.clocks);
        run.marked.add(id);
        this.#markedMs.set(id, this.#now());
      }
      if (seen !== undefined) {
        this.#noteSeen(run, id, chain, parseSeen(seen));
      }
    }
  }

  /** A clock that stood there before goes on; a new one starts with this run. */
  #carryClocks(run: Watched, orphan: string, before: Chain['clocks']): Chain['clocks'] {
    const clocks = new Map<string, string | undefined>();
    for (const clock of parseClocks(orphan) ?? []) {
      const key = clockKey(clock);
      const early = clock.sinceMs < run.startedMs - CLOCKS_OFF_MS;
      const late = clock.sinceMs > this.#now() + CLOCKS_OFF_MS;
      const started = early || late ? `its mark says ${orphan}` : undefined;
      clocks.set(key, before.has(key) ? before.get(key) : started);
    }
    return clocks;
  }

  /** Renewing vouches for every clock of the mark. */
  #noteSeen(run: Watched, id: string, chain: Chain, seen: Seen): void {
    if (seen.isVoid) {
      run.unmarked.add(id);
    }
    const hasGap = run.startedMs - chain.renewedMs > maxGapMs(run.policy) + CLOCKS_OFF_MS;
    const isSure = !this.#blurred() && !run.readsMisled && run.policy === this.#policy;
    const disproved = isSure ? this.#disprovedFor(run, id) : [];
    for (const [key, broken] of chain.clocks) {
      const [rule = '', sinceSeconds] = key.split(' ');
      const isNew = Number(sinceSeconds) * 1000 >= run.startedMs - CLOCKS_OFF_MS;
      if (broken !== undefined) {
        continue;
      }
      if (seen.isVoid) {
        chain.clocks.set(key, 'its mark was void, and was renewed');
      } else if (hasGap && !isNew) {
        chain.clocks.set(key, 'its mark was renewed after a gap');
      } else if (Number(sinceSeconds) * 1000 > this.#now() + CLOCKS_OFF_MS) {
        chain.clocks.set(key, 'its mark was of the future, and was renewed');
      } else if (isSure && graceMs(run.policy, rule as RuleName) === undefined) {
        chain.clocks.set(key, `its mark was renewed although the rule ${rule} is off`);
      } else if (disproved.includes(rule as RuleName)) {
        chain.clocks.set(key, `its mark was renewed although ${rule} did not hold`);
      }
    }
    if (!seen.isVoid) {
      chain.renewedMs = this.#now();
    }
  }

  /** Rules that the cloud contradicted from before this run to now. */
  #disprovedFor(run: Watched, id: string): readonly RuleName[] {
    const told = this.#truths.get(id)?.contradicted;
    return told && told.sinceMs < run.startedMs ? (told.value.split(' ') as RuleName[]) : [];
  }

  #checkClaims(run: Watched, result: RunResult): void {
    for (const { connectionId: id, outcome, reason } of result.outcomes) {
      const row = this.#emulator.estate.vpnConnections.find(({ VpnConnectionId }) => VpnConnectionId === id);
      const say = (what: string) => this.#report(run, 'S10', `${id} is said to be ${what}`);
      if ((outcome === 'deleted' || outcome === 'already-gone') && !isLeaving(row)) {
        say(outcome);
      }
      if (outcome === 'deleted' && !run.sent.has(id)) {
        say('deleted by this run');
      }
      const isMarked = (row?.tags['vco-sweeper:orphan'] ?? 'void') !== 'void';
      // It may have read the mark that another run wrote meanwhile.
      const markedMs = this.#markedMs.get(id) ?? Number.NEGATIVE_INFINITY;
      const mayHaveRead = run.marked.has(id) || markedMs >= run.startedMs;
      if (outcome === 'marked' && !mayHaveRead && !isMarked) {
        say('marked');
      }
      if (outcome === 'cleared' && !run.unmarked.has(id) && isMarked && !run.overlapped) {
        say('marked no more');
      }
      const answer = run.requests.answerTo('DeleteVpnAttachment', id);
      if (answer === 'refused' && reason.startsWith('delete accepted')) {
        say('deleted as far as the cloud goes');
      }
    }
  }

  /** Said to be detached, it is bound to nothing any more, or was bound again since. */
  #checkDetachClaims(run: Watched, lines: readonly unknown[]): void {
    for (const { event, connectionId } of lines as readonly { event?: string; connectionId?: string }[]) {
      if (event !== 'detach.done') {
        continue;
      }
      const row = this.#emulator.estate.vpnConnections.find(({ VpnConnectionId }) => VpnConnectionId === connectionId);
      if (row?.State === 'detaching' && !this.#blurred() && !run.misled) {
        this.#report(run, 'S10', `${connectionId} is said to be detached`);
      }
    }
  }

  /** What an earlier run began comes first, and is not left lying. */
  #checkHalfDone(run: Watched, result: RunResult): void {
    if (this.#blurred() || run.misled || run.policy !== this.#policy) {
      return;
    }
    const { estate } = this.#emulator;
    const others = [...run.touched].filter((id) => !run.maybeHalfDone.has(id));
    for (const row of estate.vpnConnections) {
      const id = row.VpnConnectionId;
      if (!run.halfDone.has(id) || !isHalfDone(row, estate, run.policy, this.#now()) || this.#isNoteDead(row)) {
        continue;
      }
      const region = result.regions.find(({ regionId }) => regionId === row.regionId);
      if (modeOf(run, id, row.regionId) !== 'sweep' || region?.listing !== 'complete') {
        continue;
      }
      const told = result.outcomes.find(({ connectionId }) => connectionId === id);
      if (told === undefined || ['waiting', 'marked', 'cleared', 'kept', 'planned'].includes(told.outcome)) {
        this.#report(run, 'S11', `${id} is half-done, and ends ${told?.outcome ?? 'kept'}`);
      }
      this.#checkStillHeld(run, row, told?.outcome);
      // One that was tried before comes after those that were not.
      if (told?.outcome === 'deferred' && told.code === null && others.length > 0 && !run.tried.has(id)) {
        this.#report(run, 'S11', `${id} is half-done, and ${others.join(', ')} came first`);
      }
    }
  }

  /** As soon as its hold is over, by any clock, it is held no more. */
  #checkStillHeld(run: Watched, row: ConnectionRecord, outcome: string | undefined): void {
    const heldMs = holdMs(run.policy);
    const noteMs = noteOf(row)?.atMs ?? this.#now();
    if (outcome === 'held' && (heldMs === 0 || noteMs + heldMs < run.startedMs - CLOCKS_OFF_MS)) {
      this.#report(run, 'S11', `${idOf(row)} is half-done, its hold is over, and it ends held`);
    }
  }

  /** A result that is said to be stored is there, and one that is not makes the run incomplete. */
  #checkStored(run: Watched, result: RunResult, isCut: boolean): void {
    const { store } = this.#options;
    if (store === undefined) {
      return;
    }
    if (result.notStored !== undefined && result.status !== 'incomplete') {
      this.#report(run, 'S14', `ended ${result.status}, and its result was not stored`);
    }
    // A write that says it took all, and did not, nobody can see.
    if (result.notStored === undefined && !isCut && !store.hasResult(result.runId)) {
      this.#report(run, 'S14', 'its result is said to be stored, and is not there');
    }
  }

  #checkCounts(run: Watched, result: RunResult): void {
    const sum = Object.values(result.counts).reduce((total, count) => total + count, 0);
    const ids = result.outcomes.map(({ connectionId }) => connectionId);
    if (new Set(ids).size !== ids.length) {
      this.#report(run, 'S14', 'a connection has two outcomes');
    }
    if (sum - result.counts.kept !== ids.length) {
      this.#report(run, 'S14', 'counts and outcomes differ');
    }
    const listed = result.regions.reduce((total, { connections }) => total + connections, 0);
    if (sum > listed || (isWhole(run.plan.event) && sum !== listed)) {
      this.#report(run, 'S14', `${sum} outcomes of ${listed} connections`);
    }
    const blind = result.regions.find(
      ({ regionId, listing }) => listing === 'complete' && !run.shown.sawAllConnections(OWN, regionId),
    );
    if (blind) {
      this.#report(run, 'S2', `${blind.regionId} is said to be complete`);
    }
    const unread = result.regions.some(({ listing }) => listing === 'unread');
    if ((unread || result.counts.failed > 0) && result.status !== 'incomplete') {
      this.#report(run, 'S14', `ended ${result.status}`);
    }
    const lost = rolesOf(run.policy).filter((role) => !run.shown.assumed.has(role));
    if (result.regions.length > 0 && lost.length > 0 && result.status !== 'incomplete') {
      this.#report(run, 'S14', `ended ${result.status}, and ${lost.join(', ')} was not assumed`);
    }
    const unasked = result.outcomes.find(
      ({ connectionId, regionId }) => modeOf(run, connectionId, regionId) === undefined,
    );
    if (unasked) {
      this.#report(run, 'S14', `nobody asked for ${unasked.connectionId}`);
    }
  }

  /** In use for the whole of a run that saw it so, its mark must be gone; one that stays is not to be trusted again. */
  #checkMarksOfUsed(run: Watched, result: RunResult): void {
    if (this.#blurred() || run.misled) {
      return;
    }
    for (const row of this.#emulator.estate.vpnConnections) {
      const truth = this.#truths.get(row.VpnConnectionId);
      const mode = modeOf(run, row.VpnConnectionId, row.regionId);
      const used =
        truth && !truth.sweepable.value && truth.sweepable.sinceMs < run.startedMs && row.State === 'attached';
      const region = result.regions.find(({ regionId }) => regionId === row.regionId);
      const told = result.outcomes.find(({ connectionId }) => connectionId === row.VpnConnectionId)?.outcome ?? 'kept';
      if (!used || mode === undefined || mode === 'plan' || region?.listing !== 'complete' || told !== 'kept') {
        continue;
      }
      if ('vco-sweeper:orphan' in row.tags && !parseSeen(markTags(row).seen).isVoid) {
        this.#report(run, 'S4', `${row.VpnConnectionId} is in use and keeps its mark`);
      }
    }
  }

  #report(run: Watched, promise: string, text: string): void {
    this.violations.push({ promise, text, atMs: this.#now(), run: run.plan.id });
  }
}

/** What its tags claim: each clock of its mark, and its detach note. */
function claimsOf(row: ConnectionRecord): readonly string[] {
  const id = row.VpnConnectionId;
  const note = noteOf(row);
  const clocks = (parseClocks(markTags(row).orphan) ?? []).map((clock) => `${id} ${clockKey(clock)}`);
  return note ? [...clocks, `${id} note ${note.text}`] : clocks;
}

/** Whether a call removes a tag, or makes it void. */
const isGone = (call: Call, key: string): boolean =>
  call.action === 'UnTagResources' ? keysOf(call).includes(key) : tagsOf(call)[key] === 'void';

/** By how much the clock of a run may be off: before it was set, and after. */
const clockErrorsMs = ({ plan: { skewMs, jump } }: Watched): readonly number[] => [skewMs, skewMs + (jump?.byMs ?? 0)];

type Say = (promise: string, text: string) => void;

const idOf = ({ VpnConnectionId }: ConnectionRecord): string => VpnConnectionId;

const isLeaving = (row: ConnectionRecord | undefined): boolean =>
  row === undefined || row.State === 'deleted' || row.pending?.to === 'gone' || row.pending?.to === 'deleted';

const rolesOf = (policy: PolicyDocument): readonly string[] =>
  (section(policy, 'detach').roles ?? []) as readonly string[];

const idsOf = ({ params }: Call): readonly string[] =>
  Object.entries(params).flatMap(([name, value]) => (/^ResourceId\.\d+$/.test(name) ? [value] : []));

const keysOf = ({ params }: Call): readonly string[] =>
  Object.entries(params).flatMap(([name, value]) => (/^TagKey\.\d+$/.test(name) ? [value] : []));

function tagsOf({ params }: Call): Readonly<Record<string, string>> {
  const tags: Record<string, string> = {};
  for (let index = 1; params[`Tag.${index}.Key`] !== undefined; index += 1) {
    tags[params[`Tag.${index}.Key`] ?? ''] = params[`Tag.${index}.Value`] ?? '';
  }
  return tags;
}

const isWhole = (event: unknown): boolean =>
  JSON.stringify(event) === '{}' || (typeof event === 'object' && event !== null && 'triggerTime' in event);

const MODES = ['plan', 'mark', 'sweep'];

/** What an event allows for a connection, by a second reading of the rules for events. */
function modeOf(run: Watched, id: string, regionId: string): string | undefined {
  const events = Array.isArray(run.plan.event) ? run.plan.event : [run.plan.event];
  let best: string | undefined;
  for (const event of events as readonly Record<string, unknown>[]) {
    const request = requestOf(event);
    const { regions = regionsOf(run.policy, run.plan.home) } = request as { regions?: readonly string[] };
    const connections = request.connections as readonly string[] | undefined;
    if (!regions.includes(regionId)) {
      continue;
    }
    if (connections && !connections.includes(id)) {
      continue;
    }
    const mode = String(request.mode ?? run.policy.mode);
    // It asks for more than it may: then nothing is to be done at all.
    if (MODES.indexOf(mode) > MODES.indexOf(run.policy.mode)) {
      continue;
    }
    if (best === undefined || MODES.indexOf(mode) > MODES.indexOf(best)) {
      best = mode;
    }
  }
  return best;
}

function requestOf(event: Record<string, unknown>): Record<string, unknown> {
  if ('triggerTime' in event) {
    return {};
  }
  if (!('specversion' in event)) {
    return event;
  }
  const data = event.data as { acsRegion: string; requestParameters: { VpnConnectionId: string } };
  return { regions: [data.acsRegion], connections: [data.requestParameters.VpnConnectionId] };
}
