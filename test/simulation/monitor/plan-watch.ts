import type { PlanEntry } from '../../../lib/core/saved-plan/saved-plan.ts';
import type { Emulator } from '../../../lib/emulator/emulator-types.ts';
import type { ConnectionRecord } from '../../../lib/emulator/estate/estate-types.ts';
import type { PolicyDocument, RunPlan } from '../stories/scenario.ts';
import type { Call } from '../world/shown.ts';
import { graceMs, heldRules, holdersOf, isFree, section, toMs } from '../world/truth.ts';
import { markTags, noteOf, parseClocks } from './claims-monitor.ts';

/** Tolerance for changes between a reading and the write that follows it, beyond `recheck.maxAge`. */
const SLACK_MS = 4_000;
const NO_NOTE = 'no note names the attachment that it was detached from';

type Watching = {
  readonly now: () => number;
  readonly blurred: () => boolean;
  /** How far tag reads lag. */
  readonly tagLagMs: number;
};

/** A run that sweeps a plan, as far as this is about it. */
type Run = { readonly plan: RunPlan; readonly policy: PolicyDocument; readonly touched: ReadonlySet<string> };

/** How an entry has changed, and since when. */
type Change = { readonly text: string; readonly sinceMs: number };

/**
 * Compares a saved plan with the cloud's own state, by a second reading of the promise: a sweep of the plan writes to its
 * entries alone, detaches only the attachments that it names, and nothing that has changed since.
 */
export class PlanWatch {
  readonly #emulator: Emulator;
  readonly #watching: Watching;
  #entries: ReadonlyMap<string, PlanEntry> = new Map();
  readonly #changes = new Map<string, Change>();

  constructor(emulator: Emulator, watching: Watching) {
    this.#emulator = emulator;
    this.#watching = watching;
  }

  /** A run has saved these. The plan before is forgotten. */
  saved(entries: readonly PlanEntry[]): void {
    this.#entries = new Map(entries.map((entry) => [entry.connectionId, entry]));
    this.#changes.clear();
  }

  /** Look at every entry again. */
  observe(policy: PolicyDocument): void {
    for (const row of this.#entries.size > 0 ? this.#emulator.estate.vpnConnections : []) {
      const id = row.VpnConnectionId;
      const entry = this.#entries.get(id);
      // A connection that is changing right now is neither as planned nor not.
      if (entry === undefined || row.pending !== undefined) {
        continue;
      }
      const text = this.#changeOf(entry, row, policy);
      if (text === undefined) {
        this.#changes.delete(id);
      } else if (this.#changes.get(id)?.text !== text) {
        this.#changes.set(id, { text, sinceMs: this.#watching.now() });
      }
    }
  }

  /** Problems of a call of a run that sweeps the plan. */
  problemsOf(run: Run, call: Call): readonly string[] {
    if (run.plan.savedPlan !== 'swept') {
      return [];
    }
    const targets = targetsOf(call, this.#emulator);
    const outside = targets.filter((id) => !this.#entries.has(id));
    const inside = isRemoval(call) ? targets.flatMap((id) => this.#entries.get(id) ?? []) : [];
    return [
      ...outside.map((id) => `${call.action} ${id}: it is not in the plan`),
      ...inside.flatMap((entry) => this.#removalProblems(run, call, entry)),
    ];
  }

  #removalProblems(run: Run, call: Call, entry: PlanEntry): readonly string[] {
    const { connectionId: id } = entry;
    const { TransitRouterAttachmentId: attachmentId } = call.params;
    if (attachmentId !== undefined && attachmentId !== entry.attachmentId) {
      return [`${call.action} ${id}: ${attachmentId} is not in the plan`];
    }
    const change = this.#changes.get(id);
    const { now, blurred, tagLagMs } = this.#watching;
    const allowanceMs = toMs(section(run.policy, 'recheck').maxAge ?? '10s') + SLACK_MS + tagLagMs;
    const isKnown = change !== undefined && now() - change.sinceMs > allowanceMs;
    // The run knows without a note that it detached the connection itself.
    if (!isKnown || blurred() || (run.touched.has(id) && change.text === NO_NOTE)) {
      return [];
    }
    return [`${call.action} ${id}: not as planned: ${change.text}`];
  }

  #changeOf(entry: PlanEntry, row: ConnectionRecord, policy: PolicyDocument): string | undefined {
    const { estate } = this.#emulator;
    const clocks = parseClocks(markTags(row).orphan);
    const isLate = (sinceMs: number | undefined) =>
      entry.since !== null && toSeconds(sinceMs) !== toSeconds(Date.parse(entry.since));
    const sinceMs = clocks?.find(({ rule }) => rule === entry.rule)?.sinceMs;
    const [holder] = holdersOf(estate, row.VpnConnectionId);
    if (entry.attachmentId !== null && holder === undefined && isFree(row, estate)) {
      if (noteOf(row)?.attachmentId !== entry.attachmentId) {
        return NO_NOTE;
      }
      return clocks !== undefined && isLate(sinceMs) ? `its clock began at ${sinceMs}` : undefined;
    }
    if ((holder?.TransitRouterAttachmentId ?? null) !== entry.attachmentId) {
      return `it is bound by ${holder?.TransitRouterAttachmentId ?? 'nothing'}`;
    }
    if (isLate(sinceMs)) {
      return `its clock began at ${sinceMs}`;
    }
    const first = this.#firstRule(row, policy);
    return first === undefined || first === entry.rule ? undefined : `it is due by ${first}`;
  }

  /** The rule that was due first by the clocks of its mark. Rules without grace are due now, which is too fine to be sure. */
  #firstRule(row: ConnectionRecord, policy: PolicyDocument): string | undefined {
    const held = heldRules(row, this.#emulator.estate, policy, this.#watching.now());
    if (held.some((rule) => graceMs(policy, rule) === 0)) {
      return undefined;
    }
    const due = (parseClocks(markTags(row).orphan) ?? [])
      .filter(({ rule }) => held.includes(rule))
      .map(({ rule, sinceMs }) => ({ rule, dueMs: sinceMs + (graceMs(policy, rule) ?? Number.POSITIVE_INFINITY) }))
      .sort((a, b) => a.dueMs - b.dueMs);
    const isTied = due[0]?.dueMs === due[1]?.dueMs;
    return isTied ? undefined : due[0]?.rule;
  }
}

const toSeconds = (ms: number | undefined): number | undefined =>
  ms === undefined ? undefined : Math.floor(ms / 1000);

const isRemoval = ({ action }: Call): boolean => action.startsWith('Delete');

/** Connections that a call writes to. */
function targetsOf({ action, params }: Call, { estate }: Emulator): readonly string[] {
  if (action === 'DeleteVpnAttachment') {
    return [params.VpnConnectionId ?? ''];
  }
  if (action === 'DeleteTransitRouterVpnAttachment') {
    const { TransitRouterAttachmentId: id } = params;
    return estate.attachments.flatMap((one) => (one.TransitRouterAttachmentId === id && one.VpnId ? [one.VpnId] : []));
  }
  if (action !== 'TagResources' && action !== 'UnTagResources') {
    return [];
  }
  return Object.entries(params).flatMap(([name, value]) => (/^ResourceId\.\d+$/.test(name) ? [value] : []));
}
