import { homedir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../../core/domain/errors.ts';
import { toPrintable } from '../../core/text/printable.ts';
import type { Surroundings } from './surroundings.ts';

/** A profile of a file of the official tools: its place and its contents. */
export type Profile = {
  readonly name: string;
  readonly file: string;
  readonly kind: 'cli' | 'shared';
  /** How its credentials are obtained: `AK`, `RamRoleArn`, `ram_role_arn`, … */
  readonly mode: string;
  readonly fields: Readonly<Record<string, unknown>>;
};

type Env = Surroundings['env'];

/** The `aliyun` command's own file, and the file of the SDKs. The credentials package searches the same places. */
const cliFile = (): string => join(homedir(), '.aliyun', 'config.json');
const sharedFile = (env: Env): string =>
  env.ALIBABA_CLOUD_CREDENTIALS_FILE?.trim() || join(homedir(), '.alibabacloud', 'credentials');

/** The required fields of each mode. */
const NEEDED: Readonly<Record<Profile['kind'], Readonly<Record<string, readonly string[]>>>> = {
  cli: {
    AK: ['access_key_id', 'access_key_secret'],
    StsToken: ['access_key_id', 'access_key_secret', 'sts_token'],
    RamRoleArn: ['access_key_id', 'access_key_secret', 'ram_role_arn'],
    EcsRamRole: [],
    OIDC: ['oidc_token_file', 'oidc_provider_arn', 'ram_role_arn'],
    ChainableRamRoleArn: ['source_profile', 'ram_role_arn'],
    CloudSSO: ['cloud_sso_sign_in_url', 'cloud_sso_account_id', 'cloud_sso_access_config', 'access_token'],
    OAuth: ['oauth_site_type', 'oauth_refresh_token'],
    External: ['process_command'],
  },
  shared: {
    access_key: ['access_key_id', 'access_key_secret'],
    ecs_ram_role: [],
    ram_role_arn: ['access_key_id', 'access_key_secret', 'role_arn'],
  },
};

/** The searched files, for messages. */
export const profileFiles = (env: Env): readonly string[] => [cliFile(), sharedFile(env)];

/**
 * The profile with this name. Without a name, the profile that `ALIBABA_CLOUD_PROFILE` or the file itself calls
 * current. Undefined when no file has it. The file of the `aliyun` command comes first.
 *
 * @throws ConfigError for an unreadable file, or a profile that lacks a field. It quotes only names of profiles, fields
 * and modes
 */
export function findProfile(
  { env, readFile }: Pick<Surroundings, 'env' | 'readFile'>,
  asked?: string,
): Profile | undefined {
  const name = asked ?? (env.ALIBABA_CLOUD_PROFILE?.trim() || undefined);
  const cli =
    env.ALIBABA_CLOUD_CLI_PROFILE_DISABLED?.trim().toLowerCase() === 'true' ? undefined : read(readFile, cliFile());
  const found =
    (cli === undefined ? undefined : inCliFile(cli, cliFile(), name)) ??
    inSharedFile(read(readFile, sharedFile(env)), sharedFile(env), name ?? 'default');
  return found && complete(found);
}

/** Undefined if the file does not exist. */
function read(readFile: Surroundings['readFile'], file: string): string | undefined {
  try {
    return readFile(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return undefined;
    }
    throw new ConfigError(`credentials: ${file} cannot be read (${code})`);
  }
}

function inCliFile(text: string, file: string, asked: string | undefined): Profile | undefined {
  const document = parseObject(text);
  const profiles = Array.isArray(document?.profiles) ? document.profiles.filter(isObject) : undefined;
  if (document === undefined || profiles === undefined) {
    throw new ConfigError(
      `credentials: ${file} is no configuration of the aliyun command: JSON with a list "profiles"`,
    );
  }
  const name = asked ?? document.current;
  const fields = profiles.find((profile) => profile.name === name);
  return fields && { name: String(name), file, kind: 'cli', mode: String(fields.mode ?? ''), fields };
}

function inSharedFile(text: string | undefined, file: string, name: string): Profile | undefined {
  const fields = text === undefined ? undefined : sectionOf(text, name);
  return fields && { name, file, kind: 'shared', mode: fields.type ?? '', fields };
}

/** An INI section, only to see its contents. The credentials package reads the file by itself. */
function sectionOf(text: string, name: string): Readonly<Record<string, string>> | undefined {
  let fields: Record<string, string> | undefined;
  let isIt = false;
  for (const line of text.split(/\r?\n/)) {
    const head = /^\s*\[(.*)\]\s*$/.exec(line)?.[1];
    if (head !== undefined) {
      isIt = head.trim() === name;
      fields = isIt ? (fields ?? {}) : fields;
      continue;
    }
    const [, key, value] = /^\s*([\w.-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (isIt && fields && key !== undefined) {
      fields[key] = value ?? '';
    }
  }
  return fields;
}

function complete(profile: Profile): Profile {
  const { kind, mode, fields } = profile;
  const modes = NEEDED[kind];
  const needed = Object.hasOwn(modes, mode) ? modes[mode] : undefined;
  if (needed === undefined) {
    const said = kind === 'cli' ? 'mode' : 'type';
    const problem = mode === '' ? `has no ${said}` : `has a ${said} that is not known here`;
    throw new ConfigError(
      `credentials: ${describeProfile(profile)} ${problem}; known: ${Object.keys(modes).join(', ')}`,
    );
  }
  const missing = needed.filter((field) => typeof fields[field] !== 'string' || fields[field].trim() === '');
  if (missing.length > 0) {
    throw new ConfigError(`credentials: ${describeProfile(profile)} lacks ${missing.join(' and ')}`);
  }
  return profile;
}

export const describeProfile = ({ name, file }: Pick<Profile, 'name' | 'file'>): string =>
  `profile "${toPrintable(name)}" of ${file}`;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    // The parser's message quotes the file.
    return undefined;
  }
}
