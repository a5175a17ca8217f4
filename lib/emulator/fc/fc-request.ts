import { ApiError } from '../gateway/api-error.ts';

/** A request to Function Compute as it came: header names in lower case, the body as bytes. */
export type FcRequest = {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
};

/** The function that a path asks to invoke. */
export type InvokeTarget = {
  readonly generation: '2.0' | '3.0';
  readonly serviceName: string | undefined;
  readonly functionName: string;
  /** The version or alias. */
  readonly qualifier: string;
};

const VERSIONS = /^\/(2016-08-15\/services|2023-03-30\/functions)(\/|$)/;

export const isFcUrl = (url: string): boolean => VERSIONS.test(url);

export function toFcRequest(method: string, url: string, headers: FcRequest['headers'], bytes: Buffer): FcRequest {
  const { pathname, searchParams } = new URL(url, 'http://127.0.0.1');
  return { method, path: pathname, query: searchParams, headers, bytes };
}

/** Throws `ApiError` for an unknown path, or for a wrong method. */
export function targetOf({ method, path, query }: FcRequest): InvokeTarget {
  const at = decoded(path);
  const older = /^\/2016-08-15\/services\/([^/.]+)(?:\.([^/]+))?\/functions\/([^/]+)\/invocations$/.exec(at);
  const newer = /^\/2023-03-30\/functions\/([^/]+)\/invocations$/.exec(at);
  if (method !== 'POST' || (older === null && newer === null)) {
    throw new ApiError(400, 'PathNotSupported', `'${method}' against '${at}' is not supported`);
  }
  if (older !== null) {
    const [, serviceName = '', qualifier = 'LATEST', functionName = ''] = older;
    return { generation: '2.0', serviceName, functionName, qualifier };
  }
  const qualifier = query.get('qualifier') ?? 'LATEST';
  return { generation: '3.0', serviceName: undefined, functionName: newer?.[1] ?? '', qualifier };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new ApiError(400, 'PathNotSupported', `'${path}' is not a path`);
  }
}

/** Which header carries the caller's own id for a task. */
const TASK_HEADER = { '2.0': 'x-fc-stateful-async-invocation-id', '3.0': 'x-fc-async-task-id' } as const;

/** How the function is to be invoked. Throws `ApiError`. */
export function mannerOf(
  { headers }: FcRequest,
  { generation }: InvokeTarget,
): { isAsync: boolean; taskId: string | undefined; wantsLog: boolean } {
  const type = headers['x-fc-invocation-type'] ?? 'Sync';
  if (type !== 'Sync' && type !== 'Async') {
    throw new ApiError(400, 'InvalidArgument', `invocation type '${type}' is neither Sync nor Async`);
  }
  const isAsync = type === 'Async';
  const taskId = headers[TASK_HEADER[generation]];
  if (taskId !== undefined && !/^[A-Za-z_][\w-]{0,127}$/.test(taskId)) {
    throw new ApiError(400, 'InvalidArgument', `'${taskId}' is no id of a task`);
  }
  return { isAsync, taskId: isAsync ? taskId : undefined, wantsLog: !isAsync && headers['x-fc-log-type'] === 'Tail' };
}
