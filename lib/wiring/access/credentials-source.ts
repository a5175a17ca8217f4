import type { Credentials, CredentialsSource } from '../../cloud/client/transport.ts';
import { describeCode } from '../../core/advice/error-advice.ts';
import type { Clock } from '../../core/domain/cloud-api.ts';
import { CloudError, ConfigError } from '../../core/domain/errors.ts';

type Provided = {
  readonly accessKeyId?: string;
  readonly accessKeySecret?: string;
  readonly securityToken?: string;
};

/** A place that has credentials: its name for messages, and its provider. */
export type Origin = {
  readonly label: string;
  readonly provider: () => { readonly getCredentials: () => Promise<Provided> };
};

/** The package renews expiring credentials on each request, and some of its providers start a process each time. */
const ASKED_AGAIN_MS = 60_000;

/**
 * Credentials from a provider of the credentials package, renewed when they expire.
 *
 * The first failure is a `ConfigError`, because nothing was done yet. A later failure is a `CloudError`, which ends the
 * call and not the run. No message contains text of the package's own messages, because they quote files and replies.
 */
export function createCredentialsSource({ label, provider }: Origin, clock: Clock): CredentialsSource {
  let asked: ReturnType<Origin['provider']> | undefined;
  let current: Credentials | undefined;
  let askAgainMs = Number.NEGATIVE_INFINITY;
  let pending: Promise<Credentials> | undefined;

  const ask = async (): Promise<Credentials> => {
    try {
      asked ??= provider();
      const next = toCredentials(await asked.getCredentials());
      // The same object for the same credentials, because clients are cached by it.
      current = isSame(current, next) ? current : next;
      askAgainMs = clock.now() + ASKED_AGAIN_MS;
      return current;
    } catch (error) {
      const why = whyNone(error);
      if (current === undefined) {
        throw new ConfigError(`credentials: ${label} gave none: ${why}`);
      }
      throw new CloudError({
        action: 'GetCredentials',
        code: 'NoCredentials',
        effect: 'refused',
        detail: `${label}: ${why}`,
      });
    } finally {
      pending = undefined;
    }
  };
  return async () => {
    if (current !== undefined && clock.now() < askAgainMs) {
      return current;
    }
    pending ??= ask();
    return await pending;
  };
}

function toCredentials({ accessKeyId, accessKeySecret, securityToken }: Provided): Credentials {
  if (!accessKeyId || !accessKeySecret) {
    throw new NothingGiven();
  }
  return securityToken ? { accessKeyId, accessKeySecret, securityToken } : { accessKeyId, accessKeySecret };
}

class NothingGiven extends Error {
  override readonly name = 'NothingGiven';
}

const isSame = (one: Credentials | undefined, other: Credentials): one is Credentials =>
  one?.accessKeyId === other.accessKeyId &&
  one.accessKeySecret === other.accessKeySecret &&
  one.securityToken === other.securityToken;

/** Parts of the package's own messages, and their meaning for a person. */
const MEANINGS: readonly (readonly [RegExp, string])[] = [
  [/^the access key secret is invalid/, describeCode('SignatureDoesNotMatch')],
  [/^failed to execute external command/, 'its command failed'],
  [/external command output|^invalid (StsToken )?credential response/, 'its command printed no credentials'],
  [/CloudSSO|OAuth/, 'log in again with the aliyun command'],
];

/** The end of the package's messages, or the part before the body of a reply. */
const STATUS = /\b(?:httpStatus: |failed with |failed: [A-Z]+ \S+ )([45]\d\d)\b/;

/** The reason in our own words. Only a code of the cloud or of the system is copied. */
function whyNone(error: unknown): string {
  if (error instanceof NothingGiven) {
    return 'it answered neither a key nor a reason';
  }
  const { name = '', code, message = '' } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  const said = /"Code"\s*:\s*"([A-Za-z][\w.]{2,60})"/.exec(message)?.[1];
  if (said !== undefined) {
    return describeCode(said);
  }
  if (/Timeout/.test(name)) {
    return 'no answer in time';
  }
  if (code !== undefined && /^[A-Z][A-Z0-9_]{2,50}$/.test(code)) {
    return code;
  }
  const meaning = MEANINGS.find(([pattern]) => pattern.test(message))?.[1];
  if (meaning !== undefined) {
    return meaning;
  }
  const [, status] = STATUS.exec(message) ?? [];
  return status === undefined ? 'something that it needs is missing or malformed' : `HTTP ${status}`;
}
