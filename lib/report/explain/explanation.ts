import type { AttachmentId, Connection, Routing } from '../../core/domain/estate.ts';
import type { Mode, Policy } from '../../core/domain/policy.ts';
import { TAG_KEEP } from '../../core/domain/tag-names.ts';
import { toIso } from '../../core/domain/time.ts';
import { type Association, associate, type Witnesses } from '../../core/judge/association.ts';
import type { Verdict } from '../../core/judge/judge.ts';
import type { Judged, NotNow, Plan } from '../../core/plan/plan.ts';
import { RULES, type RuleName } from '../../core/rules/all-rules.ts';
import type { Rule } from '../../core/rules/rule.ts';
import { limitsOn } from './limits-on.ts';
import { findNextStep, type NextStep } from './next-step.ts';
import { type NoticeReport, reportNotice } from './notice-report.ts';
import { showTags } from './shown-tags.ts';

/** The answer of a rule about the connection. `not-asked`: the facts that the rule needs are unknown. */
export type RuleReport = {
  readonly rule: RuleName;
  readonly grace: number | 'off';
  readonly says: 'holds' | 'does not hold' | 'cannot tell' | 'not asked' | 'off';
  readonly evidence: readonly string[];
};

/** All facts about a connection behind its verdict, as data. Times are ISO UTC. */
export type Explanation = {
  readonly connectionId: string;
  readonly accountId: string;
  readonly regionId: string;
  readonly name: string;
  readonly judgedAt: string;
  readonly policyMode: Mode;
  readonly connection: {
    readonly attachType: string;
    readonly state: string;
    readonly status: string;
    readonly tunnels: readonly { readonly tunnelId: string; readonly status: string; readonly state: string | null }[];
    readonly transitRouterId: string | null;
    readonly attachmentId: string | null;
    readonly cenId: string | null;
    readonly vpnGatewayId: string | null;
    readonly createdAt: string | null;
    readonly resourceGroupId: string | null;
    /** `key=value`, or only the key if the tag has no value. */
    readonly tags: readonly string[] | 'unread';
  };
  readonly association: { readonly kind: Association['kind']; readonly evidence: readonly string[] };
  readonly protections: readonly string[];
  readonly rules: readonly RuleReport[];
  readonly mark:
    | { readonly kind: 'none' }
    | { readonly kind: 'broken'; readonly reason: string }
    | {
        readonly kind: 'valid';
        readonly clocks: readonly { readonly rule: RuleName; readonly since: string }[];
        readonly seen: string;
      };
  readonly verdict: {
    readonly kind: Verdict['kind'];
    readonly reason: string;
    readonly rule: Verdict['rule'];
    readonly since: string | null;
    readonly ripeAt: string | null;
    readonly isDue: boolean;
    readonly evidence: readonly string[];
  };
  /** For a detached connection during its hold. `bringBack`: each way to keep it. */
  readonly hold: {
    readonly until: string;
    readonly attachmentId: string | null;
    readonly bringBack: readonly string[];
  } | null;
  readonly notice: NoticeReport | null;
  readonly next: NextStep;
  /** The limits and guards for a due connection: the reason that stops its deletion, or its place in the queue. */
  readonly limits: readonly string[];
};

/** The facts that were read about the region of the connection. */
export type ExplainedRegion = {
  readonly witnesses: Witnesses;
  readonly routing: ReadonlyMap<AttachmentId, Routing> | 'unread';
};

/** The input of an explanation. */
export type Explained = {
  readonly judged: Judged;
  readonly facts: ExplainedRegion;
  /** The plan of the whole scope, so that guards and limits count all connections of a run. */
  readonly plan: Plan;
  /**
   * The reason why `limits.perDay` has no room for the connection. Undefined if there is room, or if the limit is off.
   */
  readonly fullDay?: NotNow | undefined;
  readonly policy: Policy;
  readonly judgedMs: number;
};

/** Explains a judged connection. Pure. */
export function createExplanation({ judged, facts, plan, fullDay, policy, judgedMs }: Explained): Explanation {
  const { verdict, accountId, regionId } = judged;
  const { connection } = verdict;
  const association = associate(connection, accountId, facts.witnesses, verdict.note);
  const { held, reasons } = limitsOn(judged, plan, fullDay);
  return {
    connectionId: connection.connectionId,
    accountId,
    regionId,
    name: connection.name ?? '',
    judgedAt: toIso(judgedMs),
    policyMode: policy.mode,
    connection: describe(connection, association),
    association: { kind: association.kind, evidence: [...association.evidence, ...doubtOf(association)] },
    protections: verdict.protections,
    rules: RULES.map((rule) =>
      askRule(rule, policy.rules[rule.name], { connection, association, routing: facts.routing, nowMs: judgedMs }),
    ),
    mark: describeMark(verdict.mark),
    verdict: {
      kind: verdict.kind,
      reason: verdict.reason,
      rule: verdict.rule,
      since: isoOrNull(verdict.sinceMs),
      ripeAt: isoOrNull(verdict.ripeAtMs),
      isDue: verdict.isDue,
      evidence: verdict.evidence,
    },
    hold: describeHold(verdict),
    notice: reportNotice(judged, policy, judgedMs),
    next: findNextStep(judged, policy, judgedMs, held),
    limits: reasons,
  };
}

const isoOrNull = (ms: number | undefined): string | null => (ms === undefined ? null : toIso(ms));

const doubtOf = (association: Association): readonly string[] => ('reason' in association ? [association.reason] : []);

function describe(connection: Connection, association: Association): Explanation['connection'] {
  const { attachType, state, status, tunnels, transitRouterId, cenId, vpnGatewayId, resourceGroupId } = connection;
  return {
    attachType,
    state,
    status,
    tunnels: tunnels.map((tunnel) => ({ ...tunnel, state: tunnel.state ?? null })),
    transitRouterId: transitRouterId ?? null,
    attachmentId: association.kind === 'bound' ? association.attachment.attachmentId : null,
    cenId: cenId ?? null,
    vpnGatewayId: vpnGatewayId ?? null,
    createdAt: isoOrNull(connection.createdAtMs),
    resourceGroupId: resourceGroupId ?? null,
    tags: showTags(connection.tags),
  };
}

/** The facts that a rule judges. */
type Asked = {
  readonly connection: Connection;
  readonly association: Association;
  readonly routing: ExplainedRegion['routing'];
  readonly nowMs: number;
};

const SAYS = { yes: 'holds', no: 'does not hold', unread: 'cannot tell' } as const;

/**
 * Asks the rules also for a protected connection, because a person wants to know the verdict without the protection.
 */
function askRule(
  { name: rule, judge }: Rule<RuleName>,
  grace: RuleReport['grace'],
  { connection, association, routing, nowMs }: Asked,
): RuleReport {
  if (grace === 'off') {
    return { rule, grace, says: 'off', evidence: [] };
  }
  if (association.kind !== 'bound' && association.kind !== 'unbound') {
    return { rule, grace, says: 'not asked', evidence: doubtOf(association) };
  }
  const own = association.kind === 'bound' && routing !== 'unread' && routing.get(association.attachment.attachmentId);
  const { holds, evidence } = judge({ connection, association, routing: own || 'unread', nowMs });
  return { rule, grace, says: SAYS[holds], evidence };
}

function describeHold({ heldUntilMs, note, connection }: Verdict): Explanation['hold'] {
  if (heldUntilMs === undefined) {
    return null;
  }
  return {
    until: toIso(heldUntilMs),
    attachmentId: note.kind === 'valid' ? note.attachmentId : null,
    bringBack: [
      `attach it as it was: vco-sweeper restore ${connection.connectionId}`,
      'bind it to a transit router by hand',
      `keep it as it is, bound to nothing: give it the tag ${TAG_KEEP}`,
    ],
  };
}

function describeMark(mark: Verdict['mark']): Explanation['mark'] {
  if (mark.kind !== 'valid') {
    return mark;
  }
  const clocks = [...mark.clocks].map(([rule, sinceMs]) => ({ rule, since: toIso(sinceMs) }));
  return { kind: 'valid', clocks, seen: toIso(mark.seenMs) };
}
