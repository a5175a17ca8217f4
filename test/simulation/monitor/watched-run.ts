import type { PolicyDocument, RunPlan } from '../stories/scenario.ts';
import type { Shown } from '../world/shown.ts';
import { regionsOf, section } from '../world/truth.ts';
import type { RequestLog } from './request-log.ts';

export type Violation = {
  readonly promise: string;
  readonly text: string;
  readonly atMs: number;
  readonly run: number;
};

/** Reports that a call breaks a promise. */
export type Say = (promise: string, text: string) => void;

/** How a run tried to remove a mark or a note, or to write over it. */
type Attempts = { markRemoval: boolean; markWrite: boolean; noteRemoval: boolean; noteWrite: boolean };

/** A run, as far as the monitor has to know it. */
export type Watched = {
  readonly plan: RunPlan;
  readonly policy: PolicyDocument;
  readonly startedMs: number;
  readonly deadlineMs: number;
  readonly shown: Shown;
  /** Connections whose detach or delete the cloud accepted. */
  readonly touched: Set<string>;
  readonly marked: Set<string>;
  /** A reply of this run was spoilt: the run may not have known of things that it did not do. */
  misled: boolean;
  /** A read was spoilt. */
  readsMisled: boolean;
  /** A tag write was spoilt. */
  tagsMisled: boolean;
  /** Another run was at work meanwhile. */
  overlapped: boolean;
  readonly attempts: Map<string, Attempts>;
  /** The keys of all clocks and the texts of all notes that stood in tags when the run began. */
  readonly claims: ReadonlySet<string>;
  /** Connections that earlier runs had tried, when the run began. */
  readonly tried: ReadonlySet<string>;
  /** Connections whose own tags left no room for the tags of the sweeper, when the run began. */
  readonly roomless: ReadonlySet<string>;
  /** Connections for which a delete was sent, whatever became of it. */
  readonly sent: Set<string>;
  readonly unmarked: Set<string>;
  readonly requests: RequestLog;
  /** By region: how many connections would have to go when the run began. */
  readonly due: ReadonlyMap<string, number>;
  /** By region: how many connections the share was a share of when the run began. */
  readonly ours: ReadonlyMap<string, number>;
  /** Connections that an earlier run had detached and not deleted, when the run began. */
  readonly halfDone: ReadonlySet<string>;
  /** Connections whose detach note may still count, whichever clock is right. */
  readonly maybeHalfDone: ReadonlySet<string>;
};

/** By how much the clock of a run may be off: before somebody set it, and after. */
export const clockErrorsMs = ({ plan: { skewMs, jump } }: Watched): readonly number[] => [
  skewMs,
  skewMs + (jump?.byMs ?? 0),
];

export const rolesOf = (policy: PolicyDocument): readonly string[] =>
  (section(policy, 'detach').roles ?? []) as readonly string[];

/** Whether an event asks for all that the policy allows. */
export const isWhole = (event: unknown): boolean =>
  JSON.stringify(event) === '{}' || (typeof event === 'object' && event !== null && 'triggerTime' in event);

const MODES = ['plan', 'mark', 'sweep'];

/** The mode that the event of a run allows for a connection, by a second reading of the rules for events. */
export function modeOf(run: Watched, id: string, regionId: string): string | undefined {
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
    // The event asks for more than it may: then the run has to do nothing at all.
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
