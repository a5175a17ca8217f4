import { createHash } from 'node:crypto';
import { advice } from '../../core/advice/error-advice.ts';
import type { Clock } from '../../core/domain/cloud-api.ts';
import { type CloudError, toCloudError } from '../../core/domain/errors.ts';
import { TAG_KEEP } from '../../core/domain/tag-names.ts';
import { toIso } from '../../core/domain/time.ts';
import type { CreateCall, RestoreApi } from '../../core/undo/create-api.ts';
import { type Backup, connectionIdOf } from '../backup-document.ts';
import type { PskKeys } from '../psk-keys.ts';
import { compareSettings, type Difference } from './compare.ts';
import { connectionCall, hangingCall } from './create-calls.ts';
import { type EstateNow, findRestored, lookAgain, lookAtEstate, toKeepValue } from './estate-now.ts';
import { describeStep, type Step, stepKey, stepsLeft } from './plan-restore.ts';

export type RestoreDeps = {
  readonly api: RestoreApi;
  readonly clock: Clock;
  readonly pollIntervalMs: number;
  /** Called with the current action, and again when it is done. */
  readonly onStep: (sentence: string) => void;
};

export type RestoreResult = {
  readonly oldId: string;
  /** Undefined if no connection was created. */
  readonly connectionId: string | undefined;
  readonly done: readonly string[];
  /** The steps that failed, and why. Empty if everything is restored. */
  readonly failed: readonly { readonly step: string; readonly why: string }[];
  /** The differences between the new connection and the backup, field by field. */
  readonly differences: readonly Difference[];
};

/** The longest wait until a step becomes visible. Terraform's provider waits as long. */
const LIMIT_MS: Readonly<Record<Step['kind'], number>> = {
  'create-connection': 300_000,
  keep: 60_000,
  attach: 1_020_000,
  associate: 300_000,
  propagate: 300_000,
  'static-route': 180_000,
  'connection-route': 60_000,
  tags: 60_000,
};
/** If a step of these kinds fails, no other step is possible. */
const NEEDED: ReadonlySet<Step['kind']> = new Set(['create-connection', 'attach']);
const MINUTE_MS = 60_000;
/** The first wait until a step becomes visible. It doubles up to `wait.pollInterval`. */
const FIRST_LOOK_MS = 250;
/** How long to look for a new connection, if only its client token says that it was created. */
const FIND_MS_MAX = 30_000;

/** The client token was used with other parameters, by an earlier or a parallel restore of the same backup. */
const TOKEN_USED = 'IdempotentParameterMismatch';

/** Advice for a refused step. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['Resource.QuotaFull', 'Raise the quota, or delete connections that are not needed, and run this again.'],
  ['OperationFailed.AllocateCidrFailed', 'Add a CIDR block to the transit router, and run this again.'],
  [
    'OperationFailed.CreateRouteEntryWithSameDestinationCidrBlock',
    'The route table has a route to that destination: decide which one is to stay.',
  ],
  [
    TOKEN_USED,
    'The same restore was begun with other keys or tags. If nothing shows it in a minute, run this tomorrow.',
  ],
]);

/**
 * Do the steps that are left. Each step must be visible before the next begins. Writes to the cloud.
 *
 * The existing things decide which steps are left, so you can run a stopped restore again at any time. Throws
 * `CloudError` only if a read fails.
 */
export async function runRestore(
  backup: Backup,
  before: EstateNow,
  keys: PskKeys | undefined,
  deps: RestoreDeps,
): Promise<RestoreResult> {
  const run = new Restore(backup, keys, deps, before);
  await run.doAll();
  return run.toResult();
}

class Restore {
  readonly #backup: Backup;
  readonly #keys: PskKeys | undefined;
  readonly #deps: RestoreDeps;
  readonly #done: string[] = [];
  readonly #failed = new Map<string, { readonly step: string; readonly why: string }>();
  #now: EstateNow;

  constructor(backup: Backup, keys: PskKeys | undefined, deps: RestoreDeps, before: EstateNow) {
    this.#backup = backup;
    this.#keys = keys;
    this.#deps = deps;
    this.#now = before;
  }

  async doAll(): Promise<void> {
    for (let step = this.#next(); step !== undefined; step = this.#next()) {
      const sentence = describeStep(step, this.#backup);
      this.#deps.onStep(sentence);
      const why = await this.#do(step);
      if (why === undefined) {
        this.#done.push(sentence);
        continue;
      }
      this.#failed.set(stepKey(step), { step: sentence, why });
      if (NEEDED.has(step.kind)) {
        return;
      }
    }
  }

  toResult(): RestoreResult {
    const { target } = this.#now;
    return {
      oldId: connectionIdOf(this.#backup),
      connectionId: target?.connectionId,
      done: this.#done,
      failed: [...this.#failed.values()],
      differences: compareSettings(this.#backup, this.#now),
    };
  }

  #left(): readonly Step[] {
    return stepsLeft(this.#backup, this.#now, this.#deps.clock.now());
  }

  #next(): Step | undefined {
    return this.#left().find((step) => !this.#failed.has(stepKey(step)));
  }

  /** Why the step failed. Undefined if the step is done and visible. */
  async #do(step: Step): Promise<string | undefined> {
    try {
      if (!this.#isUnderWay(step)) {
        await this.#send(step);
      }
      return await this.#waitFor(step);
    } catch (error) {
      const failure = toCloudError(error);
      // The step may have succeeded despite the error, so the existing things decide.
      await this.#look();
      if (this.#isUnderWay(step) || !this.#has(step)) {
        return await this.#waitFor(step);
      }
      return [failure.message, ...[WORDS.get(failure.code) ?? advice(failure)].filter((text) => text)].join('. ');
    }
  }

  #has(step: Step): boolean {
    return this.#left().some((left) => stepKey(left) === stepKey(step));
  }

  /** The request was sent earlier, and the cloud is still working on it. */
  #isUnderWay({ kind }: Step): boolean {
    const { target, attachment } = this.#now;
    return (
      (kind === 'create-connection' && target !== undefined) ||
      (kind === 'attach' && (attachment !== undefined || target?.state === 'attaching'))
    );
  }

  async #send(step: Step): Promise<void> {
    const { api, clock } = this.#deps;
    const { regionId } = this.#backup;
    const { target } = this.#now;
    if (step.kind === 'create-connection' || target === undefined) {
      await this.#createConnection();
      return;
    }
    const { connectionId } = target;
    if (step.kind === 'keep') {
      const value = toKeepValue(dayOf(clock.now()), connectionIdOf(this.#backup));
      await api.setTags(regionId, [connectionId], new Map([[TAG_KEEP, value]]));
      return;
    }
    if (step.kind === 'tags') {
      await api.setTags(regionId, [connectionId], new Map(step.tags.map(({ Key, Value }) => [Key, Value])));
      return;
    }
    const call = hangingCall(step, this.#backup, { connectionId, attachmentId: this.#now.attachment?.attachmentId });
    if (call !== undefined) {
      await this.#create(call, `${stepKey(step)} ${connectionId} ${this.#now.attachment?.attachmentId}`);
    }
  }

  async #createConnection(): Promise<void> {
    const { api, clock } = this.#deps;
    const day = dayOf(clock.now());
    const call = connectionCall({ backup: this.#backup, day, keys: this.#keys });
    try {
      const id = await this.#create(call, `create-connection ${day}`);
      if (id !== undefined && (await this.#take(id))) {
        return;
      }
      // The answer was an old answer: the connection that it names has been deleted since.
      const again = id === undefined ? undefined : await api.create(call, this.#freshTokens('create-connection'));
      if (again !== undefined) {
        await this.#take(again);
      }
    } catch (error) {
      if (!(await this.#findCreated(toCloudError(error)))) {
        throw error;
      }
    }
  }

  /** Continue with a connection that was just created. False if it does not exist. */
  async #take(connectionId: string): Promise<boolean> {
    const { api } = this.#deps;
    const found = await api.getConnection(this.#backup.regionId, connectionId);
    if (found === 'gone') {
      return false;
    }
    this.#now = { ...this.#now, target: found };
    return true;
  }

  /** Find a connection by its keep tag. Another restore may have created it, or an attempt whose answer was lost. */
  async #findCreated({ code, effect }: CloudError): Promise<boolean> {
    if (effect === 'refused' && code !== TOKEN_USED) {
      return false;
    }
    const { api, clock, pollIntervalMs } = this.#deps;
    const untilMs = clock.now() + FIND_MS_MAX;
    for (;;) {
      const [found] = await findRestored(api, this.#backup);
      if (found !== undefined) {
        return await this.#take(found.connectionId);
      }
      if (clock.now() + pollIntervalMs > untilMs) {
        return false;
      }
      await clock.sleep(pollIntervalMs);
    }
  }

  /**
   * Create a thing with a client token that depends on the backup and the step. So if anybody sends the same request
   * again, the cloud repeats its answer and does not create a second thing. A refused token stays refused, so the next
   * attempt has a fresh token.
   */
  async #create(call: CreateCall, name: string): Promise<string | undefined> {
    const { api } = this.#deps;
    const fresh = this.#freshTokens(name);
    let isFirst = true;
    const next = () => {
      const token = isFirst ? this.#token(name) : fresh();
      isFirst = false;
      return token;
    };
    try {
      return await api.create(call, next);
    } catch (error) {
      const { effect, code } = toCloudError(error);
      if (effect === 'unknown' || code === TOKEN_USED) {
        throw error;
      }
      return await api.create(call, fresh);
    }
  }

  #freshTokens(name: string): () => string {
    const minute = Math.floor(this.#deps.clock.now() / MINUTE_MS);
    let nth = 0;
    return () => {
      nth += 1;
      return this.#token(`${name} ${minute} ${nth}`);
    };
  }

  /** 44 ASCII characters. The services accept at most 64. */
  #token(name: string): string {
    const hash = createHash('sha256').update(JSON.stringify(this.#backup)).update(name).digest('hex');
    return `vco-restore-${hash.slice(0, 32)}`;
  }

  async #look(): Promise<void> {
    const { api } = this.#deps;
    this.#now =
      this.#now.target === undefined
        ? await lookAtEstate(api, this.#backup)
        : await lookAgain(api, this.#backup, this.#now);
  }

  async #waitFor(step: Step): Promise<string | undefined> {
    const { clock, pollIntervalMs } = this.#deps;
    const untilMs = clock.now() + LIMIT_MS[step.kind];
    for (let looks = 0; ; looks += 1) {
      await this.#look();
      if (!this.#has(step)) {
        return undefined;
      }
      if (this.#now.target === undefined) {
        return 'the connection does not exist any more';
      }
      const delayMs = Math.min(pollIntervalMs, FIRST_LOOK_MS * 2 ** looks);
      if (clock.now() + delayMs > untilMs) {
        return `it was sent, and did not show within ${LIMIT_MS[step.kind] / MINUTE_MS} minutes`;
      }
      await clock.sleep(delayMs);
    }
  }
}

const dayOf = (ms: number): string => toIso(ms).slice(0, 10);
