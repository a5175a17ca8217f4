import type { AccountId, AttachmentId, ConnectionId, RegionId } from '../domain/estate.ts';
import { type Place, placeKey } from '../domain/place.ts';
import type { Mode, Narrowing } from '../domain/policy.ts';
import { toIso } from '../domain/time.ts';
import type { Judged } from '../plan/plan.ts';
import type { RuleName } from '../rules/all-rules.ts';

export const PLAN_FORMAT = 'vco-sweeper/plan@1';

/** A connection that a sweep may detach and delete, and why it was due when the plan was made. */
export type PlanEntry = {
  readonly connectionId: ConnectionId;
  readonly accountId: AccountId;
  readonly regionId: RegionId;
  readonly rule: RuleName | 'half-done';
  /** ISO UTC. Null if the rule had no clock, because it has no grace. */
  readonly since: string | null;
  /**
   * The attachment to detach, or the attachment in the detach note of a half-done connection. Null without an
   * attachment.
   */
  readonly attachmentId: AttachmentId | null;
  readonly evidence: readonly string[];
};

/** A plan as a file contains it. The file ends with the hash of the plan. */
export type SavedPlan = {
  readonly format: typeof PLAN_FORMAT;
  /** ISO UTC: when the run that made the plan began to read the cloud. */
  readonly madeAt: string;
  /** The hash of the policy of that run. */
  readonly policyHash: string;
  readonly entries: readonly PlanEntry[];
};

/** The entries of a plan, by place and connection. */
export type PlanIndex = ReadonlyMap<string, PlanEntry>;

const keyOf = (place: Place, connectionId: ConnectionId): string => `${placeKey(place)} ${connectionId}`;

export const indexEntries = (entries: readonly PlanEntry[]): PlanIndex =>
  new Map(entries.map((entry) => [keyOf(entry, entry.connectionId), entry]));

export const findEntry = (index: PlanIndex, place: Place, connectionId: ConnectionId): PlanEntry | undefined =>
  index.get(keyOf(place, connectionId));

/** The plan entry of a connection that a sweep would delete now. Pure. */
export function toPlanEntry({ accountId, regionId, verdict }: Judged): PlanEntry {
  const { connection, kind, rule, sinceMs, attachment, note, evidence } = verdict;
  if (rule === null) {
    throw new Error(`${connection.connectionId} is due by no rule`);
  }
  const noted = kind === 'half-done' && note.kind === 'valid' ? note.attachmentId : null;
  return {
    connectionId: connection.connectionId,
    accountId,
    regionId,
    rule,
    since: sinceMs === undefined ? null : toIso(sinceMs),
    attachmentId: attachment?.attachmentId ?? noted,
    evidence,
  };
}

/** A plan of these entries. They are sorted by place and id, so that you can compare two plans line by line. Pure. */
export function toSavedPlan(madeAt: string, policyHash: string, entries: readonly PlanEntry[]): SavedPlan {
  const keyOfEntry = (entry: PlanEntry): string => keyOf(entry, entry.connectionId);
  const sorted = entries.toSorted((a, b) => (keyOfEntry(a) < keyOfEntry(b) ? -1 : 1));
  return { format: PLAN_FORMAT, madeAt, policyHash, entries: sorted };
}

/** The places of some entries, each once. */
export function placesOf(entries: readonly PlanEntry[]): readonly Place[] {
  const places = new Map(
    entries.map(({ accountId, regionId }) => [placeKey({ accountId, regionId }), { accountId, regionId }]),
  );
  return [...places.values()];
}

/**
 * The request for a run over these entries in this mode, with a part for each place. Without entries, it asks for
 * nothing.
 *
 * @param isOwnAccount the policy is about the account of the credentials, whose id is not known before a call
 */
export function toParts(entries: readonly PlanEntry[], mode: Mode, isOwnAccount: boolean): readonly Narrowing[] {
  const parts = placesOf(entries).map((place) => ({
    mode,
    ...(isOwnAccount ? {} : { accounts: [place.accountId] }),
    regions: [place.regionId],
    connections: entries.filter((entry) => placeKey(entry) === placeKey(place)).map(({ connectionId }) => connectionId),
  }));
  return parts.length > 0 ? parts : [{ mode, regions: [], connections: [] }];
}
