import { type Association, associate, type Settled, type Witnesses } from './association.ts';
import type { AccountId, Attachment, Connection, Routing, Tags } from './estate.ts';
import { type Mark, parseOrphanTag, readDetached, readMark } from './mark.ts';
import { type Policy, RULE_NAMES, type RuleName } from './options.ts';
import { protect } from './protect.ts';
import { RULES } from './rules/index.ts';
import type { Finding } from './rules/rule.ts';
import { TAG_DETACHED, TAG_EXPIRES } from './tag-names.ts';
import { parseExpiry, toIso } from './time.ts';

/** What a run that may write tags does to the mark of a connection. */
export type MarkAction = 'none' | 'set' | 'refresh' | 'clear';

export type Verdict = {
  readonly connection: Connection;
  readonly kind: 'not-ours' | 'in-use' | 'protected' | 'unknown' | 'orphan' | 'half-done';
  /** One sentence for a person. */
  readonly reason: string;
  readonly evidence: readonly string[];
  readonly rule: RuleName | 'half-done' | null;
  /** Since when it has been an orphan, by its mark; undefined without one. */
  readonly sinceMs: number | undefined;
  /** When its grace has run out; undefined when it is no orphan or has no mark to count from. */
  readonly ripeAtMs: number | undefined;
  /** It may be detached and deleted now, as far as this connection alone is concerned. */
  readonly ripe: boolean;
  readonly markAction: MarkAction;
  /** A `detached` tag stands on a connection that is bound: that detach came to nothing, and the tag goes. */
  readonly dropDetachedTag: boolean;
  /** The rule of its mark was looked at and does not hold: the mark goes, whatever other rules say. */
  readonly markDisproved: boolean;
  /** What holds it, when a ripe one must be detached first. */
  readonly attachment: Attachment | undefined;
  /** Overdue payment locks it: only a person can mend that. */
  readonly locked: boolean;
  readonly protections: readonly string[];
  readonly findings: ReadonlyMap<RuleName, Finding>;
  readonly mark: Mark;
};

export type Facts = {
  readonly connection: Connection;
  readonly accountId: AccountId;
  readonly witnesses: Witnesses;
  /** Of its attachment, when it is bound and the rule that needs it is on. */
  readonly routing: Routing | 'unread';
  readonly nowMs: number;
};

/**
 * Decide what one connection is: protection first, then rules, then mark and grace. Pure; never throws.
 *
 * A wrong `orphan` drops a live tunnel, a wrong `unknown` costs one more run: so doubt is `unknown`.
 */
export function judge(facts: Facts, policy: Policy): Verdict {
  const verdict = judgeByOrder(facts, policy);
  return { ...verdict, dropDetachedTag: isStaleDetach(verdict, policy, facts.nowMs) };
}

/** Protection, then rules, then mark and grace. */
function judgeByOrder(facts: Facts, policy: Policy): Judgement {
  const { connection, accountId, witnesses, nowMs } = facts;
  const association = associate(connection, accountId, witnesses);
  const base = createBase(facts, policy, association);
  if (association.kind === 'not-ours') {
    return { ...base, kind: 'not-ours', reason: 'it is not a connection made for a transit router' };
  }

  const tags = connection.tags;
  const protection = protect(connection, policy.protect, nowMs);
  if (protection.reasons.length > 0) {
    return {
      ...base,
      kind: 'protected',
      reason: protection.reasons.join('; '),
      protections: protection.reasons,
      markAction: clearIfMarked(base.mark),
    };
  }
  const [unread] = protection.unread;
  if (unread !== undefined || tags === 'unread')
    return { ...base, kind: 'unknown', reason: unread ?? 'its tags could not be read' };
  if (association.kind === 'changing') return { ...base, kind: 'unknown', reason: association.reason };
  if (association.kind === 'doubtful') {
    const markDisproved = isDisprovedByItself(base.mark, connection);
    const markAction = markDisproved ? 'clear' : 'none';
    return { ...base, kind: 'unknown', reason: association.reason, markDisproved, markAction };
  }

  if (association.kind === 'unbound' && readDetached(tags, nowMs, policy.marks.maxGapMs))
    return judgeHalfDone(base, tags);
  return judgeByRules({ ...base, evidence: [...base.evidence, ...warnings(tags)] }, facts, policy, association);
}

/** However the transit routers' side is to be read: what the connection itself says is enough to end an orphan's mark. */
function isDisprovedByItself(mark: Mark, connection: Connection): boolean {
  if (mark.kind !== 'valid') return false;
  const statuses = [connection.status, ...connection.tunnels.map(({ status }) => status)];
  if (mark.rule === 'tunnels-down') return statuses.includes('ipsec_sa_established');
  return mark.rule === 'unassociated' && connection.attachType === 'CEN' && connection.state === 'attached';
}

/** All but whether the trace of a detach goes, which rests on the rest. */
type Judgement = Omit<Verdict, 'dropDetachedTag'>;
type Base = Omit<Judgement, 'kind' | 'reason'>;

const clearIfMarked = (mark: Mark): MarkAction => (mark.kind === 'none' ? 'none' : 'clear');

function createBase({ connection, nowMs }: Facts, policy: Policy, association: Association): Base {
  const tags = connection.tags;
  return {
    connection,
    evidence: association.evidence,
    rule: null,
    sinceMs: undefined,
    ripeAtMs: undefined,
    ripe: false,
    markAction: 'none',
    markDisproved: false,
    attachment: association.kind === 'bound' ? association.attachment : undefined,
    locked: connection.state === 'financialLocked',
    protections: [],
    findings: new Map(),
    mark: tags === 'unread' ? { kind: 'none' } : readMark(tags, nowMs, policy.marks.maxGapMs),
  };
}

/**
 * Whether the trace of a detach on a bound connection is to be removed. It may be that of another run, which is just
 * about to detach: then it is fresh, names the attachment, and the connection is due.
 */
function isStaleDetach(verdict: Judgement, policy: Policy, nowMs: number): boolean {
  const { attachment, ripe } = verdict;
  const { tags } = verdict.connection;
  if (attachment === undefined || tags === 'unread' || !tags.has(TAG_DETACHED)) return false;
  const fresh = readDetached(tags, nowMs, policy.wait.detachTimeoutMs);
  return !(ripe && fresh?.attachmentId === attachment.attachmentId);
}

function judgeHalfDone(base: Base, tags: Tags): Judgement {
  const mark = parseOrphanTag(tags);
  return {
    ...base,
    kind: 'half-done',
    reason: 'an earlier run detached it and did not get to delete it',
    evidence: [...base.evidence, `tag ${TAG_DETACHED} "${tags.get(TAG_DETACHED)}"`],
    rule: mark?.rule ?? 'half-done',
    sinceMs: mark?.sinceMs,
    ripe: true,
  };
}

function judgeByRules(base: Base, facts: Facts, policy: Policy, association: Settled): Judgement {
  const { connection, routing, nowMs } = facts;
  const findings = new Map<RuleName, Finding>();
  for (const name of RULE_NAMES) {
    if (policy.rules[name] !== 'off') findings.set(name, RULES[name]({ connection, association, routing, nowMs }));
  }
  const markDisproved = base.mark.kind === 'valid' && findings.get(base.mark.rule)?.holds === 'no';
  const found = { ...base, findings, markDisproved };

  const holding = RULE_NAMES.filter((name) => findings.get(name)?.holds === 'yes');
  const chosen = chooseRule(holding, base.mark, policy, nowMs);
  if (chosen === undefined) return judgeUsed(found);
  return judgeOrphan(found, chosen, policy, nowMs);
}

/** No rule holds. Positively in use clears the mark; a rule that could not look does not, unless it is another's. */
function judgeUsed(base: Base): Judgement {
  const unread = [...base.findings].filter(([, { holds }]) => holds === 'unread');
  if (unread.length > 0) {
    const said = unread.map(([name, { evidence }]) => `${name}: ${evidence.join(', ')}`);
    const markAction = base.markDisproved ? 'clear' : 'none';
    return { ...base, kind: 'unknown', reason: `a rule could not be decided (${said.join('; ')})`, markAction };
  }
  const said = [...base.findings].map(([name, { evidence }]) => `${name}: ${evidence.join(', ')}`);
  return {
    ...base,
    kind: 'in-use',
    reason: said.length > 0 ? `no rule that is on holds (${said.join('; ')})` : 'no rule is on',
    markAction: clearIfMarked(base.mark),
  };
}

/**
 * A ripe mark whose rule still holds comes first, then a rule that needs no grace, then the first in order.
 * (A rule with grace 0 sweeps at once: it counts as ripe without a mark.)
 */
function chooseRule(holding: readonly RuleName[], mark: Mark, policy: Policy, nowMs: number): RuleName | undefined {
  if (mark.kind === 'valid' && holding.includes(mark.rule) && nowMs - mark.sinceMs >= graceMs(mark.rule, policy)) {
    return mark.rule;
  }
  return holding.find((name) => graceMs(name, policy) === 0) ?? holding[0];
}

const graceMs = (rule: RuleName, policy: Policy): number => {
  const grace = policy.rules[rule];
  return grace === 'off' ? Number.POSITIVE_INFINITY : grace;
};

function judgeOrphan(base: Base, rule: RuleName, policy: Policy, nowMs: number): Judgement {
  const { mark } = base;
  const evidence = [...new Set([...(base.findings.get(rule)?.evidence ?? []), ...base.evidence])];
  const orphan = { ...base, kind: 'orphan' as const, rule };
  const grace = graceMs(rule, policy);

  if (mark.kind === 'valid' && mark.rule === rule) {
    const ripeAtMs = mark.sinceMs + grace;
    // The first run's `seen` is when it began to look, its `since` when it had looked: a moment later.
    const seenMs = Math.max(mark.sinceMs, mark.seenMs);
    const lasted = `orphan since ${toIso(mark.sinceMs)}, last seen so ${toIso(seenMs)}`;
    return {
      ...orphan,
      reason:
        ripeAtMs <= nowMs ? `${rule}: its grace has run out` : `${rule}: inside its grace until ${toIso(ripeAtMs)}`,
      evidence: [...evidence, lasted],
      sinceMs: mark.sinceMs,
      ripeAtMs,
      ripe: ripeAtMs <= nowMs,
      markAction: 'refresh',
    };
  }
  if (grace === 0) {
    // Renewing says that it was seen so: a rule that is off or could not look has not seen it.
    const stillHolds = mark.kind === 'valid' && base.findings.get(mark.rule)?.holds === 'yes';
    const markAction = base.markDisproved ? 'clear' : stillHolds ? 'refresh' : 'none';
    return { ...orphan, reason: `${rule}: this rule has no grace`, evidence, ripeAtMs: nowMs, ripe: true, markAction };
  }
  const restarted = mark.kind === 'none' ? [] : [restartReason(mark)];
  return {
    ...orphan,
    reason: [`${rule}: its clock starts with this run`, ...restarted].join('; '),
    evidence: [...evidence, ...restarted],
    markAction: 'set',
  };
}

const restartReason = (mark: Exclude<Mark, { kind: 'none' }>): string =>
  mark.kind === 'valid' ? `it was marked for another rule, ${mark.rule}` : `its mark counts no more: ${mark.reason}`;

function warnings(tags: Tags): readonly string[] {
  const expires = tags.get(TAG_EXPIRES);
  return expires !== undefined && parseExpiry(expires) === undefined
    ? [`tag ${TAG_EXPIRES} is neither an ISO date nor a date-time with a zone: taken as not expired`]
    : [];
}
