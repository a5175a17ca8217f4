import { ConfigError } from '../core/domain/errors.ts';
import { type DeclaredPolicy, MODES } from '../core/domain/policy.ts';
import { toFileProblem } from '../core/store/file-problem.ts';
import { quote } from './document/quote.ts';
import { parseDeclaredPolicy, parsePolicyFile } from './parse-policy.ts';
import { toStoreFolder } from './to-policy.ts';

export type PolicySources = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A path given on the command line. */
  readonly file?: string | undefined;
  /** A folder given on the command line, or `off`. */
  readonly store?: string | undefined;
  /** The path of the document packed with the function; read when it exists. */
  readonly packed?: string | undefined;
  /** Text of a file; throws as `readFileSync` does. */
  readonly readFile: (path: string) => string;
};

/**
 * The policy of this run: from a flag, from `SWEEP_POLICY` (text) or `SWEEP_POLICY_FILE`, else as packed, else all
 * defaults. `SWEEP_MODE` replaces its mode, and `SWEEP_STORE` its store, which a flag replaces in turn. Variables that are
 * blank count as not set.
 *
 * @throws ConfigError when a source is unreadable or wrong, or when two are given and a person would have to wonder
 * which one counted
 */
export function loadPolicy(sources: PolicySources): DeclaredPolicy {
  const policy = readSource(sources);
  const mode = readMode(sources.env) ?? policy.mode;
  return { ...policy, mode, ...readStore(sources) };
}

function readSource({ env, file, packed, readFile }: PolicySources): DeclaredPolicy {
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
    return parseDeclaredPolicy(text, 'SWEEP_POLICY');
  }
  if (envFile !== undefined) {
    return readPolicyFile(envFile, 'SWEEP_POLICY_FILE', readFile);
  }
  if (file !== undefined) {
    return readPolicyFile(file, '--policy', readFile);
  }
  return packed === undefined ? parseDeclaredPolicy('', 'defaults') : readPacked(packed, readFile);
}

function readPolicyFile(path: string, from: string, readFile: PolicySources['readFile']): DeclaredPolicy {
  try {
    return parsePolicyFile(readFile(path), path);
  } catch (error) {
    throw error instanceof ConfigError ? error : unreadable(`${from} ${quote(path)}`, error);
  }
}

function readPacked(path: string, readFile: PolicySources['readFile']): DeclaredPolicy {
  try {
    return parsePolicyFile(readFile(path), path);
  } catch (error) {
    if (error instanceof ConfigError) {
      throw error;
    }
    if (isAbsent(error)) {
      return parseDeclaredPolicy('', 'defaults');
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

/** Nothing, where neither flag nor variable says a word: then the document decides. */
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
