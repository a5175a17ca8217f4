import {
  CLIProfileCredentialsProvider,
  ECSRAMRoleCredentialsProvider,
  OIDCRoleArnCredentialsProvider,
  ProfileCredentialsProvider,
  URICredentialsProvider,
} from '@alicloud/credentials';
import type { CredentialsSource } from '../../cloud/client/transport.ts';
import { ConfigError } from '../../core/domain/errors.ts';
import { readCredentials } from '../create-sweep-deps.ts';
import { createCredentialsSource, type Origin } from './credentials-source.ts';
import { describeProfile, findProfile, type Profile, profileFiles } from './profile-files.ts';
import type { Surroundings } from './surroundings.ts';

const OIDC = ['ALIBABA_CLOUD_ROLE_ARN', 'ALIBABA_CLOUD_OIDC_PROVIDER_ARN', 'ALIBABA_CLOUD_OIDC_TOKEN_FILE'] as const;
const KEYS = ['ALIBABA_CLOUD_ACCESS_KEY_ID', 'ALIBABA_CLOUD_ACCESS_KEY_SECRET'] as const;

/**
 * Credentials where the cloud's official tools have them: `--profile`, the environment's keys, OIDC, profile files, the
 * role of an ECS instance, a URI.
 *
 * The first configured source counts. If it is broken, no other source is tried, because a command must never run with
 * another identity than the user chose.
 *
 * @throws ConfigError naming the missing setting, or all places that were searched
 */
export function findCredentials(
  io: Pick<Surroundings, 'env' | 'readFile' | 'clock'>,
  profile: string | undefined,
): CredentialsSource {
  const { env } = io;
  if (profile === undefined && KEYS.some(isSet(env))) {
    const credentials = readCredentials(env);
    return async () => credentials;
  }
  return createCredentialsSource(findOrigin(io, profile), io.clock);
}

function findOrigin(io: Pick<Surroundings, 'env' | 'readFile'>, asked: string | undefined): Origin {
  const { env } = io;
  if (asked === undefined && OIDC.every(isSet(env))) {
    return {
      label: 'OIDC (ALIBABA_CLOUD_OIDC_TOKEN_FILE)',
      provider: () => OIDCRoleArnCredentialsProvider.builder().build(),
    };
  }
  const found = findProfile(io, asked);
  if (found !== undefined) {
    return { label: describeProfile(found), provider: () => toProvider(found) };
  }
  const files = profileFiles(env).join(' nor ');
  if (asked !== undefined) {
    throw new ConfigError(`credentials: neither ${files} has a profile "${asked}"`);
  }
  // Only an ECS instance has this address. On other machines a command would wait for it in vain, so it needs to be
  // told.
  if (isSet(env)('ALIBABA_CLOUD_ECS_METADATA')) {
    return {
      label: 'the role of this ECS instance (ALIBABA_CLOUD_ECS_METADATA)',
      provider: () => ECSRAMRoleCredentialsProvider.builder().build(),
    };
  }
  if (isSet(env)('ALIBABA_CLOUD_CREDENTIALS_URI')) {
    return { label: 'ALIBABA_CLOUD_CREDENTIALS_URI', provider: () => URICredentialsProvider.builder().build() };
  }
  throw new ConfigError(
    `no credentials: ${KEYS.join(' and ')} are not set, neither ${files} has a profile, and neither OIDC (${OIDC.join(', ')}), ` +
      'ALIBABA_CLOUD_ECS_METADATA nor ALIBABA_CLOUD_CREDENTIALS_URI is configured',
  );
}

const toProvider = ({ kind, name }: Profile): ReturnType<Origin['provider']> =>
  kind === 'cli'
    ? CLIProfileCredentialsProvider.builder().withProfileName(name).build()
    : ProfileCredentialsProvider.builder().withProfileName(name).build();

const isSet =
  (env: Surroundings['env']) =>
  (name: string): boolean =>
    Boolean(env[name]?.trim());
