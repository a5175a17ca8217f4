import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../../lib/core/domain/errors.ts';
import { type LoadedPolicy, loadPolicy } from '../../lib/policy/load-policy.ts';
import { withReadableStack } from './readable-stack.ts';

/** The used fields of the context that Function Compute passes to a handler. Every field may be missing. */
export type FcContext = {
  readonly requestId?: string;
  readonly region?: string;
  readonly accountId?: string;
  readonly credentials?: {
    readonly accessKeyId?: string;
    readonly accessKeySecret?: string;
    readonly securityToken?: string;
  };
  /** `timeout` is in seconds. */
  readonly function?: { readonly timeout?: number | string };
};

type Handler = (event: Uint8Array, context: FcContext) => Promise<string>;

/** The platform logs the stack of a thrown error, so the stack must point into the sources. */
export const withReadableErrors =
  (run: Handler): Handler =>
  async (event, context) => {
    try {
      return await run(event, context);
    } catch (error) {
      throw withReadableStack(error, __filename);
    }
  };

/** The last 5 s, or the last tenth of the function's time if that is less, is kept for reporting. */
const RESERVE_MS = 5_000;

/** The policy of the environment, or the policy packed beside the code. Throws `ConfigError`. */
export const readPolicy = (env: NodeJS.ProcessEnv): LoadedPolicy =>
  loadPolicy({ env, ...packedPolicy(), readFile: (path) => readFileSync(path, 'utf8') });

/** The build packs `policy.json`. A `policy.yaml` that you put beside the code is read as well. */
function packedPolicy(): { packed?: string } {
  const names = ['policy.json', 'policy.yaml'].filter((name) => existsSync(join(__dirname, name)));
  const [name, other] = names;
  if (other !== undefined) {
    throw new ConfigError(`${names.join(' and ')} are both packed; keep only one of them`);
  }
  return name === undefined ? {} : { packed: join(__dirname, name) };
}

/** Read `SWEEP_THROW`: whether an incomplete run throws. */
export function parseThrow(text: string | undefined): boolean {
  const wanted = text?.trim() || 'incomplete';
  if (wanted !== 'incomplete' && wanted !== 'never') {
    throw new ConfigError(`SWEEP_THROW is "${wanted}"; allowed: incomplete, never`);
  }
  return wanted === 'incomplete';
}

/** Read on every invocation, because the platform renews the credentials and an instance outlives them. */
export function toCredentials(credentials: FcContext['credentials']) {
  const { accessKeyId, accessKeySecret, securityToken } = credentials ?? {};
  if (!accessKeyId || !accessKeySecret) {
    throw new ConfigError('the function has no credentials: give it a role (s.yaml, `role`)');
  }
  return securityToken ? { accessKeyId, accessKeySecret, securityToken } : { accessKeyId, accessKeySecret };
}

/** The time a run may take, in milliseconds. Infinite if the context has no timeout. */
export function budgetMs(context: FcContext): number {
  const timeoutMs = Number(context.function?.timeout) * 1000;
  if (!Number.isFinite(timeoutMs) || timeoutMs <= 0) {
    return Number.POSITIVE_INFINITY;
  }
  return timeoutMs - Math.min(RESERVE_MS, timeoutMs / 10);
}

const SHOWN_MAX = 10;

/**
 * The items for an error message. The platform and callers cut long messages at an arbitrary point, so this list is
 * short.
 */
export const shortList = (items: readonly string[]): readonly string[] =>
  items.length > SHOWN_MAX ? [...items.slice(0, SHOWN_MAX), `and ${items.length - SHOWN_MAX} more`] : items;
