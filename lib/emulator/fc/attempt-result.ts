import type { InstanceEnding, ThrownError } from './instance.ts';

/** The end of an attempt as the platform presents it. */
export type AttemptResult = {
  /** `x-fc-error-type`. Undefined for success. */
  readonly errorType: 'HandledInvocationError' | 'UnhandledInvocationError' | undefined;
  readonly body: Buffer;
  /** The attempt's log, with the platform's lines around it. */
  readonly log: string;
  readonly durationMs: number;
  readonly memoryMb: number;
};

/** The platform's view of an ending: error type, body, and framed log. */
export function toAttemptResult(ending: InstanceEnding, requestId: string, timeoutSeconds: number): AttemptResult {
  const { kind, output, durationMs, memoryMb } = ending;
  const usage = `(duration: ${Math.round(durationMs)}ms, maxMemoryUsage: ${memoryMb.toFixed(2)}MB)`;
  const error = errorOf(ending, usage, timeoutSeconds);
  const body = error === undefined ? ending.body : Buffer.from(JSON.stringify(error));
  const errorType =
    error === undefined ? undefined : kind === 'thrown' ? 'HandledInvocationError' : 'UnhandledInvocationError';
  const printed = output === '' || output.endsWith('\n') ? output : `${output}\n`;
  // The runtime logs a thrown error. If the process was killed, only the end line says so.
  const thrown = ending.error === undefined ? '' : `${JSON.stringify(ending.error)}\n`;
  const note =
    error === undefined ? '' : `, Error: ${kind === 'thrown' ? 'Handled function error' : error.errorMessage}`;
  const log = `FC Invoke Start RequestId: ${requestId}\n${printed}${thrown}FC Invoke End RequestId: ${requestId}${note}\n`;
  return { errorType, body, log, durationMs, memoryMb };
}

function errorOf({ kind, error }: InstanceEnding, usage: string, timeoutSeconds: number): ThrownError | undefined {
  if (kind === 'result') {
    return undefined;
  }
  if (kind === 'timeout') {
    return { errorMessage: `Function time out after ${timeoutSeconds} seconds ${usage}` };
  }
  return error ?? { errorMessage: `Process exited unexpectedly before completing request ${usage}` };
}
