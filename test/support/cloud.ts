import { createCloudApi } from '../../lib/cloud/client/create-cloud-api.ts';
import { resolveEndpoints } from '../../lib/cloud/client/endpoints.ts';
import type {
  CreateTransportCall,
  OrganizationTransport,
  TransportCall,
  TransportReply,
} from '../../lib/cloud/client/transport.ts';
import type { JournalEvent, JournalFields } from '../../lib/core/domain/journal.ts';
import type { RefusedEvent, RunResult } from '../../lib/core/domain/outcome.ts';
import type { Narrowing, Policy, PolicyOrigin } from '../../lib/core/domain/policy.ts';
import type { Store } from '../../lib/core/store/store.ts';
import { createEmulator } from '../../lib/emulator/create-emulator.ts';
import type { EmulatorOptions } from '../../lib/emulator/emulator-types.ts';
import { parseEstate } from '../../lib/emulator/estate/parse-estate.ts';
import { type SweepDeps, type SweepRequest, sweep } from '../../lib/sweep/run-sweep.ts';
import { ACCOUNT, aPolicy, NOW, ORIGIN, REGION } from './builders.ts';
import { flatten } from './flatten.ts';
import { VirtualClock } from './virtual-clock.ts';

const VERSIONS = { vpc: '2016-04-28', cbn: '2017-09-12', sts: '2015-04-01' } as const;

export type CloudOptions = {
  /** An estate as people write it. Everything except ids may be left out. */
  readonly estate: Readonly<Record<string, unknown>>;
  readonly policy?: Parameters<typeof aPolicy>[0];
  readonly behaviours?: EmulatorOptions['behaviours'];
  readonly faults?: EmulatorOptions['faults'];
  readonly latencyMs?: number;
  /** A factor on the emulator's published limits. Default: off. */
  readonly limits?: number;
};

type CloudCall = TransportCall | CreateTransportCall;

export type RunOptions = {
  readonly policy?: Policy;
  readonly origin?: PolicyOrigin;
  readonly parts?: readonly Narrowing[];
  /** Default: when no parts are given. */
  readonly isWhole?: boolean;
  readonly deadlineMs?: number;
  readonly stopAsked?: AbortSignal;
  /** Null if neither function nor environment has a region. */
  readonly defaultRegion?: string | null;
  readonly refused?: readonly RefusedEvent[];
  readonly notes?: readonly string[];
  readonly runId?: string;
  readonly onReading?: SweepDeps['onReading'];
  readonly store?: Store;
  readonly plan?: SweepRequest['plan'];
  readonly onPlanned?: SweepDeps['onPlanned'];
  /**
   * Sees each call before it reaches the cloud. It may throw to cut the call off, or change the estate as other people
   * do.
   */
  before?(call: CloudCall): void;
  /** Replaces each reply on its way back. */
  after?(call: CloudCall, reply: TransportReply): TransportReply;
};

const WRITES = /^(Delete|TagResources|UnTagResources|Create|Dissociate|Disable)/;

/** An emulated cloud in this process, on a clock of its own, and the sweep joined to it below the SDK. */
export function startCloud(options: CloudOptions) {
  const clock = new VirtualClock(NOW);
  const emulator = createEmulator({
    estate: parseEstate(JSON.stringify(options.estate), 'test'),
    clock,
    seed: 1,
    limits: options.limits ?? 'off',
    ...(options.behaviours ? { behaviours: options.behaviours } : {}),
    ...(options.faults ? { faults: options.faults } : {}),
    ...(options.latencyMs === undefined ? {} : { latencyMs: options.latencyMs }),
  });
  const policy = aPolicy({ mode: 'sweep', regions: [REGION], ...options.policy });
  const lines: (JournalFields & { event: JournalEvent })[] = [];
  const accountOf = new Map<string, string>();

  const transport =
    ({ before, after }: Pick<RunOptions, 'before' | 'after'>): OrganizationTransport =>
    async (call: Parameters<OrganizationTransport>[0]) => {
      if (call.service === 'resourcedirectory') {
        throw new TypeError('there is no directory');
      }
      before?.(call);
      const params = flatten(call.params);
      const accountId = accountOf.get(call.credentials.accessKeyId) ?? ACCOUNT;
      const reply = await withTimeout(
        emulator.call({ accountId, version: VERSIONS[call.service], action: call.action, params }),
        call.timeoutMs,
      );
      rememberRole(params.RoleArn, reply, accountOf);
      return after?.(call, reply) ?? reply;
    };

  const withTimeout = async (reply: Promise<TransportReply>, timeoutMs: number): Promise<TransportReply> => {
    const { late, cancel } = clock.timeout(timeoutMs);
    try {
      return await Promise.race([reply, late]);
    } finally {
      cancel();
      reply.catch(() => undefined);
    }
  };

  /** A run. Its log lines are added to `lines`. */
  async function run(change: RunOptions = {}): Promise<RunResult> {
    const calls: Record<string, number> = {};
    const journal = (event: JournalEvent, fields: JournalFields) => {
      lines.push({ event, ...fields });
    };
    const runPolicy = change.policy ?? policy;
    const api = createCloudApi({
      credentials: { accessKeyId: 'test', accessKeySecret: 'test' },
      endpoints: resolveEndpoints({}),
      policy: runPolicy,
      clock,
      random: () => 0.5,
      deadlineMs: change.deadlineMs ?? Number.POSITIVE_INFINITY,
      stops: { begin: change.stopAsked },
      observer: {
        onCall: (action) => {
          calls[action] = (calls[action] ?? 0) + 1;
        },
        onRetry: ({ requestId, ...retry }) => journal('step.retried', { ...retry, cloudRequestId: requestId }),
      },
      transport: transport(change),
    });
    const parts = change.parts ?? [{ mode: runPolicy.mode, regions: undefined, connections: undefined }];
    return await sweep(
      {
        policy: runPolicy,
        origin: change.origin ?? ORIGIN,
        parts,
        isWhole: change.isWhole ?? change.parts === undefined,
        defaultRegion: change.defaultRegion === null ? undefined : (change.defaultRegion ?? REGION),
        refused: change.refused ?? [],
        notes: change.notes ?? [],
        plan: change.plan,
      },
      {
        api,
        clock,
        journal,
        calls: () => calls,
        runId: change.runId ?? 'run',
        deadlineMs: change.deadlineMs ?? Number.POSITIVE_INFINITY,
        stopAsked: change.stopAsked,
        ...(change.onReading === undefined ? {} : { onReading: change.onReading }),
        store: change.store,
        onPlanned: change.onPlanned,
      },
    );
  }

  return {
    clock,
    emulator,
    policy,
    lines,
    run,
    transport,
    connectionIds: () => emulator.estate.vpnConnections.map(({ VpnConnectionId }) => VpnConnectionId).sort(),
    connection: (id: string) => emulator.estate.vpnConnections.find(({ VpnConnectionId }) => VpnConnectionId === id),
    tags: (id: string) => emulator.estate.vpnConnections.find(({ VpnConnectionId }) => VpnConnectionId === id)?.tags,
    /** Calls that change the cloud, in order, as `Action id`. */
    writes: () => emulator.calls.filter(({ action }) => WRITES.test(action)).map(toLine),
    /** All calls in order. */
    calls: () => emulator.calls.map(toLine),
  };
}

type Call = { readonly action: string; readonly params: Readonly<Record<string, string>> };
const toLine = ({ action, params }: Call): string =>
  [action, params.TransitRouterAttachmentId ?? params.VpnConnectionId ?? params['ResourceId.1']]
    .filter(Boolean)
    .join(' ');

function rememberRole(roleArn: string | undefined, { body }: TransportReply, accountOf: Map<string, string>): void {
  const [, accountId] = /^acs:ram::(\d+):/.exec(roleArn ?? '') ?? [];
  const keyId = (body as { Credentials?: { AccessKeyId?: string } })?.Credentials?.AccessKeyId;
  if (accountId && keyId) {
    accountOf.set(keyId, accountId);
  }
}
