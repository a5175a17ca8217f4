/** In the words of the API's async tasks. */
type InvocationStatus = 'Enqueued' | 'Running' | 'Retrying' | 'Succeeded' | 'Failed' | 'Expired';

/** One accepted invocation, and what has become of it so far. */
export type Invocation = {
  readonly requestId: string;
  /** How 3.0 calls it: `name`, or `service$name` for a function of generation 2.0. */
  readonly functionName: string;
  readonly accountId: string;
  readonly type: 'Sync' | 'Async';
  readonly source: 'api' | 'timer' | 'event';
  readonly taskId?: string;
  readonly enqueuedMs: number;
  readonly endedMs?: number;
  readonly status: InvocationStatus;
  /** How often it was run; those that found no free instance do not count. */
  readonly attempts: number;
  /** Of the last attempt. */
  readonly errorType?: string;
  /** What the last attempt answered, or its error as JSON. */
  readonly result?: string;
  /** What all attempts printed, each between the platform's own lines. */
  readonly log: string;
};

/** The same while it goes on. */
export type LiveInvocation = { -readonly [K in keyof Invocation]: Invocation[K] };
