import type { Engine } from '../engine.ts';
import { callerInRole } from '../gateway/callers.ts';
import { type FcFunction, roleOf } from './function-config.ts';

/** The lifetime of temporary credentials of a function's role. */
const CREDENTIALS_MS = 36 * 60 * 60 * 1000;

export type FcCredentials = { accessKeyId: string; accessKeySecret: string; securityToken: string };

/** Fresh credentials of the function's role. Undefined without a role. */
export function credentialsFor(fn: FcFunction, engine: Engine): FcCredentials | undefined {
  const role = fn.role === undefined ? { name: 'emulator-function', trusted: [] } : roleOf(fn, engine.store.estate);
  if (role === undefined) {
    return undefined;
  }
  const caller = callerInRole(fn.accountId, role, fn.functionName);
  const { accessKeyId, accessKeySecret, securityToken } = engine.sessions.issue(caller, engine.now() + CREDENTIALS_MS);
  return { accessKeyId, accessKeySecret, securityToken };
}

/**
 * The environment of a function: the platform's variables, the emulator's endpoints, then the function's own variables.
 * It takes only the search path from the emulator's environment, which may hold secrets.
 */
export function environmentOf(
  fn: FcFunction,
  { url, instanceId, credentials }: { url: string; instanceId: string; credentials: FcCredentials | undefined },
): Record<string, string> {
  const { accessKeyId = '', accessKeySecret = '', securityToken = '' } = credentials ?? {};
  return {
    PATH: process.env.PATH ?? '',
    TZ: 'UTC',
    FC_ACCOUNT_ID: fn.accountId,
    FC_REGION: fn.region,
    FC_FUNCTION_NAME: fn.functionName,
    FC_FUNCTION_HANDLER: fn.handler,
    FC_FUNCTION_MEMORY_SIZE: String(fn.memoryMb),
    FC_FUNC_CODE_PATH: `${fn.folder}/`,
    FC_INSTANCE_ID: instanceId,
    FC_CUSTOM_LISTEN_PORT: '9000',
    FC_VER_ID: 'LATEST',
    ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret,
    ALIBABA_CLOUD_SECURITY_TOKEN: securityToken,
    ...(fn.serviceName !== undefined && {
      FC_SERVICE_NAME: fn.serviceName,
      FC_QUALIFIER: 'LATEST',
      accessKeyID: accessKeyId,
      accessKeySecret,
      securityToken,
    }),
    // Keeps the code under test from reaching the real cloud.
    ALIBABA_CLOUD_VPC_ENDPOINT: url,
    ALIBABA_CLOUD_CBN_ENDPOINT: url,
    ALIBABA_CLOUD_STS_ENDPOINT: url,
    ALIBABA_CLOUD_FC_ENDPOINT: url,
    ALIBABA_CLOUD_RESOURCEDIRECTORY_ENDPOINT: url,
    ...fn.environment,
  };
}

/** The context that a handler receives beside the event. Its logger is made in the instance. */
export function contextOf(
  fn: FcFunction,
  {
    requestId,
    retryCount,
    credentials,
  }: { requestId: string; retryCount: number; credentials: FcCredentials | undefined },
) {
  return {
    requestId,
    region: fn.region,
    accountId: fn.accountId,
    ...(credentials !== undefined && { credentials }),
    function: { name: fn.functionName, handler: fn.handler, memory: fn.memoryMb, timeout: fn.timeoutSeconds },
    service: { name: fn.serviceName ?? '', logProject: '', logStore: '', qualifier: 'LATEST', versionId: '' },
    tracing: {},
    retryCount,
  };
}
