/** The status names of the API's async tasks. */
type InvocationStatus = 'Enqueued' | 'Running' | 'Retrying' | 'Succeeded' | 'Failed' | 'Expired';

/** An accepted invocation and its state so far. */
export type Invocation = {
  readonly requestId: string;
  /** Its name in 3.0: `name`, or `service$name` for a function of generation 2.0. */
  readonly functionName: string;
  readonly accountId: string;
  readonly type: 'Sync' | 'Async';
  readonly source: 'api' | 'timer' | 'event';
  readonly taskId?: string;
  readonly enqueuedMs: number;
  readonly endedMs?: number;
  readonly status: InvocationStatus;
  /** How many attempts ran. An attempt without a free instance does not count. */
  readonly attempts: number;
  /** Of the last attempt. */
  readonly errorType?: string;
  /** The answer of the last attempt, or its error as JSON. */
  readonly result?: string;
  /** The output of all attempts, each between the platform's own lines. */
  readonly log: string;
};

/** The same invocation while it is under way. */
export type LiveInvocation = { -readonly [K in keyof Invocation]: Invocation[K] };
