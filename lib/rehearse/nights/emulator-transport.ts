import type { Transport, TransportReply } from '../../cloud/client/transport.ts';
import type { AccountId } from '../../core/domain/estate.ts';
import type { Emulator } from '../../emulator/emulator-types.ts';
import { flatten } from './wire-params.ts';

const VERSIONS = { vpc: '2016-04-28', cbn: '2017-09-12', sts: '2015-04-01' } as const;

/**
 * Sends each call to an emulator in this process, without a socket or a signature.
 *
 * @param accountId the account of the caller, unless the call has the credentials of a role
 */
export function createTransport(emulator: Pick<Emulator, 'call'>, accountId: AccountId): Transport {
  const accountOf = new Map<string, AccountId>();
  return async ({ service, action, params: structured, credentials }) => {
    const params = flatten(structured);
    const caller = accountOf.get(credentials.accessKeyId) ?? accountId;
    const reply = await emulator.call({ accountId: caller, version: VERSIONS[service], action, params });
    rememberRole(params.RoleArn, reply, accountOf);
    return reply;
  };
}

function rememberRole(roleArn: string | undefined, { body }: TransportReply, accountOf: Map<string, AccountId>): void {
  const [, accountId] = /^acs:ram::(\d+):/.exec(roleArn ?? '') ?? [];
  const keyId = (body as { Credentials?: { AccessKeyId?: string } }).Credentials?.AccessKeyId;
  if (accountId !== undefined && keyId !== undefined) {
    accountOf.set(keyId, accountId);
  }
}
