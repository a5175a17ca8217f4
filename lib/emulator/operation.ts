import type { Behaviours } from './behaviours.ts';
import type { Estate } from './estate/estate-types.ts';
import type { Fault } from './faults/fault-rule.ts';
import type { Caller } from './gateway/callers.ts';
import type { RequestParams } from './gateway/params.ts';
import type { Sessions } from './gateway/sessions.ts';
import type { Random } from './random.ts';
import type { Store } from './state/cloud-state.ts';
import type { Lifecycle } from './state/lifecycle.ts';

export type ReplyBody = Record<string, unknown>;

/** The state that an operation may read and change. */
export type Context = {
  readonly caller: Caller;
  readonly params: RequestParams;
  readonly store: Store;
  readonly estate: Estate;
  readonly lifecycle: Lifecycle;
  readonly sessions: Sessions;
  readonly behaviours: Behaviours;
  readonly random: Random;
  readonly nowMs: number;
  /** A fault that the operation itself must carry out. */
  readonly fault: Fault | undefined;
};

/** An API action. `run` answers the body without RequestId, or throws `ApiError`. */
export type Operation = {
  readonly version: string;
  readonly action: string;
  readonly kind: 'read' | 'write';
  /** The RAM action that a caller needs. Undefined if it needs no RAM action. */
  readonly ram: string | undefined;
  /** Whether RegionId must name a region that serves this. */
  readonly regional?: boolean;
  /** How a listing is cut into pages. */
  readonly paging?: 'number' | 'token';
  run(context: Context): ReplyBody;
};

export const VPC_VERSION = '2016-04-28';
export const CBN_VERSION = '2017-09-12';
export const STS_VERSION = '2015-04-01';
export const DIRECTORY_VERSION = '2022-04-19';

type Rest = Omit<Operation, 'version' | 'action' | 'ram'>;

/** A VPC action: its RAM action is `vpc:…`, and RegionId is required. */
export const vpc = (action: string, rest: Rest): Operation => ({
  version: VPC_VERSION,
  action,
  ram: `vpc:${action}`,
  regional: true,
  ...rest,
});

/** A CBN action: its RAM actions begin with `cen:`, although the product is Cbn. */
export const cbn = (action: string, rest: Rest): Operation => ({
  version: CBN_VERSION,
  action,
  ram: `cen:${action}`,
  ...rest,
});
