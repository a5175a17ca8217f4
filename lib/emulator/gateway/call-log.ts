import type { RawParams } from './params.ts';

/** A call, in the order in which calls were served. */
export type CallRecord = {
  readonly seq: number;
  readonly atMs: number;
  /** Empty when the caller is unknown. */
  readonly accountId: string;
  /** The request's RegionId. Empty if the request names no region. */
  readonly regionId: string;
  readonly action: string;
  /** Without signatures, keys, tokens and pre-shared keys. */
  readonly params: RawParams;
  /** HTTP status. 0 when no reply was sent. */
  readonly status: number;
  /** The error's code, `OK`, or how the connection ended. */
  readonly code: string;
  /** `true`: the call changed the estate. */
  readonly effect?: boolean;
  /** The scripted fault of this call. */
  readonly fault?: string;
};

const SECRET = /psk|authkey|secret|signature|securitytoken|accesskeyid|^ikeconfig$|^bgpconfig$/i;

const withoutSecrets = (params: RawParams): RawParams =>
  Object.fromEntries(Object.entries(params).filter(([name]) => !SECRET.test(name)));

export const CALLS_KEPT = 100_000;

/** The log may exceed its limit by this share, so that it need not move all records at every call. */
const SLACK = 0.1;

/** The ordered log of the latest calls. */
export class CallLog {
  readonly records: CallRecord[] = [];
  readonly #kept: number;
  #seq = 0;

  /** @param kept the log holds at least this many of the latest calls */
  constructor(kept: number) {
    this.#kept = kept;
  }

  add({ params, ...rest }: Omit<CallRecord, 'seq' | 'regionId'>): CallRecord {
    this.#seq += 1;
    const record = { seq: this.#seq, regionId: params.RegionId ?? '', params: withoutSecrets(params), ...rest };
    this.records.push(record);
    if (this.records.length > this.#kept * (1 + SLACK)) {
      this.records.splice(0, this.records.length - this.#kept);
    }
    return record;
  }

  reset(): void {
    this.records.length = 0;
  }
}
