import { createCloudApi } from '../../../lib/cloud/client/create-cloud-api.ts';
import { resolveEndpoints } from '../../../lib/cloud/client/endpoints.ts';
import type { Transport, TransportCall, TransportReply } from '../../../lib/cloud/client/transport.ts';
import { ConfigError } from '../../../lib/core/domain/errors.ts';
import type { JournalEvent, JournalFields } from '../../../lib/core/domain/journal.ts';
import type { RunResult } from '../../../lib/core/domain/outcome.ts';
import type { Policy } from '../../../lib/core/domain/policy.ts';
import { indexEntries, type PlanEntry, toPlanEntry } from '../../../lib/core/saved-plan/saved-plan.ts';
import { createEmulator } from '../../../lib/emulator/create-emulator.ts';
import type { Emulator } from '../../../lib/emulator/emulator-types.ts';
import { defineEstate } from '../../../lib/emulator/estate/parse-estate.ts';
import type { CallRecord } from '../../../lib/emulator/gateway/call-log.ts';
import { parseEvent } from '../../../lib/event/parse-event.ts';
import { parsePolicy } from '../../../lib/policy/parse-policy.ts';
import { openStore } from '../../../lib/store/open-store.ts';
import { sweep } from '../../../lib/sweep/run-sweep.ts';
import { startClock } from '../../../lib/wiring/machine-clock.ts';
import { flatten } from '../../support/flatten.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { checkConverged } from '../monitor/convergence.ts';
import { maxGapMs } from '../monitor/due.ts';
import { Monitor } from '../monitor/monitor.ts';
import { StoreWatch } from '../monitor/store-watch.ts';
import { ToldWatch } from '../monitor/told-watch.ts';
import type { Violation, Watched } from '../monitor/watched-run.ts';
import {
  CALM_RUN,
  createChance,
  OWN,
  type PolicyDocument,
  type RunPlan,
  type Scenario,
  START_MS,
} from '../stories/scenario.ts';
import { MemoryFiles, STORE_FOLDER } from './memory-files.ts';
import { actOut } from './people.ts';
import { Reporter } from './reporter.ts';
import { isClosed } from './truth.ts';

const VERSIONS = { vpc: '2016-04-28', cbn: '2017-09-12', sts: '2015-04-01' } as const;
/** Runs without faults and other people, after which nothing may be left to do. */
const CALM_RUNS_MAX = 160;
/** After so many rounds a story without an end is left. */
const RARE_ROUNDS = 5;
/** The distance of the moments at which an open change window is looked for. */
const LOOK_MS = 1_800_000;

export type Story = {
  readonly violations: readonly Violation[];
  /** A line for each call, act of other people, start and end of a run. */
  readonly history: readonly string[];
  readonly stats: Stats;
  /** The connections that are left in the end, each with its holders. */
  readonly left: readonly string[];
};

type Stats = {
  runs: number;
  calls: number;
  deletions: number;
  faults: number;
  crashes: number;
  overlaps: number;
  people: number;
  /** Claims that a run could neither remove nor overwrite. */
  unclearable: number;
};

/**
 * Live through one scenario with the real sweep, from event and policy to the transport below the client's retries,
 * against the emulated cloud and on a virtual clock. Nothing depends on anything but the scenario.
 */
export async function simulate(scenario: Scenario): Promise<Story> {
  const world = new World(scenario);
  await world.live();
  const { vpnConnections, attachments } = world.emulator.estate;
  const left = vpnConnections.map(({ VpnConnectionId: id, AttachType }) => {
    const holders = attachments.filter(({ VpnId }) => VpnId === id).map((one) => one.TransitRouterAttachmentId);
    return [id, AttachType, ...holders].join(' ');
  });
  return { violations: world.monitor.violations, history: world.history, stats: world.stats, left: left.sort() };
}

/** So many calls one after the other a round of the lists of all transit routers takes at most. */
const ROUND_CALLS = 12;
const TAG_WRITES = ['TagResources', 'UnTagResources'];
const WRITES = [...TAG_WRITES, 'DeleteVpnAttachment', 'DeleteTransitRouterVpnAttachment'];
const MISLED = { misled: true, readsMisled: true, tagsMisled: true, overlapped: true };

/** How long after a stale answer a run may still rest on it. */
const BLUR_MS = 30 * 60_000;

class World {
  readonly clock = new VirtualClock(START_MS);
  readonly emulator: Emulator;
  readonly monitor: Monitor;
  readonly history: string[] = [];
  readonly stats: Stats = {
    runs: 0,
    calls: 0,
    deletions: 0,
    faults: 0,
    crashes: 0,
    overlaps: 0,
    people: 0,
    unclearable: 0,
  };
  readonly #scenario: Scenario;
  #policy: PolicyDocument;
  readonly #files: MemoryFiles | undefined;
  readonly #reporter: Reporter | undefined;
  readonly #running = new Set<Watched>();
  #blurredUntilMs = 0;
  #tokens = 0;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#policy = scenario.policy;
    this.emulator = createEmulator({
      estate: defineEstate(scenario.estate),
      clock: this.clock,
      seed: scenario.seed,
      limits: 'off',
      behaviours: scenario.behaviours,
      latencyMs: scenario.latencyMs,
    });
    // A run with a deadline waits for a store by the clock of the machine, which is not that of the story.
    const slowMs = scenario.runs.some(({ timeoutMs }) => timeoutMs !== undefined) ? 50 : 2_000;
    this.#files = scenario.store && new MemoryFiles(this.clock, scenario.store.faults, slowMs);
    const now = () => this.clock.now();
    const told = scenario.reports && new ToldWatch();
    this.#reporter = this.#files && told && new Reporter(this.#files, told, now);
    this.monitor = new Monitor(this.emulator, scenario.policy, {
      store: this.#files && new StoreWatch(this.#files),
      told,
      now,
      // Other people change rows directly as well.
      changes: () => this.emulator.changes + this.stats.people,
      blurred: () => this.clock.now() < this.#blurredUntilMs,
      latencyMs: scenario.latencyMs,
      tagLagMs: scenario.behaviours.tagReadLagMs ?? 0,
      roundMs: scenario.latencyMs * ROUND_CALLS,
    });
  }

  async live(): Promise<void> {
    const { runs, people, calmAtMs, periodMs, goneAfter } = this.#scenario;
    const storm = [
      ...runs.map((plan) =>
        this.#at(plan.atMs, async () => {
          const result = await this.#run(plan);
          // The platform sends the same event again.
          if (result?.status === 'incomplete' && this.#scenario.isRetried) {
            await this.#run({ ...plan, id: plan.id + 500 });
          }
        }),
      ),
      ...people.map((act) =>
        this.#at(act.atMs, async () => {
          this.stats.people += 1;
          const done = await actOut(this.emulator, act, this.clock.now());
          this.#tell(`people: ${act.act} ${act.connectionId}${done ? '' : ' (not possible)'}`);
          this.monitor.othersActed(act.connectionId);
        }),
      ),
      ...(this.#scenario.reports ?? []).map((act) =>
        this.#at(act.atMs, async () => this.#tell(this.#reporter?.tell(act) ?? 'report: nowhere to record')),
      ),
      ...this.#scenario.faults.flatMap(({ fromMs, toMs }) => [
        this.#at(fromMs, () => this.#arm()),
        this.#at(toMs, () => this.#arm()),
      ]),
      this.#at(calmAtMs, async () => undefined),
    ];
    await Promise.all(storm);
    if (goneAfter) {
      this.#checkGone(goneAfter);
    }
    this.emulator.setFaults([]);
    this.#tell('calm: no more faults, no other people');
    await this.#calmDown(periodMs);
  }

  /** These connections had enough turns, although other connections are stuck or another rule comes and goes. */
  #checkGone({ runs, connectionIds }: NonNullable<Scenario['goneAfter']>): void {
    if (this.#ended < runs) {
      return;
    }
    const left = this.emulator.estate.vpnConnections.filter((row) => connectionIds.includes(row.VpnConnectionId));
    const due = left.filter((row) => row.pending === undefined && this.monitor.isSwept(row));
    for (const { VpnConnectionId: id } of due) {
      this.#report(`${id} should be gone after ${this.#ended} runs, and is still there`);
    }
  }

  #report(text: string): void {
    this.monitor.violations.push({ promise: 'liveness', text, atMs: this.clock.now(), run: -1 });
  }

  async #at(atMs: number, act: () => Promise<void>): Promise<void> {
    await this.clock.sleep(START_MS + atMs - this.clock.now());
    await act();
  }

  async #arm(): Promise<void> {
    const nowMs = this.clock.now() - START_MS;
    const open = this.#scenario.faults.filter(({ fromMs, toMs }) => fromMs <= nowMs && nowMs < toMs);
    this.emulator.setFaults(open.map(({ rule }) => rule));
    this.#tell(`faults: ${open.map(({ rule }) => `${rule.action ?? 'any'} ${rule.fault.kind}`).join(', ') || 'none'}`);
  }

  /** Runs follow at the same pace until a run changes nothing and leaves nothing that time alone would change. */
  async #calmDown(periodMs: number): Promise<void> {
    const plan = (id: number): RunPlan => ({ ...CALM_RUN, id });
    for (let round = 0; round < CALM_RUNS_MAX; round += 1) {
      await this.clock.sleep(this.#untilNextRun(periodMs));
      const result = await this.#run(plan(1_000 + round));
      if (this.#reporter) {
        this.#tell(this.#reporter.tellAll());
      }
      const { counts } = result ?? {};
      const left =
        counts &&
        counts.marked +
          counts.waiting +
          counts.deferred +
          counts.deleted +
          counts.cleared +
          counts.failed +
          counts['already-gone'] +
          (('held' in counts && Number(counts.held)) || 0) +
          this.#marksInDoubt(result);
      if ((left === 0 && round > 0) || (this.#scenario.isRarelyOpen && round > RARE_ROUNDS)) {
        break;
      }
      if (
        counts?.deferred &&
        Number((this.#policy.limits as { perRun?: number })?.perRun) === 0 &&
        counts.marked + counts.waiting === 0
      ) {
        break;
      }
    }
    if (this.#scenario.isRarelyOpen) {
      return;
    }
    const left = checkConverged({
      emulator: this.emulator,
      behaviours: this.#scenario.behaviours,
      policy: this.#policy,
      nowMs: this.clock.now(),
      isHalfDone: (row) => this.monitor.isHalfDone(row),
    });
    for (const text of left) {
      this.#report(text);
    }
  }

  /** Long runs may have moved the hour of the nights out of the change window. A run inside it comes earlier then. */
  #untilNextRun(periodMs: number): number {
    const nowMs = this.clock.now();
    const isOpenAfter = (delayMs: number) => !isClosed(this.#policy, nowMs + delayMs);
    for (let delayMs = LOOK_MS; !isOpenAfter(periodMs) && delayMs < periodMs; delayMs += LOOK_MS) {
      if (isOpenAfter(delayMs)) {
        return delayMs;
      }
    }
    return periodMs;
  }

  /** A mark that a run can neither renew nor end lapses after `marks.maxGap`. Until then time alone changes something. */
  #marksInDoubt(result: RunResult | undefined): number {
    const unknown = new Set(
      result?.outcomes.filter(({ outcome }) => outcome === 'unknown').map(({ connectionId }) => connectionId),
    );
    return this.emulator.estate.vpnConnections.filter((row) => {
      const seenMs = Date.parse(row.tags['vco-sweeper:seen']?.split(' ')[0] ?? '');
      const isAlive = this.clock.now() - seenMs <= maxGapMs(this.#policy);
      return unknown.has(row.VpnConnectionId) && 'vco-sweeper:orphan' in row.tags && isAlive;
    }).length;
  }

  async #run(asked: RunPlan): Promise<RunResult | undefined> {
    if (asked.policy) {
      this.#policy = asked.policy;
      this.monitor.usePolicy(asked.policy);
    }
    const plan = this.#withEntries(asked);
    if (plan === undefined) {
      return undefined;
    }
    const startedMs = this.clock.now();
    const deadlineMs = plan.timeoutMs === undefined ? Number.POSITIVE_INFINITY : startedMs + plan.timeoutMs * 0.9;
    const watched = this.monitor.watch(plan, this.#policy, deadlineMs);
    this.stats.runs += 1;
    this.stats.overlaps += this.#running.size > 0 ? 1 : 0;
    this.#running.add(watched);
    // Runs at the same time may undo each other's tags.
    if (this.#running.size > 1) {
      for (const other of this.#running) {
        Object.assign(other, MISLED);
      }
    }
    this.#tell(`run ${plan.id} starts: ${JSON.stringify(plan.event)}${describeClock(plan)}`);
    const lines: unknown[] = [];
    try {
      const died = new Promise<undefined>((die) => this.#graves.set(plan.id, () => die(undefined)));
      const result = await Promise.race([this.#sweep(plan, watched, deadlineMs, lines), died]);
      if (result === undefined) {
        this.stats.crashes += 1;
        this.monitor.die(watched);
        this.#tell(`run ${plan.id} is killed`);
        return undefined;
      }
      this.monitor.end(watched, result, lines);
      this.#ended += 1;
      this.#reporter?.hear(result);
      this.stats.unclearable = this.monitor.unclearable;
      this.#tell(`run ${plan.id} ends ${result.status}: ${describe(result)}`);
      return result;
    } catch (error) {
      // A policy that changed meanwhile may allow less than an event asks for. Then the refusal is right.
      if (error instanceof ConfigError) {
        return undefined;
      }
      this.monitor.fail(watched, `the run threw: ${error instanceof Error ? error.stack : String(error)}`);
      return undefined;
    } finally {
      this.#running.delete(watched);
    }
  }

  /** The plan that was saved last, and by which policy. */
  #saved: { readonly entries: readonly PlanEntry[]; readonly policy: PolicyDocument } | undefined;

  /** The run as an event would ask for it. Undefined for a sweep of a missing plan or of a plan for another policy. */
  #withEntries(plan: RunPlan): RunPlan | undefined {
    if (plan.savedPlan !== 'swept') {
      return plan;
    }
    if (this.#saved === undefined || this.#saved.entries.length === 0 || this.#saved.policy !== this.#policy) {
      return undefined;
    }
    const { entries } = this.#saved;
    const regions = [...new Set(entries.map(({ regionId }) => regionId))];
    return { ...plan, event: { mode: 'sweep', regions, connections: entries.map(({ connectionId }) => connectionId) } };
  }

  /** Runs that came to their end. */
  #ended = 0;
  readonly #graves = new Map<number, () => void>();

  async #sweep(plan: RunPlan, watched: Watched, deadlineMs: number, lines: unknown[]): Promise<RunResult> {
    const elapsedMs = () => this.clock.now() - watched.startedMs;
    const jumpMs = () => (plan.jump && elapsedMs() >= plan.jump.afterMs ? plan.jump.byMs : 0);
    const clock = startClock({
      wallMs: () => this.clock.now() + plan.skewMs + jumpMs(),
      elapsedMs,
      sleep: (ms) => this.clock.sleep(ms),
    });
    const policy = readPolicy(watched.policy);
    const request = parseEvent(JSON.stringify(plan.event), policy, plan.home);
    const calls: Record<string, number> = {};
    const random = createChance(this.#scenario.seed + plan.id);
    const journal = (event: JournalEvent, fields: JournalFields) => {
      lines.push({ event, ...fields });
    };
    const limitMs = deadlineMs + plan.skewMs;
    const store = this.#files && (await openStore(STORE_FOLDER, { clock, deadlineMs: limitMs }, this.#files));
    const api = createCloudApi({
      credentials: { accessKeyId: 'CANARYKEY', accessKeySecret: 'CANARYSECRET' },
      endpoints: resolveEndpoints({}),
      policy,
      clock,
      random: () => random.next(),
      deadlineMs: limitMs,
      newToken: () => {
        this.#tokens += 1;
        return `token-${this.#tokens}`;
      },
      observer: {
        onCall: (action) => {
          calls[action] = (calls[action] ?? 0) + 1;
        },
        onRetry: (retry) => journal('step.retried', retry),
      },
      transport: this.#transport(plan, watched),
    });
    const entries: PlanEntry[] = [];
    const isSwept = plan.savedPlan === 'swept';
    const result = await sweep(
      {
        policy,
        origin: { source: 'SWEEP_POLICY', hash: '' },
        // The plan is the ceiling for every request.
        parts: isSwept ? [{ mode: 'sweep', regions: undefined, connections: undefined }] : request.parts,
        plan: isSwept && this.#saved ? toSwept(this.#saved.entries) : undefined,
        isWhole: request.whole && !isSwept,
        defaultRegion: plan.home,
        refused: request.refused,
        notes: request.notes,
      },
      {
        api,
        clock,
        journal,
        calls: () => calls,
        runId: `run-${plan.id}`,
        // The function runs without a signal, and the command line with a signal. A killed run with a signal of its own
        // leaves nothing behind that lasts longer than its story.
        stopAsked: plan.id % 2 === 0 ? new AbortController().signal : undefined,
        deadlineMs: limitMs,
        store,
        onPlanned: (judged) => entries.push(toPlanEntry(judged)),
      },
    );
    if (plan.savedPlan === 'made' && result.status !== 'incomplete') {
      this.#saved = { entries, policy: watched.policy };
      this.monitor.plans.saved(entries);
    }
    return result;
  }

  /** The boundary is below the client's retries, pace and checks, and above its SDK, which has tests of its own over HTTP. */
  #transport(plan: RunPlan, watched: Watched): Transport {
    const accountOf = new Map<string, string>();
    let calls = 0;
    return async (call) => {
      calls += 1;
      const params = flatten(call.params);
      const sent = { action: call.action, params, accountId: accountOf.get(call.credentials.accessKeyId) ?? OWN };
      const dies = plan.death?.call === calls ? plan.death.when : undefined;
      if (plan.death && calls > plan.death.call) {
        return await never();
      }
      if (dies === 'before') {
        return await this.#die(plan);
      }
      const sentMs = this.clock.now();
      const reply = await this.#deliver(plan, watched, call, sent);
      if (dies === 'after') {
        return await this.#die(plan);
      }
      if ('error' in reply) {
        throw reply.error;
      }
      this.monitor.after(watched, sent, sentMs, reply);
      rememberRole(params.RoleArn, reply, accountOf);
      return reply;
    };
  }

  #die(plan: RunPlan): Promise<never> {
    this.#graves.get(plan.id)?.();
    return never();
  }

  /** A call as the cloud saw it. The monitor learns of each effect, even if the reply is lost. */
  async #deliver(
    plan: RunPlan,
    watched: Watched,
    call: TransportCall,
    sent: Sent,
  ): Promise<TransportReply | { error: unknown }> {
    this.stats.calls += 1;
    this.monitor.before(watched, sent);
    const target = targetOf(this.emulator, sent);
    const sentence = `run ${plan.id}: ${sent.action} ${describeParams(sent.params)}->`;
    const reply = await this.#serve(call, sent, (record) => {
      this.#note(watched, sent, target, record);
      this.#tell(`${sentence} ${record.code}${record.fault ? ` (${record.fault})` : ''}`);
    }).catch((error: unknown) => ({ error }));
    return reply;
  }

  #note(watched: Watched, sent: Sent, target: string | undefined, { fault, effect }: CallRecord): void {
    if (fault) {
      this.stats.faults += 1;
      watched.misled = true;
      watched.readsMisled ||= !WRITES.includes(sent.action);
      watched.tagsMisled ||= TAG_WRITES.includes(sent.action);
    }
    if (fault === 'stale' || fault === 'empty-list') {
      this.#blurredUntilMs = this.clock.now() + BLUR_MS;
    }
    if (!effect) {
      return;
    }
    if (sent.action === 'DeleteVpnAttachment') {
      this.stats.deletions += 1;
    }
    this.monitor.effect(watched, sent, target);
  }

  async #serve(call: TransportCall, sent: Sent, onRecord: (record: CallRecord) => void): Promise<TransportReply> {
    const reply = this.emulator.call({ ...sent, version: VERSIONS[call.service], onRecord });
    const { late, cancel } = this.clock.timeout(call.timeoutMs);
    try {
      return await Promise.race([reply, late]);
    } finally {
      cancel();
      reply.catch(() => undefined);
    }
  }

  #tell(text: string): void {
    const atMs = this.clock.now() - START_MS;
    this.history.push(
      `${String(Math.floor(atMs / 3_600_000)).padStart(4)}h ${String((atMs % 3_600_000) / 1000).padStart(8)}s  ${text}`,
    );
  }
}

const toSwept = (entries: readonly PlanEntry[]) => ({
  entries,
  index: indexEntries(entries),
  origin: { file: 'plan.json', sha256: '', madeAt: new Date(START_MS).toISOString() },
});

/** Each document is read once, as an instance of the function does. */
const policies = new WeakMap<PolicyDocument, Policy>();

function readPolicy(document: PolicyDocument): Policy {
  const policy = policies.get(document) ?? parsePolicy(JSON.stringify(document), 'simulation');
  policies.set(document, policy);
  return policy;
}

function targetOf(
  emulator: Emulator,
  { action, params }: { action: string; params: Record<string, string> },
): string | undefined {
  if (action === 'DeleteVpnAttachment') {
    return params.VpnConnectionId;
  }
  if (action !== 'DeleteTransitRouterVpnAttachment') {
    return undefined;
  }
  return emulator.estate.attachments.find((one) => one.TransitRouterAttachmentId === params.TransitRouterAttachmentId)
    ?.VpnId;
}

type Sent = { readonly action: string; readonly params: Record<string, string>; readonly accountId: string };

const never = () => new Promise<never>(() => undefined);

function rememberRole(roleArn: string | undefined, { body }: TransportReply, accountOf: Map<string, string>): void {
  const role = /^acs:ram::(\d+):/.exec(roleArn ?? '')?.[1];
  const key = (body as { Credentials?: { AccessKeyId?: string } }).Credentials?.AccessKeyId;
  if (role && key) {
    accountOf.set(key, role);
  }
}

/** Tells of a clock that is off, or is set while the run works. Empty for a clock that is right. */
const describeClock = ({ skewMs, jump }: RunPlan): string =>
  `${skewMs === 0 ? '' : `, its clock is off by ${skewMs} ms`}${jump ? `, is set by ${jump.byMs} ms after ${jump.afterMs} ms` : ''}`;

const describeParams = (params: Readonly<Record<string, string>>) =>
  [
    'VpnConnectionId',
    'TransitRouterAttachmentId',
    'TransitRouterId',
    'ResourceId.1',
    'Tag.1.Key',
    'Tag.1.Value',
    'TagKey.1',
  ]
    .flatMap((key) => (params[key] === undefined ? [] : [`${params[key]} `]))
    .join('');
const describe = ({ outcomes }: RunResult) =>
  outcomes.map(({ connectionId, outcome }) => `${connectionId} ${outcome}`).join(', ') || 'nothing';
