import type { RawParams } from './params.ts';

/** One call, in the order in which calls were served. */
export type CallRecord = {
  readonly seq: number;
  readonly atMs: number;
  /** Empty when the caller could not be told. */
  readonly accountId: string;
  /** The request's RegionId; empty without one. */
  readonly regionId: string;
  readonly action: string;
  /** Without signatures, keys, tokens and pre-shared keys. */
  readonly params: RawParams;
  /** HTTP status; 0 when no reply was sent. */
  readonly status: number;
  /** The error's code; `OK`, or what happened to the connection. */
  readonly code: string;
  /** `true`: the call changed the estate. */
  readonly effect?: boolean;
  /** The scripted fault that befell it. */
  readonly fault?: string;
};

const SECRET = /psk|authkey|secret|signature|securitytoken|accesskeyid|^ikeconfig$|^bgpconfig$/i;

const withoutSecrets = (params: RawParams): RawParams =>
  Object.fromEntries(Object.entries(params).filter(([name]) => !SECRET.test(name)));

/** The ordered log of calls. */
export class CallLog {
  readonly records: CallRecord[] = [];
  #seq = 0;

  add({ params, ...rest }: Omit<CallRecord, 'seq' | 'regionId'>): CallRecord {
    this.#seq += 1;
    const record = { seq: this.#seq, regionId: params.RegionId ?? '', params: withoutSecrets(params), ...rest };
    this.records.push(record);
    return record;
  }

  reset(): void {
    this.records.length = 0;
  }
}
