import { randomBytes } from 'node:crypto';
import type { RunningEmulator } from '../../emulator/emulator-types.ts';
import type { AccessKey, Estate } from '../../emulator/estate/estate-types.ts';

type Access = Pick<RunningEmulator, 'url' | 'accessKeyId' | 'accessKeySecret'>;
type Exported = Access & { readonly receiver: Pick<RunningEmulator['receiver'], 'channels'> };

/** A key that no other emulator has. */
export const freshKey = (): AccessKey => ({
  accessKeyId: `LTAIemulator${randomBytes(6).toString('hex')}`,
  accessKeySecret: `canary-secret-${randomBytes(15).toString('hex')}`,
  user: 'vco-sweeper',
});

/** The same estate with fresh keys. The keys of a generated estate are no secret, because they follow from its seed. */
export const withFreshKeys = (estate: Estate): Estate => ({
  ...estate,
  accounts: estate.accounts.map((account) => ({ ...account, keys: account.keys.map(() => freshKey()) })),
});

/** A line with the address of the emulator and its key. */
export const toAccessLine = (
  { url, accessKeyId, accessKeySecret }: Access,
  certificateFile: string | undefined,
): string =>
  [
    `emulator url=${url} accessKeyId=${accessKeyId} accessKeySecret=${accessKeySecret}`,
    ...(certificateFile === undefined ? [] : [`certificate=${certificateFile}`]),
  ].join(' ');

/** The address of a channel and its signing key, if it has a key, under the names in the documents. */
const toChannelVariables = (
  url: string,
  { type, path, secret }: RunningEmulator['receiver']['channels'][number],
): readonly [string, string][] => [
  [`${type.toUpperCase()}_URL`, `${url}${path}`],
  ...(secret === null ? [] : [[`${type.toUpperCase()}_SECRET`, secret] as [string, string]]),
];

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/**
 * Lines for `eval` in a shell. Afterwards, clients in the shell reach the emulator: this product, the SDKs, the
 * `aliyun` command line, and Terraform's provider by its own names.
 */
export function toExports(
  { url, accessKeyId, accessKeySecret, receiver }: Exported,
  { certificateFile, pid }: { readonly certificateFile: string | undefined; readonly pid: number },
): readonly string[] {
  const { host } = new URL(url);
  const services = ['VPC', 'CBN', 'STS', 'FC', 'RESOURCEDIRECTORY'];
  const variables: [string, string][] = [
    ...services.map((service): [string, string] => [`ALIBABA_CLOUD_${service}_ENDPOINT`, url]),
    ...['VPC', 'CBN', 'STS'].map((service): [string, string] => [`${service}_ENDPOINT`, host]),
    ['ALIBABA_CLOUD_ACCESS_KEY_ID', accessKeyId],
    ['ALIBABA_CLOUD_ACCESS_KEY_SECRET', accessKeySecret],
    ['ALICLOUD_ACCESS_KEY', accessKeyId],
    ['ALICLOUD_SECRET_KEY', accessKeySecret],
    ['VCO_SWEEPER_EMULATOR_PID', String(pid)],
    ...receiver.channels.flatMap((channel) => toChannelVariables(url, channel)),
  ];
  const trusting = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE'];
  if (certificateFile !== undefined) {
    variables.push(...trusting.map((name): [string, string] => [name, certificateFile]));
  }
  return [
    ...variables.map(([name, value]) => `export ${name}=${quoted(value)}`),
    // Otherwise clients would send a token of other credentials with this key.
    'unset ALIBABA_CLOUD_SECURITY_TOKEN ALICLOUD_SECURITY_TOKEN',
  ];
}
