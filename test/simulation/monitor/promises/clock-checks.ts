import type { ConnectionRecord } from '../../../../lib/emulator/estate/estate-types.ts';
import type { Call } from '../../world/shown.ts';
import { graceMs, heldRules, type RuleName } from '../../world/truth.ts';
import {
  CLOCKS_OFF_MS,
  type Clock,
  clockKey,
  type MarkTags,
  markTags,
  parseClocks,
  parseSeen,
  type Seen,
} from '../claims-monitor.ts';
import { maxGapMs, mayBeHalfDone } from '../due.ts';
import { type Scene, SLACK_MS } from '../scene.ts';
import { idsOf, tagsOf } from '../tag-calls.ts';
import type { Say, Watched } from '../watched-run.ts';
import type { HalfDoneChecks } from './half-done-checks.ts';

/** The past of a mark: the fact that breaks each of its clocks, if there is one, and the last renewal. */
type Chain = { clocks: Map<string, string | undefined>; renewedMs: number };

/** S4: a connection that is deleted by its mark was an orphan for its whole grace, and runs saw that without a gap. */
export class ClockChecks {
  readonly #scene: Scene;
  readonly #halfDone: HalfDoneChecks;
  readonly #chains = new Map<string, Chain>();

  constructor(scene: Scene, halfDone: HalfDoneChecks) {
    this.#scene = scene;
    this.#halfDone = halfDone;
  }

  /** A connection that the monitor meets for the first time has the marks that were there before the sweeper saw it. */
  observe(row: ConnectionRecord): void {
    if (this.#chains.has(row.VpnConnectionId)) {
      return;
    }
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

  /** A mark that other people wrote counts as a mark of an earlier run, because no run can tell them apart. */
  othersActed(id: string): void {
    const row = this.#scene.rowOf(id);
    const { clocks } = this.#chains.get(id) ?? {};
    for (const clock of (row && parseClocks(markTags(row).orphan)) ?? []) {
      if (clocks?.has(clockKey(clock)) === false) {
        clocks.set(clockKey(clock), undefined);
      }
    }
  }

  /** A run removed the mark. */
  noteRemoved(id: string): void {
    this.#chains.set(id, { clocks: new Map(), renewedMs: Number.NaN });
  }

  /** A run wrote tags of a mark. */
  noteMarks(run: Watched, call: Call): void {
    const { 'vco-sweeper:orphan': orphan, 'vco-sweeper:seen': seen } = tagsOf(call);
    for (const id of idsOf(call)) {
      const chain = this.#chains.get(id) ?? { clocks: new Map(), renewedMs: this.#scene.now() };
      this.#chains.set(id, chain);
      if (orphan !== undefined) {
        chain.clocks = this.#carryClocks(run, orphan, chain.clocks);
      }
      if (seen !== undefined) {
        this.#noteSeen(run, id, chain, parseSeen(seen));
      }
    }
  }

  /** A clock that stood there before goes on. A new clock starts with this run. */
  #carryClocks(run: Watched, orphan: string, before: Chain['clocks']): Chain['clocks'] {
    const clocks = new Map<string, string | undefined>();
    for (const clock of parseClocks(orphan) ?? []) {
      const key = clockKey(clock);
      const early = clock.sinceMs < run.startedMs - CLOCKS_OFF_MS;
      const late = clock.sinceMs > this.#scene.now() + CLOCKS_OFF_MS;
      const started = early || late ? `its mark says ${orphan}` : undefined;
      clocks.set(key, before.has(key) ? before.get(key) : started);
    }
    return clocks;
  }

  /** Renewing vouches for every clock of the mark. */
  #noteSeen(run: Watched, id: string, chain: Chain, seen: Seen): void {
    const scene = this.#scene;
    if (seen.isVoid) {
      run.unmarked.add(id);
    }
    const hasGap = run.startedMs - chain.renewedMs > maxGapMs(run.policy) + CLOCKS_OFF_MS;
    const isSure = !scene.blurred() && !run.readsMisled && run.policy === scene.policy;
    const disproved = isSure && !scene.isRaced(id) ? scene.disprovedFor(run, id) : [];
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
      } else if (Number(sinceSeconds) * 1000 > scene.now() + CLOCKS_OFF_MS) {
        chain.clocks.set(key, 'its mark was of the future, and was renewed');
      } else if (isSure && graceMs(run.policy, rule as RuleName) === undefined) {
        chain.clocks.set(key, `its mark was renewed although the rule ${rule} is off`);
      } else if (disproved.includes(rule as RuleName)) {
        chain.clocks.set(key, `its mark was renewed although ${rule} did not hold`);
      }
    }
    if (!seen.isVoid) {
      chain.renewedMs = scene.now();
    }
  }

  /** A detach or delete that needs a grace goes by a mark that proves it. */
  checkGrace(run: Watched, row: ConnectionRecord, allowanceMs: number, say: Say): void {
    const scene = this.#scene;
    if (scene.blurred() || this.isFinishing(run, row)) {
      return;
    }
    const rules = heldRules(row, scene.estate, run.policy, scene.now());
    if (rules.some((rule) => graceMs(run.policy, rule) === 0)) {
      return;
    }
    const problem = this.#markProblem(run, row, markTags(row), allowanceMs);
    if (problem === undefined) {
      return;
    }
    // A run may rely on its reading from before somebody else changed the mark.
    const earlier = scene.earlierMarks(row.VpnConnectionId, allowanceMs + scene.options.tagLagMs);
    if (earlier.some((mark) => this.#markProblem(run, row, mark, allowanceMs) === undefined)) {
      return;
    }
    say('S4', problem);
  }

  /** A connection that the sweep detached needs no mark to be deleted, while its detach note counts. */
  isFinishing(run: Watched, row: ConnectionRecord): boolean {
    const scene = this.#scene;
    const id = row.VpnConnectionId;
    if (run.touched.has(id)) {
      return true;
    }
    // The note of a run that is about to detach says nothing for the detach. A connection that somebody attached a moment
    // ago was free at the last reading.
    const actedMs = scene.now() - scene.othersActedMs(id);
    if (row.AttachType === 'CEN' && row.State !== 'detaching' && actedMs > SLACK_MS) {
      return false;
    }
    const isNoted = mayBeHalfDone(row, run.policy, scene.now()) && !scene.isNoteDead(row);
    return isNoted || scene.now() - this.#halfDone.detachedMs(id) <= maxGapMs(run.policy) + CLOCKS_OFF_MS;
  }

  /** The problem with a mark as the reason for a removal now, if it has a problem. */
  #markProblem(
    run: Watched,
    row: ConnectionRecord,
    { orphan, seen }: MarkTags,
    allowanceMs: number,
  ): string | undefined {
    const nowMs = this.#scene.now();
    const { atMs: seenMs, isVoid } = parseSeen(seen);
    const clocks = parseClocks(orphan) ?? [];
    if (clocks.length === 0) {
      return 'it has no mark of a rule that is on';
    }
    if (isVoid) {
      return 'its mark is void';
    }
    if (!(nowMs - seenMs <= maxGapMs(run.policy) + CLOCKS_OFF_MS)) {
      return `last seen so ${seen}`;
    }
    if (seenMs > nowMs + CLOCKS_OFF_MS) {
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
    // A mark that this run could not renew proves nothing: the obstacle to the write may hide more.
    const renewedMsMin = run.startedMs + skewMs + Math.min(0, jump?.byMs ?? 0) - 1_000;
    return seenMs < renewedMsMin && !run.overlapped ? `this run did not renew its mark: seen ${seen}` : undefined;
  }

  #clockProblem(run: Watched, row: ConnectionRecord, clock: Clock, allowanceMs: number): string | undefined {
    const scene = this.#scene;
    const { rule, sinceMs } = clock;
    const id = row.VpnConnectionId;
    const since = new Date(sinceMs).toISOString();
    const grace = graceMs(run.policy, rule);
    if (grace === undefined) {
      return `marked for ${rule}, which is off`;
    }
    if (scene.now() - sinceMs < grace - CLOCKS_OFF_MS) {
      return `inside its grace: ${rule} since ${since}`;
    }
    if (sinceMs < row.CreateTime - CLOCKS_OFF_MS) {
      return `its mark is older than the connection: ${rule} ${since}`;
    }
    const held = scene.truthOf(id)?.held;
    const settled = held !== undefined && scene.now() - held.sinceMs > allowanceMs && run.policy === scene.policy;
    if (settled && held.value !== '' && !held.value.split(' ').includes(rule)) {
      return `marked for ${rule}, and an orphan by ${held.value}`;
    }
    if (scene.dead.has(`${id} ${clockKey(clock)}`)) {
      return `a run saw that ${rule} does not hold, and left the clock standing: ${rule} ${since}`;
    }
    return this.#chains.get(id)?.clocks.get(clockKey(clock));
  }
}
