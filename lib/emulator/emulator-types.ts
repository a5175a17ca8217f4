import type { Behaviours } from './behaviours.ts';
import type { Estate } from './estate/estate-types.ts';
import type { FaultRule } from './faults/fault-rule.ts';
import type { LocalFunctions } from './fc/local-functions.ts';
import type { CallRecord } from './gateway/call-log.ts';
import type { WireReply } from './gateway/wire-reply.ts';
import type { WireRequest } from './gateway/wire-request.ts';
import type { MessageReceiver } from './receiver/message-receiver.ts';

export type EmulatorClock = {
  now(): number;
  /** May end early, resolved or rejected, when it is told to stop. */
  sleep(ms: number, stop?: AbortSignal): Promise<void>;
};

export type EmulatorOptions = {
  /** Copied. The live estate is `Emulator.estate`. */
  estate: Estate;
  clock?: EmulatorClock;
  /** Decides everything that chance decides. Default 1. */
  seed?: number;
  behaviours?: Partial<Behaviours>;
  /** A factor on the published rate limits, or `off`. Default 1. */
  limits?: 'off' | number;
  /** How long a call takes, for all actions or by action. `*` is any other action. Default 0. */
  latencyMs?: number | Record<string, number>;
  faults?: FaultRule[];
  /** The log keeps at least this many of the latest calls, and forgets older calls. Default 100,000. */
  callsKept?: number;
};

/** A key or role of the account, with its permissions, rather than a user who may do everything. */
export type CallAs = {
  readonly role?: string;
  readonly accessKeyId?: string;
  /** Receives the record of this very call at the moment when it takes effect, before any reply. */
  readonly onRecord?: (record: CallRecord) => void;
};

/** A call without its signature. */
type EmulatorCall = CallAs & {
  readonly accountId: string;
  readonly version: string;
  readonly action: string;
  readonly params: Record<string, string>;
};

export interface Emulator {
  /** A request as it comes over the wire, with its signature. `reset` means that the connection is cut. */
  handle(request: WireRequest): Promise<WireReply | 'reset'>;
  /**
   * The same call below signatures. State, faults, limits, latency and log are the same. Throws `WireError` where no
   * JSON reply would have come.
   */
  call(call: EmulatorCall): Promise<{ status: number; body: Record<string, unknown> }>;
  /** The live state. Tests may change it, as other people would. */
  readonly estate: Estate;
  /** Grows with every change that the emulator itself makes to its state. */
  readonly changes: number;
  readonly calls: readonly CallRecord[];
  /** The robots and webhooks that take messages, and the messages that arrived. */
  readonly receiver: Pick<MessageReceiver, 'channels' | 'change' | 'messages' | 'reset' | 'onMessage'>;
  setFaults(rules: readonly FaultRule[]): void;
  setBehaviours(behaviours: Partial<Behaviours>): void;
  resetCalls(): void;
}

export interface RunningEmulator extends Emulator {
  readonly url: string;
  /** The first account, and its first key. */
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** The certificate to trust, in PEM. Undefined over HTTP. */
  readonly certificate?: string;
  /** The local Function Compute, with the functions it was started with. */
  readonly fc: LocalFunctions;
  /** Ends the server and every process of a function. */
  close(): Promise<void>;
}

/** The client got no readable reply: the connection was cut, at once or after a while, or the body was not JSON. */
export class WireError extends Error {
  readonly status: number;
  readonly kind: 'reset' | 'timeout' | 'html' | 'truncated';
  override readonly name = 'WireError';
  /** The code of a socket error. Undefined where a body came that is not JSON. */
  readonly code: string | undefined;

  constructor(kind: 'reset' | 'timeout' | 'html' | 'truncated', status: number) {
    super(`no readable reply: ${kind}`);
    this.status = status;
    this.kind = kind;
    this.code = kind === 'reset' ? 'ECONNRESET' : kind === 'timeout' ? 'ETIMEDOUT' : undefined;
  }
}
