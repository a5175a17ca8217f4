import { formatDuration } from '../core/domain/duration.ts';
import { ConfigError } from '../core/domain/errors.ts';
import { type DeclaredPolicy, MODES, type PolicyOrigin } from '../core/domain/policy.ts';
import { toFileProblem } from '../core/store/file-problem.ts';
import { quote } from './document/quote.ts';
import { parseDeclaredPolicy, parsePolicyFile } from './parse-policy.ts';
import { hashPolicy } from './policy-hash.ts';
import { toStoreFolder } from './to-policy.ts';

export type PolicySources = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A path given on the command line. */
  readonly file?: string | undefined;
  /** A folder given on the command line, or `off`. */
  readonly store?: string | undefined;
  /** The path of the document that was packed with the function. It is read if it exists. */
  readonly packed?: string | undefined;
  /** Answers the text of a file. Throws as `readFileSync` does. */
  readonly readFile: (path: string) => string;
};

export type LoadedPolicy = { readonly policy: DeclaredPolicy; readonly origin: PolicyOrigin };
type Read = { readonly policy: DeclaredPolicy; readonly source: PolicyOrigin['source'] };

/**
 * The policy of this run: from a flag, from `SWEEP_POLICY` (text) or `SWEEP_POLICY_FILE`, or else as packed. Without
 * any of these sources, it has only defaults. `SWEEP_MODE` replaces its mode. `SWEEP_STORE` replaces its store, and a
 * flag replaces both values. A blank variable counts as not set.
 *
 * @throws ConfigError if a source is unreadable or wrong, or if a person could not tell which of two sources counts
 */
export function loadPolicy(sources: PolicySources): LoadedPolicy {
  const { policy, source } = readSource(sources);
  const mode = readMode(sources.env) ?? policy.mode;
  const origin = { source, hash: hashPolicy(policy) };
  return { policy: withNotice(withCountableDays({ ...policy, mode, ...readStore(sources) })), origin };
}

/** Throws `ConfigError` for a limit over several runs if no store counts their deletions. */
function withCountableDays(policy: DeclaredPolicy): DeclaredPolicy {
  const { perDay } = policy.limits;
  if (perDay !== 'off' && policy.store === undefined) {
    throw new ConfigError(
      `limits.perDay: ${perDay} needs a store, because it counts backups: set store, SWEEP_STORE or --store, or write off`,
    );
  }
  return policy;
}

/** Throws `ConfigError` for a notice that could never reach a person. */
function withNotice(policy: DeclaredPolicy): DeclaredPolicy {
  const { required, noticeMs, channels } = policy.notify;
  if (!required) {
    return policy;
  }
  if (policy.store === undefined) {
    throw new ConfigError(
      'notify.required: true needs a store, because it contains the record of each message: set store, SWEEP_STORE or --store',
    );
  }
  if (!channels.some(({ on }) => on.includes('due'))) {
    throw new ConfigError('notify.required: true needs a channel with `due` in its `on`: add one to notify.channels');
  }
  for (const [rule, grace] of Object.entries(policy.rules)) {
    if (grace !== 'off' && grace < noticeMs) {
      throw new ConfigError(
        `rules.${rule}: ${formatDuration(grace)} is shorter than notify.notice, ${formatDuration(noticeMs)}: raise the grace, or lower the notice`,
      );
    }
    if (grace === 0) {
      throw new ConfigError(
        `rules.${rule}: 0s writes no mark that a message could name, so with notify.required: true nothing would be deleted by it: raise the grace, or write off`,
      );
    }
  }
  return policy;
}

function readSource({ env, file, packed, readFile }: PolicySources): Read {
  const text = nonBlank(env.SWEEP_POLICY);
  const envFile = nonBlank(env.SWEEP_POLICY_FILE);
  const given = [
    ...(file === undefined ? [] : ['--policy']),
    ...(text === undefined ? [] : ['SWEEP_POLICY']),
    ...(envFile === undefined ? [] : ['SWEEP_POLICY_FILE']),
  ];
  if (given.length > 1) {
    throw new ConfigError(`${given.join(' and ')} are both set; keep only one of them`);
  }
  if (text !== undefined) {
    return { policy: parseDeclaredPolicy(text, 'SWEEP_POLICY'), source: 'SWEEP_POLICY' };
  }
  if (envFile !== undefined) {
    return { policy: readPolicyFile(envFile, 'SWEEP_POLICY_FILE', readFile), source: 'SWEEP_POLICY_FILE' };
  }
  if (file !== undefined) {
    return { policy: readPolicyFile(file, '--policy', readFile), source: file };
  }
  return (packed === undefined ? undefined : readPacked(packed, readFile)) ?? readNone();
}

const readNone = (): Read => ({ policy: parseDeclaredPolicy('', 'defaults'), source: 'none' });

function readPolicyFile(path: string, from: string, readFile: PolicySources['readFile']): DeclaredPolicy {
  try {
    return parsePolicyFile(readFile(path), path);
  } catch (error) {
    throw error instanceof ConfigError ? error : unreadable(`${from} ${quote(path)}`, error);
  }
}

/** Undefined if no policy is packed. */
function readPacked(path: string, readFile: PolicySources['readFile']): Read | undefined {
  try {
    return { policy: parsePolicyFile(readFile(path), path), source: 'packed' };
  } catch (error) {
    if (error instanceof ConfigError) {
      throw error;
    }
    if (isAbsent(error)) {
      return undefined;
    }
    throw unreadable(`the packed policy ${quote(path)}`, error);
  }
}

function readMode(env: PolicySources['env']): DeclaredPolicy['mode'] | undefined {
  const text = nonBlank(env.SWEEP_MODE);
  if (text === undefined) {
    return undefined;
  }
  const mode = MODES.find((candidate) => candidate === text);
  if (mode === undefined) {
    throw new ConfigError(`SWEEP_MODE: ${quote(text)} is not allowed; write one of ${MODES.join(', ')}`);
  }
  return mode;
}

/** Empty if neither flag nor variable has a value, because then the document decides. */
function readStore({ env, store: flag }: PolicySources): Partial<Pick<DeclaredPolicy, 'store'>> {
  if (flag !== undefined && nonBlank(flag) === undefined) {
    throw new ConfigError(`--store: ${quote(flag)} is not allowed; write off, or the path of a folder`);
  }
  const text = flag ?? nonBlank(env.SWEEP_STORE)?.trim();
  return text === undefined ? {} : { store: toStoreFolder(text) };
}

const nonBlank = (text: string | undefined): string | undefined => (text?.trim() ? text : undefined);

const unreadable = (what: string, error: unknown): ConfigError =>
  new ConfigError(`${what} cannot be read: ${toFileProblem(error)}`);

const isAbsent = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';
