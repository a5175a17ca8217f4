import type { Engine } from '../engine.ts';
import { planAfter, planBefore, type ReplyPlan } from '../faults/reply-plan.ts';
import { ApiError } from '../gateway/api-error.ts';
import { type Caller, mayCall } from '../gateway/callers.ts';
import { htmlReply } from '../gateway/wire-reply.ts';
import type { AttemptResult } from './attempt-result.ts';
import { authenticateFc } from './authenticate-fc.ts';
import { type FcRequest, type InvokeTarget, mannerOf, targetOf } from './fc-request.ts';
import type { FcFunction } from './function-config.ts';
import type { FunctionPlatform } from './function-platform.ts';

export type FcWireReply = { readonly status: number; readonly headers: Record<string, string>; readonly body: Buffer };

const ACTION = 'InvokeFunction';
const LOG_TAIL_BYTES = 4 * 1024;

/** Takes an invocation off the wire and answers it. `reset` means that the connection is cut. */
export async function serveFc(
  engine: Engine,
  platform: FunctionPlatform,
  request: FcRequest,
): Promise<FcWireReply | 'reset'> {
  const note: Note = { accountId: '', params: {} };
  const latencyMs = engine.latencyOf(ACTION);
  if (latencyMs > 0) {
    await engine.sleep(latencyMs);
  }
  try {
    const target = targetOf(request);
    note.params = paramsOf(request, target);
    const { estate } = engine.store;
    const caller = authenticateFc(request, { estate, sessions: engine.sessions, nowMs: engine.now() });
    note.accountId = caller.accountId;
    const fn = permitted(caller, target, request, platform);
    return await invoke(engine, platform, { request, target, fn, note });
  } catch (error) {
    if (!(error instanceof ApiError)) {
      throw error;
    }
    record(engine, note, error.status, error.code);
    return refusal(engine, platform, error);
  }
}

type Note = { accountId: string; params: Record<string, string>; fault?: string };

/** The fields of an invocation that the call log shows, never its event. */
function paramsOf({ headers }: FcRequest, { serviceName, functionName }: InvokeTarget): Record<string, string> {
  const taskId = headers['x-fc-async-task-id'] ?? headers['x-fc-stateful-async-invocation-id'];
  return {
    ...(serviceName !== undefined && { ServiceName: serviceName }),
    FunctionName: functionName,
    InvocationType: headers['x-fc-invocation-type'] ?? 'Sync',
    ...(taskId !== undefined && { TaskId: taskId }),
  };
}

const record = (engine: Engine, note: Note, status: number, code: string): void => {
  engine.log.add({ atMs: engine.now(), action: ACTION, status, code, ...note });
};

/** Throws `ApiError` for another account's function, or without permission. */
function permitted(
  caller: Caller,
  target: InvokeTarget,
  { headers }: FcRequest,
  platform: FunctionPlatform,
): FcFunction {
  const accountId = headers['x-fc-account-id'] ?? caller.accountId;
  const name = target.serviceName === undefined ? '' : `services/${target.serviceName}/`;
  const resource = `acs:fc:*:${accountId}:${name}functions/${target.functionName}`;
  if (accountId !== caller.accountId || !mayCall(caller, `fc:${ACTION}`)) {
    throw new ApiError(403, 'AccessDenied', `the caller is not authorized to perform 'fc:${ACTION}' on '${resource}'`);
  }
  return platform.find(target, accountId);
}

async function invoke(
  engine: Engine,
  platform: FunctionPlatform,
  { request, target, fn, note }: { request: FcRequest; target: InvokeTarget; fn: FcFunction; note: Note },
): Promise<FcWireReply | 'reset'> {
  const { isAsync, taskId, wantsLog } = mannerOf(request, target);
  const fault = engine.faults.next(invokeFunction, note.params);
  if (fault !== undefined) {
    note.fault = fault.kind;
  }
  const early = planBefore(fault, () => platform.requestId());
  if (early !== undefined) {
    return deliver(engine, note, early, undefined);
  }
  if (fault?.kind === 'no-effect' && isAsync) {
    return accepted(engine, note, platform.requestId());
  }
  const type = isAsync ? 'Async' : 'Sync';
  const { invocation, ended } = platform.accept({ fn, event: request.bytes, type, source: 'api', taskId });
  const verdict = await ended;
  const headers = { 'x-fc-request-id': invocation.requestId };
  const reply =
    verdict === undefined
      ? { status: 202, headers, body: Buffer.alloc(0) }
      : { status: 200, headers: { ...headers, ...headersOf(verdict, wantsLog) }, body: verdict.body };
  const plan = planAfter(fault, { kind: 'reply', status: reply.status, headers: {}, body: {} });
  return deliver(engine, note, plan, reply);
}

/** The part of an operation that the script of faults looks at. */
const invokeFunction = {
  version: '2023-03-30',
  action: ACTION,
  kind: 'write',
  ram: `fc:${ACTION}`,
  run: () => ({}),
} as const;

function headersOf({ errorType, log, durationMs, memoryMb }: AttemptResult, wantsLog: boolean): Record<string, string> {
  return {
    'content-type': errorType === undefined ? 'application/octet-stream' : 'application/json',
    'x-fc-invocation-duration': String(Math.round(durationMs)),
    'x-fc-max-memory-usage': memoryMb.toFixed(2),
    ...(errorType !== undefined && { 'x-fc-error-type': errorType }),
    ...(wantsLog && { 'x-fc-log-result': Buffer.from(log).subarray(-LOG_TAIL_BYTES).toString('base64') }),
  };
}

const JSON_HEADERS = { 'content-type': 'application/json' };

function accepted(engine: Engine, note: Note, requestId: string): FcWireReply {
  record(engine, note, 202, 'OK');
  return { status: 202, headers: { 'x-fc-request-id': requestId }, body: Buffer.alloc(0) };
}

async function deliver(
  engine: Engine,
  note: Note,
  { reply: { kind, status, body: planned }, waitMs }: ReplyPlan,
  reply: FcWireReply | undefined,
): Promise<FcWireReply | 'reset'> {
  record(engine, note, status, kind === 'reply' ? 'OK' : kind);
  if (waitMs > 0) {
    await engine.sleep(waitMs);
  }
  if (kind === 'reset' || kind === 'timeout') {
    return 'reset';
  }
  if (kind === 'truncated' && reply !== undefined) {
    return { ...reply, body: reply.body.subarray(0, reply.body.length / 2) };
  }
  if (kind === 'reply') {
    return reply ?? { status, headers: JSON_HEADERS, body: Buffer.from(JSON.stringify(planned)) };
  }
  const { headers, body } = htmlReply(status);
  return { status, headers, body: Buffer.from(body) };
}

/** A refusal with the field names that fc2 reads, or with the other names that the switch knows. */
function refusal(
  engine: Engine,
  platform: FunctionPlatform,
  { status, code, message, headers }: ApiError,
): FcWireReply {
  const requestId = platform.requestId();
  const bodies = {
    ErrorCode: { ErrorCode: code, ErrorMessage: message },
    errorCode: { errorCode: code, errorMessage: message },
    Code: { RequestId: requestId, Code: code, Message: message },
  };
  return {
    status,
    headers: { ...headers, ...JSON_HEADERS, 'x-fc-request-id': requestId },
    body: Buffer.from(JSON.stringify(bodies[engine.behaviours.fcErrorBody])),
  };
}
