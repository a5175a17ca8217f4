import type { AccountId, ConnectionId, RegionId } from './estate.ts';

/** In rising order of what a run may change: nothing, tags only, everything. */
export const MODES = ['plan', 'mark', 'sweep'] as const;
export type Mode = (typeof MODES)[number];

/** In the order in which a rule is chosen when several hold. */
export const RULE_NAMES = ['unassociated', 'tunnels-down', 'unrouted', 'expired'] as const;
export type RuleName = (typeof RULE_NAMES)[number];

export type AccountPolicy = {
  readonly roleArn: string;
  /** The account in the ARN. */
  readonly accountId: AccountId;
  /** Undefined: the policy's own regions. */
  readonly regions: readonly RegionId[] | 'all' | undefined;
};

/** Accounts that a resource directory lists, each swept by the role of this name in it. */
export type DirectoryPolicy = {
  readonly roleName: string;
  /** Undefined: every account of the directory. */
  readonly include: readonly AccountId[] | undefined;
  readonly exclude: readonly AccountId[];
};

/** The policy document with every default filled in. All durations are milliseconds. */
export type Policy = {
  readonly mode: Mode;
  /** Undefined: the function's own region. */
  readonly regions: readonly RegionId[] | 'all' | undefined;
  /** Empty: the account of the credentials. */
  readonly accounts: readonly AccountPolicy[];
  /** Grace period of each rule; `off` disables it. */
  readonly rules: Readonly<Record<RuleName, number | 'off'>>;
  readonly protect: {
    /** A tag without a value protects whatever the value is. */
    readonly tags: readonly { readonly key: string; readonly value: string | undefined }[];
    /** Globs, case-sensitive. */
    readonly names: readonly string[];
    readonly resourceGroups: readonly string[];
    readonly connections: readonly ConnectionId[];
    readonly youngerThanMs: number;
  };
  readonly limits: { readonly perRun: number; readonly perRegionShare: number; readonly shareFloor: number };
  readonly detach: { readonly force: boolean; readonly roles: readonly { roleArn: string; accountId: AccountId }[] };
  readonly marks: { readonly maxGapMs: number };
  readonly recheck: { readonly maxAgeMs: number };
  readonly wait: {
    readonly pollIntervalMs: number;
    readonly detachTimeoutMs: number;
    readonly deleteTimeoutMs: number;
    /** How long a tag write is looked for, because reads lag behind writes. */
    readonly tagTimeoutMs: number;
    readonly consecutiveMisses: number;
  };
  readonly retry: { readonly attempts: number; readonly minDelayMs: number; readonly maxDelayMs: number };
  readonly pace: {
    /** Of the published limits, above 0 and up to 1; for what the next two do not say. */
    readonly share: number;
    readonly describePerMinute: number | undefined;
    readonly writePerMinute: number | undefined;
    readonly concurrency: number;
  };
  /** The folder of the store. Undefined, unless somebody asks for one: nothing is stored. */
  readonly store: string | undefined;
};

/** A policy as it is written: which accounts a directory holds is not known before somebody asks it. */
export type DeclaredPolicy = Omit<Policy, 'accounts'> & {
  readonly accounts: readonly AccountPolicy[] | DirectoryPolicy;
};

/**
 * One event's narrowing of the policy's scope. `undefined` leaves a dimension as the policy has it; an empty list
 * means nothing, never all.
 */
export type Narrowing = {
  readonly mode: Mode;
  readonly accounts?: readonly AccountId[];
  readonly regions: readonly RegionId[] | undefined;
  readonly connections: readonly ConnectionId[] | undefined;
  /** From what happened in the cloud, not from somebody's wish: never refused. */
  readonly hint?: true;
  /** Of a hint: where it happened, which need not be where the connection is. */
  readonly happenedIn?: AccountId;
  /** Which event of an array asked for it. */
  readonly event?: { readonly index: number; readonly id: string | null };
};
