import type { Emulator } from '../../../lib/emulator/emulator-types.ts';
import type { ConnectionRecord, Estate } from '../../../lib/emulator/estate/estate-types.ts';
import type { PolicyDocument } from '../stories/scenario.ts';
import type { Call } from '../world/shown.ts';
import {
  contradicted,
  heldRules,
  holdersOf,
  isCrossDoubt,
  isFree,
  isOurs,
  isProtected,
  isSettledBound,
  type RuleName,
} from '../world/truth.ts';
import { claimOfNote, type MarkTags, markTags } from './claims-monitor.ts';
import { mayBeHalfDone } from './due.ts';
import type { StoreWatch } from './store-watch.ts';
import type { ToldWatch } from './told-watch.ts';
import type { Violation, Watched } from './watched-run.ts';

/** A value that is true of a connection, and since when. */
export type Since<Value> = { readonly value: Value; readonly sinceMs: number };

export type Truth = {
  readonly protected: Since<boolean>;
  readonly sweepable: Since<boolean>;
  readonly held: Since<string>;
  readonly mark: Since<string>;
  /** The marks before the last changes to it. A run may have read any of them, and not its changes. */
  readonly earlierMarks: readonly { readonly mark: MarkTags; readonly untilMs: number }[];
  readonly contradicted: Since<string>;
  /** The attachment that holds it, if it is bound and settled. Otherwise empty. */
  readonly bound: Since<string>;
};

export type MonitorOptions = {
  readonly now: () => number;
  /** Grows with every change in the cloud, by whomever. */
  readonly changes: () => number;
  /** While the cloud itself serves old states, a run may believe them. */
  readonly blurred: () => boolean;
  /** The duration of a call. */
  readonly latencyMs: number;
  /** How far tag reads lag. */
  readonly tagLagMs: number;
  /** Undefined if the runs have no store. */
  readonly store?: StoreWatch | undefined;
  /** Undefined if no message is sent. */
  readonly told?: ToldWatch | undefined;
  /** How long one round of all lists of transit routers takes at most. */
  readonly roundMs: number;
};

/** Another run may take a mark away, write another mark, and renew it, between a reading and the write that follows it. */
const MARKS_KEPT = 4;

/** Tolerance for events between a reading and the write that follows it, beyond `recheck.maxAge`. */
export const SLACK_MS = 4_000;
/** A change that other people made to the tags so long before a detach may have removed its note. */
const OTHERS_MS = 60_000;

/** The truth about each connection, and since when. The checks of all promises share it. */
export class Scene {
  readonly violations: Violation[] = [];
  readonly options: MonitorOptions;
  policy: PolicyDocument;
  readonly #emulator: Emulator;
  readonly #truths = new Map<string, Truth>();
  /** Claims that a run disproved and left standing although it could have removed them. */
  readonly dead = new Set<string>();
  /** When other people last changed the tags of a connection. */
  readonly #retagged = new Map<string, number>();

  constructor(emulator: Emulator, policy: PolicyDocument, options: MonitorOptions) {
    this.#emulator = emulator;
    this.policy = policy;
    this.options = options;
  }

  get estate(): Estate {
    return this.#emulator.estate;
  }

  get rows(): readonly ConnectionRecord[] {
    return this.estate.vpnConnections;
  }

  now(): number {
    return this.options.now();
  }

  blurred(): boolean {
    return this.options.blurred();
  }

  rowOf(id: string): ConnectionRecord | undefined {
    return this.rows.find((row) => row.VpnConnectionId === id);
  }

  /** The connection that a call would detach or delete. Undefined if the call is about nothing of the kind. */
  targetOf({ action, params }: Call): string | undefined {
    if (action === 'DeleteVpnAttachment') {
      return params.VpnConnectionId;
    }
    if (action !== 'DeleteTransitRouterVpnAttachment') {
      return undefined;
    }
    const { attachments } = this.estate;
    return (
      attachments.find((one) => one.TransitRouterAttachmentId === params.TransitRouterAttachmentId)?.VpnId ?? 'gone'
    );
  }

  truthOf(id: string): Truth | undefined {
    return this.#truths.get(id);
  }

  usePolicy(policy: PolicyDocument): void {
    // The platform's retry of a run brings the same policy again, and nothing changes.
    if (policy === this.policy) {
      return;
    }
    this.policy = policy;
    // A connection that was in use or protected by another policy was so in another sense.
    this.#truths.clear();
  }

  observe(row: ConnectionRecord): void {
    const { estate, policy } = this;
    const nowMs = this.now();
    const before = this.#truths.get(row.VpnConnectionId);
    const keep = <Value>(since: Since<Value> | undefined, value: Value): Since<Value> =>
      since?.value === value ? since : { value, sinceMs: since ? nowMs : Number.NEGATIVE_INFINITY };
    const rules = heldRules(row, estate, policy, nowMs);
    const mark = JSON.stringify(markTags(row));
    const isMarkNew = before !== undefined && before.mark.value !== mark;
    this.#truths.set(row.VpnConnectionId, {
      protected: keep(before?.protected, isProtected(row, policy, nowMs)),
      sweepable: keep(before?.sweepable, this.#isSweepable(row, rules)),
      held: keep(before?.held, rules.join(' ')),
      mark: keep(before?.mark, mark),
      earlierMarks: isMarkNew
        ? [{ mark: JSON.parse(before.mark.value) as MarkTags, untilMs: nowMs }, ...before.earlierMarks].slice(
            0,
            MARKS_KEPT,
          )
        : (before?.earlierMarks ?? []),
      contradicted: keep(before?.contradicted, contradicted(row, estate, policy, nowMs).join(' ')),
      bound: keep(before?.bound, settledHolder(row, estate)),
    });
  }

  /** The marks that a connection had within this time before now, without the present mark. The latest mark first. */
  earlierMarks(id: string, withinMs: number): readonly MarkTags[] {
    const sinceMs = this.now() - withinMs;
    return (this.#truths.get(id)?.earlierMarks ?? [])
      .filter(({ untilMs }) => untilMs >= sinceMs)
      .map(({ mark }) => mark);
  }

  #isSweepable(row: ConnectionRecord, held: readonly RuleName[]): boolean {
    const isSettled = isFree(row, this.estate) && !isCrossDoubt(row, this.estate, this.policy);
    const halfDone = isSettled && mayBeHalfDone(row, this.policy, this.now()) && !this.isNoteDead(row);
    return isOurs(row) && (halfDone || held.length > 0);
  }

  /** Rules that the cloud contradicted from before this run to now. */
  disprovedFor(run: Watched, id: string): readonly RuleName[] {
    const told = this.#truths.get(id)?.contradicted;
    return told && told.sinceMs < run.startedMs ? (told.value.split(' ') as RuleName[]) : [];
  }

  isNoteDead(row: ConnectionRecord): boolean {
    return this.dead.has(claimOfNote(row));
  }

  /** Other people did something to a connection. */
  othersActed(id: string): void {
    this.#retagged.set(id, this.now());
  }

  othersActedMs(id: string): number {
    return this.#retagged.get(id) ?? Number.NEGATIVE_INFINITY;
  }

  /**
   * Whether other people acted after the last reading of a run that writes tags now. A run reads the tags just before it
   * renews a mark, and cannot see later changes.
   */
  isRaced(id: string): boolean {
    return this.now() - this.othersActedMs(id) <= this.options.latencyMs + this.options.tagLagMs;
  }

  /** Whether other people may have changed its tags shortly before this moment, or later. */
  mayBeOthers(id: string, sinceMs: number): boolean {
    return this.othersActedMs(id) >= sinceMs - OTHERS_MS;
  }

  report(run: Watched, promise: string, text: string): void {
    this.violations.push({ promise, text, atMs: this.now(), run: run.plan.id });
  }
}

const settledHolder = (row: ConnectionRecord, estate: Estate): string =>
  isSettledBound(row, estate) ? (holdersOf(estate, row.VpnConnectionId)[0]?.TransitRouterAttachmentId ?? '') : '';
