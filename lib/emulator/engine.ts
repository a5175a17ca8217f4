import { BEHAVIOURS_DEFAULT, type Behaviours } from './behaviours.ts';
import type { EmulatorClock, EmulatorOptions } from './emulator-types.ts';
import type { Fault } from './faults/fault-rule.ts';
import { type EmulatedReply, planAfter, planBefore, type ReplyPlan } from './faults/reply-plan.ts';
import { Faults } from './faults/scripted-faults.ts';
import type { LocalFunctions } from './fc/local-functions.ts';
import { ApiError, unknownAction } from './gateway/api-error.ts';
import { CALLS_KEPT, CallLog, type CallRecord } from './gateway/call-log.ts';
import { type Caller, mayCall } from './gateway/callers.ts';
import { checkRegion } from './gateway/check-region.ts';
import { ClientTokens, type Given } from './gateway/client-tokens.ts';
import { Nonces } from './gateway/nonces.ts';
import { type RawParams, RequestParams } from './gateway/params.ts';
import { Limits } from './gateway/rate-limits.ts';
import { Sessions } from './gateway/sessions.ts';
import { CBN_VERSION, type Context, DIRECTORY_VERSION, type Operation, STS_VERSION } from './operation.ts';
import { HOST_IDS, OPERATIONS } from './operations.ts';
import { createRandom, type Random, requestId } from './random.ts';
import { MessageReceiver } from './receiver/message-receiver.ts';
import { Store } from './state/cloud-state.ts';
import { Lifecycle } from './state/lifecycle.ts';

/** A call whose sender is known. */
export type EmulatedCall = {
  readonly caller: Caller;
  readonly version: string;
  readonly action: string;
  readonly params: RawParams;
  readonly onRecord?: ((record: CallRecord) => void) | undefined;
};

type CallEnding = { readonly reply: EmulatedReply; readonly effect: boolean; readonly fault: string | undefined };

/** The cloud below signatures and HTTP: permissions, rate limits and effects. */
export class Engine {
  readonly #clock: EmulatorClock;
  readonly #options: EmulatorOptions;
  readonly log: CallLog;
  readonly nonces = new Nonces();
  readonly store: Store;
  readonly sessions: Sessions;
  readonly faults: Faults;
  readonly receiver: MessageReceiver;
  behaviours: Behaviours;
  /** Present when the engine is served over HTTP. */
  fc: LocalFunctions | undefined;
  /** How far the emulator's time is ahead of its clock. */
  offsetMs = 0;
  readonly #lifecycle: Lifecycle;
  readonly #limits: Limits;
  readonly #random: Random;
  readonly #tokens = new ClientTokens();

  constructor(options: EmulatorOptions, clock: EmulatorClock) {
    this.#clock = clock;
    this.#options = options;
    const seed = options.seed ?? 1;
    this.#random = createRandom(seed);
    this.log = new CallLog(options.callsKept ?? CALLS_KEPT);
    this.store = new Store(structuredClone(options.estate));
    this.behaviours = { ...BEHAVIOURS_DEFAULT, ...options.behaviours };
    this.#lifecycle = new Lifecycle(this.store, () => this.behaviours, createRandom(seed + 4));
    this.sessions = new Sessions(createRandom(seed + 1));
    this.faults = new Faults(createRandom(seed + 2));
    this.faults.set(options.faults ?? []);
    this.#limits = new Limits(options.limits ?? 1);
    this.receiver = new MessageReceiver(options.limits ?? 1);
  }

  now(): number {
    return this.#clock.now() + this.offsetMs;
  }

  /** Waits on the emulator's clock, or until it is told to stop. */
  async sleep(ms: number, stop?: AbortSignal): Promise<void> {
    if (stop === undefined) {
      return this.#clock.sleep(ms);
    }
    if (stop.aborted) {
      return;
    }
    let wake = (): void => undefined;
    const stopped = new Promise<void>((resolve) => {
      wake = resolve;
    });
    stop.addEventListener('abort', wake, { once: true });
    await Promise.race([this.#clock.sleep(ms, stop).catch(() => undefined), stopped]);
    stop.removeEventListener('abort', wake);
  }

  /** Serves a call, from permission to reply, and logs it. */
  async perform(call: EmulatedCall): Promise<EmulatedReply> {
    const latencyMs = this.latencyOf(call.action);
    if (latencyMs > 0) {
      await this.#clock.sleep(latencyMs);
    }
    let fault: Fault | undefined;
    try {
      const operation = this.#admit(call);
      fault = this.faults.next(operation, call.params);
      const { plan, effect } = this.#serve(operation, call, fault);
      this.#record(call, { reply: plan.reply, effect, fault: fault?.kind });
      if (plan.waitMs > 0) {
        await this.#clock.sleep(plan.waitMs);
      }
      return plan.reply;
    } catch (error) {
      if (!(error instanceof ApiError)) {
        throw error;
      }
      const reply = this.refusal(call.version, error);
      this.#record(call, { reply, effect: false, fault: fault?.kind });
      return reply;
    }
  }

  /** A refusal in the service's words. */
  refusal(version: string, error: ApiError): EmulatedReply {
    const RequestId = requestId(this.#random);
    const body = {
      RequestId,
      HostId: HOST_IDS.get(version) ?? 'vpc.aliyuncs.com',
      Code: error.code,
      Message: error.message,
      Recommend: `https://api.aliyun.com/troubleshoot?q=${error.code}&requestId=${RequestId}`,
    };
    return { kind: 'reply', status: error.status, headers: error.headers, body };
  }

  /** How long a call takes, in milliseconds. */
  latencyOf(action: string): number {
    const { latencyMs = 0 } = this.#options;
    return typeof latencyMs === 'number' ? latencyMs : (latencyMs[action] ?? latencyMs['*'] ?? 0);
  }

  /** Checks the action, the caller's permission and the rate limit. Throws `ApiError`. */
  #admit(call: EmulatedCall): Operation {
    if (!HOST_IDS.has(call.version)) {
      throw new ApiError(400, 'InvalidVersion', 'Specified parameter Version is not valid.');
    }
    const operation = OPERATIONS.get(`${call.version} ${call.action}`);
    if (operation === undefined) {
      throw unknownAction();
    }
    if (operation.ram !== undefined && !mayCall(call.caller, operation.ram)) {
      throw denied(operation, this.behaviours);
    }
    const place = { accountId: call.caller.accountId, regionId: call.params.RegionId ?? '' };
    const waitMs = this.#limits.take({ ...place, version: call.version, action: call.action }, this.now());
    if (waitMs === undefined) {
      return operation;
    }
    const { throttleCode, throttleStatus, throttleRetryAfter } = this.behaviours;
    const headers = throttleRetryAfter ? { 'x-acs-retry-after': String(waitMs) } : {};
    throw new ApiError(throttleStatus, throttleCode, 'Request was denied due to user flow control.', headers);
  }

  #serve(operation: Operation, call: EmulatedCall, fault: Fault | undefined): { plan: ReplyPlan; effect: boolean } {
    const early = planBefore(fault, () => requestId(this.#random));
    if (early !== undefined) {
      return { plan: early, effect: false };
    }
    const { given, effect } = this.#run(operation, call, fault);
    return { plan: planAfter(fault, { kind: 'reply', headers: {}, ...given }), effect };
  }

  /** Performs the operation: once for each client token, wholly or not at all. */
  #run(operation: Operation, call: EmulatedCall, fault: Fault | undefined): { given: Given; effect: boolean } {
    const nowMs = this.now();
    const { journal } = this.store;
    this.store.refresh();
    this.#lifecycle.tick(nowMs);
    journal.commit();
    const context = this.#contextFor(call, fault, nowMs);
    if (operation.kind === 'read') {
      return { given: this.#read(operation, context), effect: false };
    }
    const question = { accountId: call.caller.accountId, action: call.action, params: call.params };
    const recalled = this.#tokens.recall(question, nowMs);
    if (recalled !== undefined) {
      return { given: recalled, effect: false };
    }
    const given = this.#answer(operation, context);
    if (given.status !== 200 || fault?.kind === 'no-effect') {
      journal.rollback();
    }
    this.#tokens.keep(question, given, nowMs);
    return { given, effect: journal.commit() };
  }

  #read(operation: Operation, context: Context): Given {
    if (context.fault?.kind !== 'stale') {
      return this.#answer(operation, context);
    }
    return this.store.journal.before(() => this.#lifecycle.unobserved(() => this.#answer(operation, context)));
  }

  #answer(operation: Operation, context: Context): Given {
    try {
      if (operation.regional === true) {
        checkRegion(context);
      }
      return { status: 200, body: { RequestId: requestId(this.#random), ...operation.run(context) } };
    } catch (error) {
      if (!(error instanceof ApiError)) {
        throw error;
      }
      const { status, body } = this.refusal(operation.version, error);
      return { status, body };
    }
  }

  #contextFor(call: EmulatedCall, fault: Fault | undefined, nowMs: number): Context {
    const { store, sessions, behaviours } = this;
    const lifecycle = this.#lifecycle;
    const random = this.#random;
    const params = new RequestParams(call.params);
    const { caller } = call;
    return { caller, params, store, estate: store.estate, lifecycle, sessions, behaviours, random, nowMs, fault };
  }

  #record(call: EmulatedCall, { reply, effect, fault }: CallEnding): void {
    const { kind, status, body } = reply;
    const code = kind !== 'reply' ? kind : status === 200 ? successCode(body) : String(body.Code);
    const record = this.log.add({
      atMs: this.now(),
      accountId: call.caller.accountId,
      action: call.action,
      params: call.params,
      status,
      code,
      ...(effect && { effect }),
      ...(fault !== undefined && { fault }),
    });
    call.onRecord?.(record);
  }
}

const successCode = (body: Record<string, unknown>): string => (body.Success === false ? 'Success:false' : 'OK');

function denied({ version, action }: Operation, behaviours: Behaviours): ApiError {
  if (version === STS_VERSION || version === DIRECTORY_VERSION) {
    return new ApiError(403, 'NoPermission', 'You are not authorized to do this action.');
  }
  if (version === CBN_VERSION && behaviours.cbnDenied === 'Unauthorized') {
    return new ApiError(400, 'Unauthorized', 'The AccessKeyId is unauthorized.');
  }
  return new ApiError(403, 'Forbidden.RAM', `User not authorized to operate on the specified resource: ${action}.`);
}
