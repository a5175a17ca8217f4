import type { AccountId, ConnectionId, RegionId } from './estate.ts';

/** The stable names of what a run reports while it works. */
export type JournalEvent =
  | 'run.started'
  | 'policy.warned'
  | 'region.listed'
  | 'connection.judged'
  | 'mark.set'
  | 'mark.cleared'
  | 'backup.done'
  | 'detach.requested'
  | 'detach.done'
  | 'delete.requested'
  | 'delete.done'
  | 'step.retried'
  | 'step.failed'
  | 'guard.halted'
  | 'told.ignored'
  | 'result.failed'
  | 'run.finished'
  | 'dispatch.started'
  | 'scope.started'
  | 'scope.failed'
  | 'dispatch.finished'
  | 'notify.retried';

/** Only our own types and texts go in here, never a reply: replies hold pre-shared keys. */
export type JournalFields = {
  readonly accountId?: AccountId | undefined;
  readonly regionId?: RegionId | undefined;
  readonly connectionId?: ConnectionId | undefined;
  readonly action?: string | undefined;
  readonly code?: string | null | undefined;
  readonly cloudRequestId?: string | null | undefined;
  readonly [field: string]: unknown;
};

/** Where a run reports to: the log, and a person's screen. Must not throw. */
export type Journal = (event: JournalEvent, fields: JournalFields) => void;
