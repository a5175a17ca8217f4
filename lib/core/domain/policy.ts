import type { Graces } from '../rules/all-rules.ts';
import type { AccountId, ConnectionId, RegionId } from './estate.ts';

/** In rising order of what a run may change: nothing, tags only, everything. */
export const MODES = ['plan', 'mark', 'sweep'] as const;
export type Mode = (typeof MODES)[number];

/** Which regions of an account: these, all that the cloud lists, or all of those but a few. */
export type RegionChoice = readonly RegionId[] | 'all' | { readonly except: readonly RegionId[] };

export const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export type ChangeWindow = {
  /** The days on which it opens. */
  readonly days: readonly Weekday[];
  /** Local times such as `22:00`; `to` is the next day's when it is not later than `from`. */
  readonly from: string;
  readonly to: string;
  /** An IANA name. */
  readonly zone: string;
};

/** ISO dates. */
export type Freeze = { readonly from: string; readonly to: string };

export type AccountPolicy = {
  readonly roleArn: string;
  /** The account in the ARN. */
  readonly accountId: AccountId;
  /** Undefined: the policy's own regions. */
  readonly regions: RegionChoice | undefined;
};

/** Accounts that a resource directory lists, each swept by the role of this name in it. */
export type DirectoryPolicy = {
  readonly roleName: string;
  /** Undefined: every account of the directory. */
  readonly include: readonly AccountId[] | undefined;
  readonly exclude: readonly AccountId[];
};

export const CHANNEL_TYPES = ['dingtalk', 'feishu', 'wecom', 'slack', 'cloudevents'] as const;
export type ChannelType = (typeof CHANNEL_TYPES)[number];

/** News that a channel can ask for. `always` also asks for a message when there is no news. */
export const NEWS_KINDS = ['marked', 'due', 'held', 'deleted', 'attention', 'missing', 'always'] as const;
export type NewsKind = (typeof NEWS_KINDS)[number];

export const LANGUAGES = ['en', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];

export type ChannelPolicy = {
  readonly type: ChannelType;
  /** The channel's name in paths and logs: its type, and a number from the second of a type on, such as `slack-2`. */
  readonly name: string;
  /** Environment variables that contain the address and the signing key. A policy never contains either of them. */
  readonly urlEnv: string;
  readonly secretEnv: string | undefined;
  readonly on: readonly NewsKind[];
  readonly language: Language;
};

/** The policy document with every default filled in. All durations are milliseconds. */
export type Policy = {
  readonly mode: Mode;
  /** Undefined: the function's own region. */
  readonly regions: RegionChoice | undefined;
  /** Empty: the account of the credentials. */
  readonly accounts: readonly AccountPolicy[];
  readonly rules: Graces;
  readonly protect: {
    /** A tag without a value protects whatever the value is. */
    readonly tags: readonly { readonly key: string; readonly value: string | undefined }[];
    /** Globs, case-sensitive. */
    readonly names: readonly string[];
    readonly resourceGroups: readonly string[];
    readonly connections: readonly ConnectionId[];
    readonly youngerThanMs: number;
  };
  readonly limits: {
    readonly perRun: number;
    /** In 24 hours over all runs, in each place. */
    readonly perDay: number | 'off';
    readonly perRegionShare: number;
    readonly shareFloor: number;
    /** When something new may be detached or deleted. */
    readonly window: 'always' | ChangeWindow;
    /** Whole days, the last one included, in the window's time zone, else in UTC: nothing new on them. */
    readonly freeze: readonly Freeze[];
  };
  readonly detach: {
    readonly force: boolean;
    readonly roles: readonly { readonly roleArn: string; readonly accountId: AccountId }[];
    /** How long a connection that was detached stays before it is deleted. 0: it is deleted in the same run. */
    readonly holdMs: number;
  };
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
  readonly report: {
    /** The key of the tag that names the owner of a connection. */
    readonly ownerTag: string;
    /** The address at which people find the page. Messages link to it. */
    readonly url: string | undefined;
    /** A place is missing if it had results, and has had none for this long. */
    readonly missingMs: number;
    /** Whether a run also reports unused customer gateways, and the attachment quota of transit routers. */
    readonly leftovers: boolean;
    /** Shown, never acted on. */
    readonly price: { readonly perConnectionHour: number; readonly currency: string } | undefined;
  };
  readonly notify: {
    readonly channels: readonly ChannelPolicy[];
    /** Whether nothing is detached or deleted before a channel accepted a message that named it. */
    readonly required: boolean;
    /** How long before its deletion a connection must have been named. */
    readonly noticeMs: number;
  };
  /** The folder of the store. Undefined, unless somebody asks for one: nothing is stored. */
  readonly store: string | undefined;
};

/** A policy as it is written: which accounts a directory holds is not known before somebody asks it. */
export type DeclaredPolicy = Omit<Policy, 'accounts'> & {
  readonly accounts: readonly AccountPolicy[] | DirectoryPolicy;
};

/** Where a policy was read: a variable, the package of the function, nowhere, or a path; and the hash of what it says. */
export type PolicyOrigin = {
  readonly source: 'SWEEP_POLICY' | 'SWEEP_POLICY_FILE' | 'packed' | 'none' | (string & {});
  readonly hash: string;
};

/** The body of an event that asks for a run: by a direct call, in a timer's payload, or in a CloudEvent's `data`. */
export type EventBody = {
  /** At most the policy's mode. */
  readonly mode?: Mode;
  readonly accounts?: readonly AccountId[];
  readonly regions?: readonly RegionId[];
  readonly connections?: readonly ConnectionId[];
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
