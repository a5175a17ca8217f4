import { createCloudApi } from '../../cloud/client/create-cloud-api.ts';
import { resolveEndpoints } from '../../cloud/client/endpoints.ts';
import type { AccountId, ConnectionId } from '../../core/domain/estate.ts';
import type { Journal } from '../../core/domain/journal.ts';
import type { Policy } from '../../core/domain/policy.ts';
import type { Store } from '../../core/store/store.ts';
import { createEmulator } from '../../emulator/create-emulator.ts';
import type { Emulator } from '../../emulator/emulator-types.ts';
import type { Estate } from '../../emulator/estate/estate-types.ts';
import type { SweepDeps } from '../../sweep/run-sweep.ts';
import { roleNames } from '../export/to-estate.ts';
import { createTransport } from './emulator-transport.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** Number of calls that the emulator remembers. A rehearsal does not read them. */
const CALLS_KEPT = 1;
/** The client needs credentials, but nothing checks them. */
const CREDENTIALS = { accessKeyId: 'rehearsal', accessKeySecret: 'rehearsal' };
/** Replaces random numbers in the waits between attempts, so that every rehearsal is the same. */
const CHANCE = 0.5;

/** The estate on an emulator in this process. It opens no socket, and its time passes only on the given clock. */
export class RehearsedCloud {
  readonly #emulator: Emulator;
  readonly #clock: VirtualClock;
  readonly #own: AccountId;
  readonly #before: ReadonlyMap<ConnectionId, string>;
  #tokens = 0;

  constructor(estate: Estate, policy: Policy, clock: VirtualClock) {
    this.#clock = clock;
    this.#own = estate.accounts[0]?.accountId ?? '';
    const options = { clock, seed: 1, limits: 'off', callsKept: CALLS_KEPT } as const;
    this.#emulator = createEmulator({ estate: toRehearsed(estate, policy), ...options });
    this.#before = new Map(estate.vpnConnections.map((row) => [row.VpnConnectionId, stateOf(row)]));
  }

  /** The dependencies of a run. */
  deps(policy: Policy, journal: Journal, runId: string, store: Store | undefined): SweepDeps {
    const clock = this.#clock;
    const deadlineMs = Number.POSITIVE_INFINITY;
    const calls: Record<string, number> = {};
    const api = createCloudApi({
      credentials: CREDENTIALS,
      endpoints: resolveEndpoints({}),
      policy,
      clock,
      random: () => CHANCE,
      deadlineMs,
      newToken: () => {
        this.#tokens += 1;
        return `rehearsal-${this.#tokens}`;
      },
      observer: {
        onCall: (action) => {
          calls[action] = (calls[action] ?? 0) + 1;
        },
        onRetry: (retry) => journal('step.retried', retry),
      },
      transport: createTransport(this.#emulator, this.#own),
    });
    return { api, clock, journal, calls: () => calls, runId, deadlineMs, store };
  }

  /** Connections whose tags, state and binding are the same as before the first night. */
  untouched(): ReadonlySet<ConnectionId> {
    const same = this.#emulator.estate.vpnConnections.filter(
      (row) => this.#before.get(row.VpnConnectionId) === stateOf(row),
    );
    return new Set(same.map((row) => row.VpnConnectionId));
  }

  /** Whether a connection existed before the first night. */
  had(connectionId: ConnectionId): boolean {
    return this.#before.has(connectionId);
  }
}

type Row = Estate['vpnConnections'][number];

/** Drop settings that nothing judges. They are most of each reply, and include keys. */
function withoutSettings({
  IkeConfig,
  IpsecConfig,
  VcoHealthCheck,
  VpnBgpConfig,
  RemoteCaCertificate,
  ...row
}: Row): Row {
  const { TunnelOptions } = row;
  return { ...row, ...(TunnelOptions && { TunnelOptions: TunnelOptions.map(statusOf) }) };
}

type Tunnel = NonNullable<Row['TunnelOptions']>[number];

const statusOf = ({ TunnelId, TunnelIndex, Role, State, Status }: Tunnel): Tunnel => ({
  TunnelId,
  TunnelIndex,
  Role,
  State,
  Status,
});

const stateOf = ({ State, AttachType, TransitRouterId, tags }: Row): string =>
  JSON.stringify([State, AttachType, TransitRouterId, tags]);

/**
 * The estate for a rehearsal: its accounts accept every caller of the policy, because permissions are not rehearsed.
 */
function toRehearsed(estate: Estate, { accounts, detach }: Policy): Estate {
  const arns = [...accounts, ...detach.roles].map(({ roleArn }) => roleArn);
  return {
    ...estate,
    vpnConnections: estate.vpnConnections.map(withoutSettings),
    accounts: estate.accounts.map((account) => {
      const names = roleNames(arns, account.accountId);
      const others = account.roles.filter(({ name }) => !names.includes(name));
      return { ...account, roles: [...others, ...names.map((name) => ({ name, trusted: ['*'] }))] };
    }),
  };
}
