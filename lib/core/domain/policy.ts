import type { Graces } from '../rules/all-rules.ts';
import type { AccountId, ConnectionId, RegionId } from './estate.ts';

/** In ascending order of permitted changes: no changes, tags only, tags and connections. */
export const MODES = ['plan', 'mark', 'sweep'] as const;
export type Mode = (typeof MODES)[number];

/** The regions of an account: a list, all regions that the cloud lists, or all regions with exceptions. */
export type RegionChoice = readonly RegionId[] | 'all' | { readonly except: readonly RegionId[] };

export const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export type ChangeWindow = {
  /** The weekdays on which it opens. */
  readonly days: readonly Weekday[];
  /** Local times such as `22:00`. If `to` is not later than `from`, it is a time of the next day. */
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
  /** Undefined: the regions of the policy. */
  readonly regions: RegionChoice | undefined;
};

/** The accounts of a resource directory. The sweep uses the role of this name in each account. */
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
  /** The channel's name in paths and logs. The second channel of a type gets a number, such as `slack-2`. */
  readonly name: string;
  /** Environment variables that contain the address and the signing key. A policy never contains an address or a key. */
  readonly urlEnv: string;
  readonly secretEnv: string | undefined;
  readonly on: readonly NewsKind[];
  readonly language: Language;
};

/** The policy document with every default filled in. All durations are milliseconds. */
export type Policy = {
  readonly mode: Mode;
  /** Undefined: the region of the function. */
  readonly regions: RegionChoice | undefined;
  /** Empty: the account of the credentials. */
  readonly accounts: readonly AccountPolicy[];
  readonly rules: Graces;
  readonly protect: {
    /** A tag without a value protects with any value. */
    readonly tags: readonly { readonly key: string; readonly value: string | undefined }[];
    /** Globs, case-sensitive. */
    readonly names: readonly string[];
    readonly resourceGroups: readonly string[];
    readonly connections: readonly ConnectionId[];
    readonly youngerThanMs: number;
  };
  readonly limits: {
    readonly perRun: number;
    /** For 24 hours over all runs, in each place. */
    readonly perDay: number | 'off';
    readonly perRegionShare: number;
    readonly shareFloor: number;
    /** When a sweep may begin to detach or delete a connection. */
    readonly window: 'always' | ChangeWindow;
    /**
     * Whole days on which a sweep begins no change, the last day included. Their time zone is the window's, or else
     * UTC.
     */
    readonly freeze: readonly Freeze[];
  };
  readonly detach: {
    readonly force: boolean;
    readonly roles: readonly { readonly roleArn: string; readonly accountId: AccountId }[];
    /** How long a detached connection stays before it is deleted. With 0, it is deleted in the same run. */
    readonly holdMs: number;
  };
  readonly marks: { readonly maxGapMs: number };
  readonly recheck: { readonly maxAgeMs: number };
  readonly wait: {
    readonly pollIntervalMs: number;
    readonly detachTimeoutMs: number;
    readonly deleteTimeoutMs: number;
    /** How long a run waits until a tag write becomes visible, because reads lag behind writes. */
    readonly tagTimeoutMs: number;
    readonly consecutiveMisses: number;
  };
  readonly retry: { readonly attempts: number; readonly minDelayMs: number; readonly maxDelayMs: number };
  readonly pace: {
    /** Share of the published limits, above 0 and up to 1. It applies if the next two keys do not set a rate. */
    readonly share: number;
    readonly describePerMinute: number | undefined;
    readonly writePerMinute: number | undefined;
    readonly concurrency: number;
  };
  readonly report: {
    /** The key of the tag that names the owner of a connection. */
    readonly ownerTag: string;
    /** The address of the page. Messages link to it. */
    readonly url: string | undefined;
    /** A place is missing if it had results before, and has had no result for this long. */
    readonly missingMs: number;
    /** Whether a run also reports unused customer gateways and the attachment quota of transit routers. */
    readonly leftovers: boolean;
    /** Reports show the price. No decision depends on it. */
    readonly price: { readonly perConnectionHour: number; readonly currency: string } | undefined;
  };
  readonly notify: {
    readonly channels: readonly ChannelPolicy[];
    /** Whether a deletion needs a message that named the connection and that a channel accepted. */
    readonly required: boolean;
    /** How long before its deletion a message must have named the connection. */
    readonly noticeMs: number;
  };
  /** The folder of the store. Undefined by default: the run stores nothing. */
  readonly store: string | undefined;
};

/** A policy as people write it. The accounts of a directory are unknown until somebody lists them. */
export type DeclaredPolicy = Omit<Policy, 'accounts'> & {
  readonly accounts: readonly AccountPolicy[] | DirectoryPolicy;
};

/** The source of a policy (a variable, the package of the function, nowhere, or a path) and the hash of its content. */
export type PolicyOrigin = {
  readonly source: 'SWEEP_POLICY' | 'SWEEP_POLICY_FILE' | 'packed' | 'none' | (string & {});
  readonly hash: string;
};

/** The body of an event that asks for a run: in a direct call, in a timer's payload, or in a CloudEvent's `data`. */
export type EventBody = {
  /** The run's mode is never higher than the policy's mode. */
  readonly mode?: Mode;
  readonly accounts?: readonly AccountId[];
  readonly regions?: readonly RegionId[];
  readonly connections?: readonly ConnectionId[];
};

/**
 * An event's narrowing of the policy's scope. `undefined` leaves a dimension as in the policy. An empty list asks for
 * nothing, never for everything.
 */
export type Narrowing = {
  readonly mode: Mode;
  readonly accounts?: readonly AccountId[];
  readonly regions: readonly RegionId[] | undefined;
  readonly connections: readonly ConnectionId[] | undefined;
  /** It comes from a change in the cloud, not from a person's request, so it is never refused. */
  readonly hint?: true;
  /** Only for a hint: the account of the change. The connection may be in another account. */
  readonly happenedIn?: AccountId;
  /** The event of an array that asked for it. */
  readonly event?: { readonly index: number; readonly id: string | null };
};
