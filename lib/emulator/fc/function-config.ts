import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as z from 'zod/mini';
import { accountId, text } from '../estate/estate-fields.ts';
import { EstateError, readBy } from '../estate/estate-problems.ts';
import type { Estate, Role } from '../estate/estate-types.ts';

const name = z.string().check(z.regex(/^[A-Za-z_][\w-]{0,63}$/));
const asyncInvokeConfig = z.strictObject({
  /** Retries after a function error. Default 3. */
  maxAsyncRetryAttempts: z.optional(z.int().check(z.gte(0), z.lte(8))),
  /** An event older than this is dropped. Default 86400. */
  maxAsyncEventAgeInSeconds: z.optional(z.int().check(z.gte(1), z.lte(604_800))),
  /** Whether task ids count. If they do, a used id is refused. Default `true`. */
  asyncTask: z.optional(z.boolean()),
});

/** A function as people register it, with the names of the API. */
export const functionFile = z.strictObject({
  functionName: name,
  /** Makes it a function of generation 2.0, which 3.0 knows as `service$function`. */
  serviceName: z.optional(name),
  /** The folder of the code package. */
  code: text,
  /** File and export. Default `index.handler`. */
  handler: z.optional(z.string().check(z.regex(/^[\w/-]+\.\w+$/))),
  /** The account of the function. Default: the first account of the estate. */
  accountId: z.optional(accountId),
  /** Default: the first region of the estate. */
  region: z.optional(text),
  /** MB, for the heap. Default 512. */
  memorySize: z.optional(z.int().check(z.gte(128), z.lte(32_768), z.multipleOf(64))),
  /** Seconds. Default 600. */
  timeout: z.optional(z.int().check(z.gte(1), z.lte(86_400))),
  /** A role of its account, by name or ARN. Default: a role that may do everything. `null`: no credentials. */
  role: z.optional(z.nullable(text)),
  environmentVariables: z.optional(z.record(z.string(), z.string())),
  asyncInvokeConfig: z.optional(asyncInvokeConfig),
  concurrencyConfig: z.optional(
    z.strictObject({
      /** The most processes at once. 0 refuses every invocation. Default 10. */
      reservedConcurrency: z.optional(z.int().check(z.gte(0), z.lte(300))),
    }),
  ),
  /** `false`: a fresh process for each invocation. Default `true`. */
  reuse: z.optional(z.boolean()),
});

const functionList = z.array(functionFile);

export type FunctionConfig = z.input<typeof functionFile>;

/** A registered function with all defaults filled in. */
export type FcFunction = {
  /** Its name in 3.0: `name`, or `service$name` for a function of generation 2.0. */
  readonly id: string;
  readonly functionName: string;
  readonly serviceName: string | undefined;
  readonly accountId: string;
  readonly region: string;
  /** Absolute. */
  readonly folder: string;
  readonly handler: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly role: string | null | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly retriesMax: number;
  readonly eventAgeMsMax: number;
  readonly hasTasks: boolean;
  readonly concurrency: number;
  readonly reuse: boolean;
};

/** Reads and completes registrations. Throws `EstateError` for a function that cannot run. */
export function readFunctions(value: unknown, source: string, estate: Estate): readonly FcFunction[] {
  const functions = readBy(functionList, value, source).map((config) => complete(config, estate));
  functions.forEach((one, at) => {
    const problem =
      problemOf(one, estate) ?? (functions.indexOf(one) !== firstLike(functions, one) ? 'given twice' : '');
    if (problem !== '') {
      throw new EstateError(`${source}: [${at}]: function ${one.id}: ${problem}`);
    }
  });
  return functions;
}

const firstLike = (all: readonly FcFunction[], { id, accountId: owner }: FcFunction): number =>
  all.findIndex((other) => other.id === id && other.accountId === owner);

function complete(config: z.output<typeof functionFile>, estate: Estate): FcFunction {
  const { functionName, serviceName, asyncInvokeConfig: asynchronous = {} } = config;
  return {
    id: serviceName === undefined ? functionName : `${serviceName}$${functionName}`,
    functionName,
    serviceName,
    accountId: config.accountId ?? estate.accounts[0]?.accountId ?? '',
    region: config.region ?? estate.regions[0]?.RegionId ?? 'cn-hangzhou',
    folder: resolve(config.code),
    handler: config.handler ?? 'index.handler',
    memoryMb: config.memorySize ?? 512,
    timeoutSeconds: config.timeout ?? 600,
    role: config.role,
    environment: config.environmentVariables ?? {},
    retriesMax: asynchronous.maxAsyncRetryAttempts ?? 3,
    eventAgeMsMax: (asynchronous.maxAsyncEventAgeInSeconds ?? 86_400) * 1000,
    hasTasks: asynchronous.asyncTask ?? true,
    concurrency: config.concurrencyConfig?.reservedConcurrency ?? 10,
    reuse: config.reuse ?? true,
  };
}

const ENVIRONMENT_BYTES_MAX = 4 * 1024;

function problemOf(one: FcFunction, estate: Estate): string | undefined {
  const [file = ''] = one.handler.split('.');
  if (!['js', 'mjs'].some((ending) => existsSync(join(one.folder, `${file}.${ending}`)))) {
    return `code: neither ${file}.js nor ${file}.mjs is in ${one.folder}`;
  }
  if (typeof one.role === 'string' && roleOf(one, estate) === undefined) {
    return `role: account ${one.accountId} has no role ${one.role}`;
  }
  const names = Object.keys(one.environment);
  const wrong = names.find((key) => !/^[A-Za-z]\w*$/.test(key) || key.startsWith('FC_'));
  if (wrong !== undefined) {
    return `environmentVariables.${wrong}: starts with a letter, and not with FC_`;
  }
  const bytes = Buffer.byteLength(JSON.stringify(one.environment));
  return bytes > ENVIRONMENT_BYTES_MAX ? 'environmentVariables: longer than 4 KB in total' : undefined;
}

/** The role that the estate has for it now. */
export function roleOf({ accountId: owner, role }: FcFunction, estate: Estate): Role | undefined {
  const [, arnOwner = owner, wanted = role] = /^acs:ram::(\d+):role\/(.+)$/i.exec(role ?? '') ?? [];
  if (arnOwner !== owner) {
    return undefined;
  }
  return estate.accounts
    .find((account) => account.accountId === owner)
    ?.roles.find((candidate) => candidate.name.toLowerCase() === wanted?.toLowerCase());
}
