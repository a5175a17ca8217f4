import { setMaxListeners } from 'node:events';
import type { Engine } from '../engine.ts';
import { ApiError } from '../gateway/api-error.ts';
import { createRandom, type Random } from '../random.ts';
import { type AttemptResult, toAttemptResult } from './attempt-result.ts';
import type { InvokeTarget } from './fc-request.ts';
import type { FcFunction } from './function-config.ts';
import { contextOf, credentialsFor, environmentOf } from './function-environment.ts';
import { Instance } from './instance.ts';
import { Pool } from './instance-pool.ts';
import type { Invocation, LiveInvocation } from './invocation.ts';

/** Bytes. The limit holds for the payload of a timer as well. */
const PAYLOAD_BYTES_MAX = { Sync: 32 * 1024 * 1024, Async: 128 * 1024 };

/** After this time the platform gives up looking for a free instance. */
const THROTTLED_MS_MAX = 5 * 60 * 60 * 1000;

/** The first wait for a free instance, or before a retry. Each later wait is twice as long. */
const BACKOFF_MS_FIRST = 500;

export type Order = {
  readonly fn: FcFunction;
  readonly event: Buffer;
  readonly type: Invocation['type'];
  readonly source: Invocation['source'];
  readonly taskId?: string | undefined;
};

/** Functions, their instances, and the invocations that were accepted. */
export class FunctionPlatform {
  readonly #url: string;
  readonly functions: readonly FcFunction[];
  readonly #engine: Engine;
  readonly invocations: LiveInvocation[] = [];
  /** Receives each invocation that has ended. */
  readonly listeners: ((invocation: Invocation) => void)[] = [];
  readonly #pools = new Map<FcFunction, Pool>();
  readonly #instances = new Set<Instance>();
  readonly #tasks = new Set<string>();
  readonly #random: Random;
  readonly #closing = new AbortController();
  readonly #underway = new Set<Promise<void>>();
  readonly #idleWaiters: (() => void)[] = [];

  constructor(engine: Engine, functions: readonly FcFunction[], url: string, seed: number) {
    this.#url = url;
    this.functions = functions;
    this.#engine = engine;
    this.#random = createRandom(seed);
    // Every waiting invocation adds a listener, and there may be many.
    setMaxListeners(0, this.#closing.signal);
  }

  /** The function that a path names. The paths of a generation do not find functions of the other generation. */
  find({ serviceName, functionName, qualifier }: InvokeTarget, accountId: string): FcFunction {
    const own = this.functions.filter((one) => one.accountId === accountId);
    if (serviceName !== undefined && !own.some((one) => one.serviceName === serviceName)) {
      throw new ApiError(404, 'ServiceNotFound', `service '${serviceName}' does not exist`);
    }
    const id = serviceName === undefined ? functionName : `${serviceName}$${functionName}`;
    const fn = own.find((one) => one.id === id);
    const where = serviceName === undefined ? '' : ` in service '${serviceName}'`;
    if (fn === undefined) {
      throw new ApiError(404, 'FunctionNotFound', `function '${functionName}' does not exist${where}`);
    }
    if (qualifier === 'LATEST') {
      return fn;
    }
    const [code, what] = /^\d+$/.test(qualifier) ? ['VersionNotFound', 'version'] : ['AliasNotFound', 'alias'];
    const of = serviceName === undefined ? `function '${functionName}'` : `service '${serviceName}'`;
    throw new ApiError(404, code, `${what} '${qualifier}' of ${of} does not exist`);
  }

  /** Accepts an invocation, or throws `ApiError`. A synchronous invocation has `ended`. */
  accept(order: Order): { invocation: Invocation; ended: Promise<AttemptResult | undefined> } {
    const { fn, event, type, source } = order;
    const bytesMax = PAYLOAD_BYTES_MAX[type];
    if (event.length > bytesMax) {
      const status = this.#engine.behaviours.fcTooLargeStatus;
      throw new ApiError(status, 'EntityTooLarge', `payload size exceeds maximum allowed size (${bytesMax} bytes)`);
    }
    const taskId = fn.hasTasks ? order.taskId : undefined;
    if (taskId !== undefined) {
      this.#takeTask(fn, taskId);
    }
    const invocation: LiveInvocation = {
      requestId: this.requestId(),
      functionName: fn.id,
      accountId: fn.accountId,
      type,
      source,
      ...(taskId !== undefined && { taskId }),
      enqueuedMs: this.#engine.now(),
      status: 'Enqueued',
      attempts: 0,
      log: '',
    };
    if (type === 'Sync') {
      return { invocation, ended: this.#runOnce(fn, event, invocation) };
    }
    this.invocations.push(invocation);
    this.#follow(this.#runUntilDone(fn, event, invocation));
    return { invocation, ended: Promise.resolve(undefined) };
  }

  /** An id in the form of generation 3.0. */
  requestId(): string {
    const hex = (length: number) => Array.from({ length }, () => this.#random.below(16).toString(16)).join('');
    return `1-${hex(8)}-${hex(8)}-${hex(12)}`;
  }

  /** Resolves when no asynchronous invocation is queued, waiting for its retry, or running. */
  async idle(): Promise<void> {
    while (this.#underway.size > 0) {
      await new Promise<void>((resolve) => {
        this.#idleWaiters.push(resolve);
      });
    }
  }

  /** Ends every process, and resolves when they are gone. Queued invocations are forgotten. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const instance of this.#instances) {
      instance.kill();
    }
    await Promise.all([...this.#instances].map(({ gone }) => gone));
    await Promise.all(this.#underway);
  }

  /** Forgets the invocations that have ended. Task ids are kept. */
  resetInvocations(): void {
    const live = this.invocations.filter(({ endedMs }) => endedMs === undefined);
    this.invocations.splice(0, this.invocations.length, ...live);
  }

  #throttled(fn: FcFunction): ApiError {
    const code = this.#engine.behaviours.fcThrottleCode;
    return new ApiError(429, code, `the concurrency of function '${fn.id}' exceeds its limit (${fn.concurrency})`);
  }

  #takeTask(fn: FcFunction, taskId: string): void {
    const key = `${fn.accountId} ${fn.id} ${taskId}`;
    if (this.#tasks.has(key)) {
      const status = this.#engine.behaviours.fcKnownTaskStatus;
      throw new ApiError(status, 'StatefulAsyncInvocationAlreadyExists', `the invocation '${taskId}' already exists`);
    }
    this.#tasks.add(key);
  }

  #follow(run: Promise<void>): void {
    const followed = run.finally(() => {
      this.#underway.delete(followed);
      if (this.#underway.size > 0) {
        return;
      }
      for (const waiter of this.#idleWaiters.splice(0)) {
        waiter();
      }
    });
    this.#underway.add(followed);
  }

  async #runOnce(fn: FcFunction, event: Buffer, invocation: LiveInvocation): Promise<AttemptResult> {
    const verdict = await this.#attempt(fn, event, invocation, () => this.invocations.push(invocation));
    if (verdict === undefined) {
      throw this.#throttled(fn);
    }
    this.#end(invocation, verdict.errorType === undefined ? 'Succeeded' : 'Failed');
    return verdict;
  }

  async #runUntilDone(fn: FcFunction, event: Buffer, invocation: LiveInvocation): Promise<void> {
    let throttledMs = 0;
    let waitMs = BACKOFF_MS_FIRST;
    while (!this.#isClosed) {
      if (this.#engine.now() - invocation.enqueuedMs > fn.eventAgeMsMax) {
        return this.#end(invocation, 'Expired');
      }
      const verdict = await this.#attempt(fn, event, invocation);
      if (this.#isClosed) {
        return;
      }
      if (verdict === undefined) {
        if (throttledMs >= THROTTLED_MS_MAX) {
          invocation.errorType = this.#engine.behaviours.fcThrottleCode;
          return this.#end(invocation, 'Failed');
        }
        throttledMs += waitMs;
      } else {
        if (verdict.errorType === undefined) {
          return this.#end(invocation, 'Succeeded');
        }
        if (invocation.attempts > fn.retriesMax) {
          return this.#end(invocation, 'Failed');
        }
        waitMs = BACKOFF_MS_FIRST * 2 ** (invocation.attempts - 1);
        throttledMs = 0;
        invocation.status = 'Retrying';
      }
      await this.#engine.sleep(waitMs, this.#closing.signal);
      if (verdict === undefined) {
        waitMs *= 2;
      }
    }
  }

  /** A run in an instance. Undefined when no instance is free. */
  async #attempt(
    fn: FcFunction,
    event: Buffer,
    invocation: LiveInvocation,
    started: () => void = () => undefined,
  ): Promise<AttemptResult | undefined> {
    return this.#poolOf(fn).use(async (instance) => {
      started();
      invocation.status = 'Running';
      invocation.attempts += 1;
      const { requestId } = invocation;
      const retryCount = invocation.attempts - 1;
      const context = contextOf(fn, { requestId, retryCount, credentials: credentialsFor(fn, this.#engine) });
      const ending = await instance.invoke({ event, context, timeoutMs: fn.timeoutSeconds * 1000 });
      const verdict = toAttemptResult(ending, requestId, fn.timeoutSeconds);
      invocation.log += verdict.log;
      invocation.result = verdict.body.toString();
      if (verdict.errorType === undefined) {
        delete invocation.errorType;
      } else {
        invocation.errorType = verdict.errorType;
      }
      return verdict;
    });
  }

  #end(invocation: LiveInvocation, status: Invocation['status']): void {
    invocation.status = status;
    invocation.endedMs = this.#engine.now();
    for (const listener of this.listeners) {
      listener(invocation);
    }
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  #poolOf(fn: FcFunction): Pool {
    const pool = this.#pools.get(fn) ?? new Pool(fn, () => this.#start(fn));
    this.#pools.set(fn, pool);
    return pool;
  }

  #start(fn: FcFunction): Instance {
    const instanceId = `c-${this.requestId().slice(2)}`;
    const env = environmentOf(fn, { url: this.#url, instanceId, credentials: credentialsFor(fn, this.#engine) });
    const { folder, handler, memoryMb } = fn;
    const instance = new Instance({ folder, handler, memoryMb, env });
    this.#instances.add(instance);
    instance.gone.then(() => this.#instances.delete(instance));
    return instance;
  }
}
