import type { AccountId, ConnectionId, RegionId } from './estate.ts';

/** The stable names of the events that a run reports while it works. */
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
  | 'report.written'
  | 'notify.retried'
  | 'notify.accepted'
  | 'notify.failed'
  | 'report.finished';

/** Use only our own types and texts here, never a reply, because replies hold pre-shared keys. */
export type JournalFields = {
  readonly accountId?: AccountId | undefined;
  readonly regionId?: RegionId | undefined;
  readonly connectionId?: ConnectionId | undefined;
  readonly action?: string | undefined;
  readonly code?: string | null | undefined;
  readonly cloudRequestId?: string | null | undefined;
  readonly [field: string]: unknown;
};

/** The receiver of a run's events: the log, and a person's screen. Must not throw. */
export type Journal = (event: JournalEvent, fields: JournalFields) => void;
