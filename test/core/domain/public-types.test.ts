import { expectTypeOf, test } from 'vitest';
import type { RunResult } from '../../../lib/core/domain/outcome.ts';
import type { EventBody, Policy } from '../../../lib/core/domain/policy.ts';
import type { RuleName } from '../../../lib/core/rules/all-rules.ts';

// A second copy of the types on which other people's events, policies and scripts depend. The compiler compares both
// copies, so `npm run check` fails if a key is renamed, added, removed or widened. Running this file checks nothing
// more.

type ModeName = 'plan' | 'mark' | 'sweep';
type RuleText = 'unassociated' | 'tunnels-down' | 'unrouted' | 'expired';
type RegionNames = readonly string[] | 'all' | { readonly except: readonly string[] };
type DayName = 'Mon' | 'Tue' | 'Wed' | 'Thu' | 'Fri' | 'Sat' | 'Sun';

test('the rules have these names, which policies, marks and results contain', () => {
  expectTypeOf<RuleName>().toEqualTypeOf<RuleText>();
});

test('the policy has these keys with these values', () => {
  expectTypeOf<Policy>().toEqualTypeOf<{
    readonly mode: ModeName;
    readonly regions: RegionNames | undefined;
    readonly accounts: readonly {
      readonly roleArn: string;
      readonly accountId: string;
      readonly regions: RegionNames | undefined;
    }[];
    readonly rules: Readonly<Record<RuleText, number | 'off'>>;
    readonly protect: {
      readonly tags: readonly { readonly key: string; readonly value: string | undefined }[];
      readonly names: readonly string[];
      readonly resourceGroups: readonly string[];
      readonly connections: readonly string[];
      readonly youngerThanMs: number;
    };
    readonly limits: {
      readonly perRun: number;
      readonly perDay: number | 'off';
      readonly perRegionShare: number;
      readonly shareFloor: number;
      readonly window:
        | 'always'
        | { readonly days: readonly DayName[]; readonly from: string; readonly to: string; readonly zone: string };
      readonly freeze: readonly { readonly from: string; readonly to: string }[];
    };
    readonly detach: {
      readonly force: boolean;
      readonly roles: readonly { readonly roleArn: string; readonly accountId: string }[];
      readonly holdMs: number;
    };
    readonly marks: { readonly maxGapMs: number };
    readonly recheck: { readonly maxAgeMs: number };
    readonly wait: {
      readonly pollIntervalMs: number;
      readonly detachTimeoutMs: number;
      readonly deleteTimeoutMs: number;
      readonly tagTimeoutMs: number;
      readonly consecutiveMisses: number;
    };
    readonly retry: { readonly attempts: number; readonly minDelayMs: number; readonly maxDelayMs: number };
    readonly pace: {
      readonly share: number;
      readonly describePerMinute: number | undefined;
      readonly writePerMinute: number | undefined;
      readonly concurrency: number;
    };
    readonly report: {
      readonly ownerTag: string;
      readonly url: string | undefined;
      readonly missingMs: number;
      readonly leftovers: boolean;
      readonly price: { readonly perConnectionHour: number; readonly currency: string } | undefined;
    };
    readonly notify: {
      readonly channels: readonly {
        readonly type: 'dingtalk' | 'feishu' | 'wecom' | 'slack' | 'cloudevents';
        readonly name: string;
        readonly urlEnv: string;
        readonly secretEnv: string | undefined;
        readonly on: readonly ('marked' | 'due' | 'held' | 'deleted' | 'attention' | 'missing' | 'always')[];
        readonly language: 'en' | 'zh';
      }[];
      readonly required: boolean;
      readonly noticeMs: number;
    };
    readonly store: string | undefined;
  }>();
});

test('the result of a run has these keys with these values', () => {
  expectTypeOf<RunResult>().toEqualTypeOf<{
    readonly runId: string;
    readonly mode: ModeName;
    readonly status: 'complete' | 'incomplete' | 'halted';
    readonly startedAt: string;
    readonly durationMs: number;
    readonly regions: readonly {
      readonly accountId: string;
      readonly regionId: string;
      readonly listing: 'complete' | 'unread' | 'unsupported';
      readonly connections: number;
      readonly halted: boolean;
      readonly code?: string;
      readonly reason?: string;
    }[];
    readonly counts: {
      readonly kept: number;
      readonly protected: number;
      readonly unknown: number;
      readonly marked: number;
      readonly waiting: number;
      readonly cleared: number;
      readonly planned: number;
      readonly held: number;
      readonly deleted: number;
      readonly 'already-gone': number;
      readonly deferred: number;
      readonly blocked: number;
      readonly failed: number;
    };
    readonly outcomes: readonly {
      readonly connectionId: string;
      readonly accountId: string;
      readonly regionId: string;
      readonly name: string | null;
      readonly owner: string | null;
      readonly createdAt: string | null;
      readonly outcome:
        | 'kept'
        | 'protected'
        | 'unknown'
        | 'marked'
        | 'waiting'
        | 'cleared'
        | 'planned'
        | 'held'
        | 'deleted'
        | 'already-gone'
        | 'deferred'
        | 'blocked'
        | 'failed';
      readonly rule: RuleText | 'half-done' | null;
      readonly since: string | null;
      readonly dueAt: string | null;
      readonly heldUntil: string | null;
      readonly toldAt?: string;
      readonly noticeUntil?: string;
      readonly attachedTo: { readonly transitRouterId: string | null; readonly cenId: string | null } | null;
      readonly backup: string | null;
      readonly reason: string;
      readonly evidence: readonly string[];
      readonly code: string | null;
      readonly requestId: string | null;
    }[];
    readonly outcomesOmitted?: number;
    readonly calls: Readonly<Record<string, number>>;
    readonly stoppedBy?: string;
    readonly notStored?: string;
    readonly refusedEvents?: readonly {
      readonly index: number;
      readonly id: string | null;
      readonly reason: string;
    }[];
    readonly refusedEventsOmitted?: number;
    readonly policy: {
      readonly source: 'SWEEP_POLICY' | 'SWEEP_POLICY_FILE' | 'packed' | 'none' | (string & {});
      readonly hash: string;
    };
    readonly plan?: { readonly file: string; readonly sha256: string; readonly madeAt: string };
    readonly notFound: readonly string[];
    readonly warnings?: readonly string[];
    readonly lapsedKeeps?: readonly {
      readonly accountId: string;
      readonly regionId: string;
      readonly connectionId: string;
      readonly until: string;
    }[];
    readonly leftovers?: readonly {
      readonly accountId: string;
      readonly regionId: string;
      readonly customerGateways: readonly { readonly customerGatewayId: string; readonly name: string | null }[];
      readonly customerGatewaysOmitted?: number;
      readonly unread?: string;
      readonly transitRouters: readonly {
        readonly transitRouterId: string;
        readonly attachments: number;
        readonly quota: number;
      }[];
    }[];
  }>();
});

test('the body of an event has these optional keys with these values', () => {
  expectTypeOf<EventBody>().toEqualTypeOf<{
    readonly mode?: ModeName;
    readonly accounts?: readonly string[];
    readonly regions?: readonly string[];
    readonly connections?: readonly string[];
  }>();
});
