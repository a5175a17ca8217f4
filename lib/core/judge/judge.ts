import type { AccountId, Attachment, Connection, Routing } from '../domain/estate.ts';
import type { Policy } from '../domain/policy.ts';
import { TAG_DETACHED, TAG_KEEP } from '../domain/tag-names.ts';
import { floorToSecond, toIso } from '../domain/time.ts';
import { readKeep } from '../guards/keep-tag.ts';
import { RULE_NAMES, RULES, type RuleName } from '../rules/all-rules.ts';
import { saysAttached } from '../rules/connection-says.ts';
import type { Finding, Settled } from '../rules/rule.ts';
import { type Association, associate, type Witnesses } from './association.ts';
import { type Claims, type Clocks, type DetachNote, type Mark, parseMark, readClaims } from './claims.ts';
import { countTagsOver, countTagsOverSeen, hasMarkTags } from './own-tags.ts';
import { protect } from './protect.ts';

/**
 * How a run in mode `mark` or `sweep` changes the mark of a connection. `set`: write the clocks of the verdict and
 * renew `seen`. `refresh`: renew `seen`. `void`: make the clocks claim nothing, and renew `seen`. `prune`: write the
 * clocks without renewing `seen`. `clear`: remove the mark.
 */
export type MarkAction = 'none' | 'set' | 'refresh' | 'void' | 'prune' | 'clear';

export type Verdict = {
  readonly connection: Connection;
  readonly kind: 'not-ours' | 'in-use' | 'protected' | 'unknown' | 'orphan' | 'half-done';
  /** A sentence for a person. */
  readonly reason: string;
  readonly evidence: readonly string[];
  /** The rule that is due first. */
  readonly rule: RuleName | 'half-done' | null;
  /** Since when the connection has been an orphan by this rule, from its mark. Undefined without a mark. */
  readonly sinceMs: number | undefined;
  /** The end of its grace. Undefined if the connection is no orphan, or has no mark to count from. */
  readonly ripeAtMs: number | undefined;
  /** The connection may be detached and deleted now. The limits of the run are not considered. */
  readonly isDue: boolean;
  /** The connection is due because a clock of its mark has run out. It stays due only if this run renews that mark. */
  readonly restsOnMark: boolean;
  readonly markAction: MarkAction;
  /** The clocks of the mark after this run: since when each rule has held. */
  readonly clocks: Clocks;
  /** Rules that hold but have no clock yet. Their clocks start when the run writes the mark. */
  readonly starting: readonly RuleName[];
  /** The connection has a detach note that no longer claims anything, so the run removes the note. */
  readonly dropNote: boolean;
  /** The end of its hold: until then, owners can bind the detached connection again. Undefined without a hold. */
  readonly heldUntilMs: number | undefined;
  /** Its hold starts with this run, which writes `note` over the lapsed note. */
  readonly restartsHold: boolean;
  /** A rule with a clock in the mark does not hold any more. The run must not leave the mark unchanged. */
  readonly markDisproved: boolean;
  /** The attachment to remove before a due connection can be deleted. */
  readonly attachment: Attachment | undefined;
  /** The connection is locked because of an overdue payment. Only a person can change that. */
  readonly locked: boolean;
  /**
   * The number of owner's tags that must be removed before the run can mark and detach the connection. 0: there is
   * room.
   */
  readonly tagsOver: number;
  readonly protections: readonly string[];
  readonly findings: ReadonlyMap<RuleName, Finding>;
  readonly mark: Mark;
  readonly note: DetachNote;
  /** When a step on the connection last failed, in milliseconds since the epoch. */
  readonly triedMs: number | undefined;
};

export type JudgeInput = {
  readonly connection: Connection;
  readonly accountId: AccountId;
  readonly witnesses: Witnesses;
  /** The routing of its attachment, if the connection is bound and an enabled rule needs the routing. */
  readonly routing: Routing | 'unread';
  readonly nowMs: number;
};

/**
 * Judge a connection: first protection, then the rules, then mark and grace. Pure. Never throws.
 *
 * A wrong `orphan` drops a live tunnel. A wrong `unknown` costs another run, so doubt is `unknown`.
 */
export function judge(facts: JudgeInput, policy: Policy): Verdict {
  const { connection, accountId, witnesses, nowMs } = facts;
  const claims = withoutForeignNote(readClaims(connection, nowMs, policy.marks.maxGapMs), connection, witnesses);
  const holdNote = restartHold(claims.note, policy.detach.holdMs, nowMs);
  const association = associate(connection, accountId, witnesses, holdNote);
  const base = createBase(connection, association, claims);
  if (association.kind === 'not-ours') {
    return { ...base, kind: 'not-ours', reason: 'it is not a connection made for a transit router' };
  }

  const protection = protect(connection, policy.protect, nowMs);
  if (protection.reasons.length > 0) {
    return {
      ...base,
      kind: 'protected',
      reason: protection.reasons.join('; '),
      protections: protection.reasons,
      markAction: clearIfMarked(connection),
      markDisproved: base.mark.kind === 'valid',
      dropNote: base.note.kind !== 'none',
    };
  }
  const [unread] = protection.unread;
  if (connection.tags === 'unread') {
    return { ...base, kind: 'unknown', reason: unread ?? 'its tags could not be read' };
  }
  if (association.kind === 'changing') {
    return { ...base, kind: 'unknown', reason: unread ?? association.reason };
  }
  if (unread !== undefined) {
    return judgeDoubtful(base, unread, facts, policy);
  }
  if (association.kind === 'doubtful') {
    return judgeDoubtful(base, association.reason, facts, policy);
  }
  if (association.kind === 'unbound' && holdNote.kind === 'valid') {
    return judgeHalfDone(
      { ...base, note: holdNote, restartsHold: holdNote !== base.note },
      holdNote.atMs,
      policy,
      nowMs,
    );
  }
  return judgeByRules(base, facts, policy, association);
}

type Base = Omit<Verdict, 'kind' | 'reason'>;

const clearIfMarked = ({ tags }: Connection): MarkAction => (tags !== 'unread' && hasMarkTags(tags) ? 'clear' : 'none');

const NO_CLOCKS: Clocks = new Map();

function createBase(connection: Connection, association: Association, { mark, note, triedMs }: Claims): Base {
  // Every verdict is a copy of it. It has all fields, because V8 adds a field to a copy 20 times slower than it changes one.
  const verdict: Verdict = {
    kind: 'unknown',
    reason: '',
    connection,
    evidence: association.evidence,
    rule: null,
    sinceMs: undefined,
    ripeAtMs: undefined,
    isDue: false,
    restsOnMark: false,
    markAction: 'none',
    clocks: mark.kind === 'valid' ? mark.clocks : NO_CLOCKS,
    starting: [],
    markDisproved: false,
    dropNote: false,
    heldUntilMs: undefined,
    restartsHold: false,
    attachment: association.kind === 'bound' ? association.attachment : undefined,
    locked: connection.state === 'financialLocked',
    tagsOver: 0,
    protections: [],
    findings: new Map(),
    mark,
    note,
    triedMs,
  };
  return verdict;
}

/** In doubt, the statement of the connection alone is enough to end a clock or an old note. */
function judgeDoubtful(base: Base, reason: string, { nowMs }: JudgeInput, policy: Policy): Verdict {
  const { connection, note, mark } = base;
  // A fresh note may belong to a detach in progress, so that only a single side knows of it yet.
  const isOld = note.kind === 'valid' && nowMs - note.atMs > policy.wait.detachTimeoutMs;
  if (isOld && saysAttached(connection)) {
    const markAction = clearIfMarked(connection);
    const again = { ...base, clocks: NO_CLOCKS, markAction, markDisproved: mark.kind === 'valid', dropNote: true };
    return { ...again, kind: 'unknown', reason };
  }
  const disproved = RULES.filter((rule) => rule.isDisprovedBy(connection, nowMs)).map(({ name }) => name);
  const clocks = new Map([...base.clocks].filter(([name]) => !disproved.includes(name)));
  return { ...base, ...withoutClocks(base, clocks), ...withoutBrokenMark(base), kind: 'unknown', reason };
}

/**
 * A mark that proves nothing now must not count later, as a mark from the future would. It is removed even in doubt.
 */
const withoutBrokenMark = ({ mark, connection }: Base): Partial<Pick<Verdict, 'markAction'>> =>
  mark.kind === 'broken' ? { markAction: clearIfMarked(connection) } : {};

/**
 * Anyone can copy a note. If another connection has the attachment in the note, the note belongs to that connection.
 */
function withoutForeignNote(claims: Claims, { connectionId }: Connection, { attachment }: Witnesses): Claims {
  const { note } = claims;
  if (note.kind !== 'valid' && note.kind !== 'lapsed') {
    return claims;
  }
  const holder = attachment(note.attachmentId);
  if (holder === undefined || holder.connectionId === connectionId) {
    return claims;
  }
  return { ...claims, note: { kind: 'broken', reason: `${note.attachmentId} is of ${holder.connectionId}` } };
}

/** With a hold, a lapsed note counts as new. A long time without runs must not lead to an immediate deletion. */
const restartHold = (note: DetachNote, holdMs: number, nowMs: number): DetachNote =>
  note.kind === 'lapsed' && holdMs > 0 ? { kind: 'valid', atMs: nowMs, attachmentId: note.attachmentId } : note;

/** Keep only these clocks of the mark. `seen` is not renewed, because not all rules were seen to hold. */
function withoutClocks(base: Base, clocks: Clocks): Pick<Base, 'clocks' | 'markDisproved' | 'markAction'> {
  const markDisproved = clocks.size < base.clocks.size;
  const markAction = markDisproved ? (clocks.size > 0 ? 'prune' : 'clear') : 'none';
  return { clocks, markDisproved, markAction };
}

/**
 * Each run that sees a half-done connection renews `seen`, and so the note. A broken mark must not be renewed with it.
 */
function judgeHalfDone(base: Base, noteMs: number, policy: Policy, nowMs: number): Verdict {
  const { connection, mark } = base;
  const { holdMs } = policy.detach;
  const tags = connection.tags === 'unread' ? new Map<string, string>() : connection.tags;
  const [rule, sinceMs] = [...(parseMark(tags) ?? NO_CLOCKS)].at(0) ?? [];
  const tagsOver = countTagsOverSeen(tags);
  const hasRoom = tagsOver === 0;
  const heldUntilMs = nowMs < noteMs + holdMs ? noteMs + holdMs : undefined;
  // Without `seen`, only the note counts, and it lapses before a longer hold is over.
  const isStuck = heldUntilMs !== undefined && !hasRoom && holdMs > policy.marks.maxGapMs;
  return {
    ...base,
    kind: 'half-done',
    reason: isStuck ? noRoomToHold(tagsOver) : reasonOfHalfDone(base, heldUntilMs),
    evidence: [...base.evidence, `tag ${TAG_DETACHED} "${tags.get(TAG_DETACHED)}"`],
    rule: rule ?? 'half-done',
    sinceMs,
    heldUntilMs,
    tagsOver: isStuck ? tagsOver : 0,
    isDue: heldUntilMs === undefined,
    markAction: !hasRoom ? 'none' : mark.kind === 'broken' ? 'void' : 'refresh',
    // Without room, no tag can record a failed step, so the connection always comes after the rest.
    triedMs: hasRoom ? base.triedMs : noteMs,
  };
}

const noRoomToHold = (tagsOver: number): string =>
  `it is held, and there is no room for the tag that says so. Remove ${tagsOver} of its own tags`;

function reasonOfHalfDone({ restartsHold }: Base, heldUntilMs: number | undefined): string {
  if (heldUntilMs === undefined) {
    return 'an earlier run detached it and did not get to delete it';
  }
  const held = `held until ${toIso(heldUntilMs)}`;
  return restartsHold
    ? `it was detached, and no run saw it for longer than marks.maxGap, so its hold starts again: ${held}`
    : `it was detached, and is ${held}`;
}

function judgeByRules(before: Base, facts: JudgeInput, policy: Policy, association: Settled): Verdict {
  const { connection, routing, nowMs } = facts;
  const findings = new Map<RuleName, Finding>();
  for (const rule of RULES) {
    if (policy.rules[rule.name] !== 'off') {
      findings.set(rule.name, rule.judge({ connection, association, routing, nowMs }));
    }
  }
  const warnings = [...RULES.flatMap((rule) => rule.warningsOf?.(connection) ?? []), ...lapsedKeeps(connection, nowMs)];
  const own = withoutForeignMark(before);
  const says = (name: RuleName) => findings.get(name)?.holds ?? 'no';
  const isTooOld = (name: RuleName, sinceMs: number) => sinceMs < floorToSecond(findings.get(name)?.notBeforeMs ?? 0);
  const kept = new Map([...own.clocks].filter(([name, sinceMs]) => says(name) !== 'no' && !isTooOld(name, sinceMs)));
  // If the mark is from an earlier binding, it stays disproved.
  const { markAction, markDisproved } = own.markDisproved ? own : withoutClocks(own, kept);
  const evidence = [...own.evidence, ...warnings];
  const found: Base = { ...own, evidence, clocks: kept, markAction, markDisproved, findings };

  const undecided = [...kept.keys()].some((name) => says(name) === 'unread');
  const holding = RULE_NAMES.filter((name) => says(name) === 'yes');
  if (undecided || holding.length === 0) {
    return judgeUsed(found);
  }
  return withNote(judgeOrphan(found, holding, policy, nowMs), policy, nowMs);
}

/** A person bound the connection again after our detach, so its mark is from the time before. */
function withoutForeignMark(base: Base): Base {
  const { attachment, note, mark } = base;
  const isForeign = attachment && note.kind === 'valid' && note.attachmentId !== attachment.attachmentId;
  if (!isForeign) {
    return base;
  }
  const reason = `it was bound again by ${attachment.attachmentId} since it was detached from ${note.attachmentId}`;
  return {
    ...base,
    clocks: NO_CLOCKS,
    markDisproved: mark.kind === 'valid',
    markAction: clearIfMarked(base.connection),
    mark: mark.kind === 'none' ? mark : { kind: 'broken', reason },
  };
}

/** No rule holds, or a rule with a clock could not be read. A connection in use loses its mark. */
function judgeUsed(base: Base): Verdict {
  const said = (list: readonly [RuleName, Finding][]) =>
    list.map(([name, { evidence }]) => `${name}: ${evidence.join(', ')}`).join('; ');
  const findings = [...base.findings];
  const unread = findings.filter(([, { holds }]) => holds === 'unread');
  const dropNote = hasStaleNote(base);
  if (unread.length > 0) {
    const reason = `a rule could not be decided (${said(unread)})`;
    return { ...base, ...withoutBrokenMark(base), kind: 'unknown', reason, dropNote };
  }
  return {
    ...base,
    kind: 'in-use',
    reason: findings.length > 0 ? `no rule that is on holds (${said(findings)})` : 'no rule is on',
    markAction: clearIfMarked(base.connection),
    dropNote,
  };
}

/** The note claims nothing, or the connection is still bound, so the detach had no effect. */
const hasStaleNote = ({ note, attachment }: Base): boolean =>
  note.kind === 'broken' || note.kind === 'lapsed' || (note.kind === 'valid' && attachment !== undefined);

/**
 * The note on a bound orphan may come from another run that is about to detach it. Then the note is fresh and names the
 * attachment, and the connection is due. While the note exists, no clock starts.
 */
function withNote(orphan: Verdict, policy: Policy, nowMs: number): Verdict {
  const { note, attachment, isDue: due } = orphan;
  const isFresh = note.kind === 'valid' && nowMs - note.atMs <= policy.wait.detachTimeoutMs;
  if (!(due && isFresh && note.attachmentId === attachment?.attachmentId)) {
    return { ...orphan, dropNote: hasStaleNote(orphan) };
  }
  return withoutNewClocks(orphan);
}

/**
 * The verdict without the clocks that would start now. A connection that is deleted in this run needs no new clocks.
 * Writing them would write its other clocks as well. If reads lag, that could restore a mark that another run has just
 * removed.
 */
export function withoutNewClocks(orphan: Verdict): Verdict {
  return { ...orphan, starting: [], markAction: toMarkAction(orphan, orphan.clocks, []) };
}

const graceMs = (rule: RuleName, policy: Policy): number => {
  const grace = policy.rules[rule];
  return grace === 'off' ? Number.POSITIVE_INFINITY : grace;
};

/**
 * Each rule that holds has a clock of its own, unless it needs no grace. The verdict reports the rule that is due
 * first. A rule without grace is due now, but a clock that has run out was due earlier.
 *
 * @param base with the clocks of the mark that are still valid
 */
function judgeOrphan(base: Base, holding: readonly RuleName[], policy: Policy, nowMs: number): Verdict {
  const dueAtMs = (rule: RuleName): number => (base.clocks.get(rule) ?? nowMs) + graceMs(rule, policy);
  const dueFirst = [...holding].sort((a, b) => dueAtMs(a) - dueAtMs(b));
  const [rule] = dueFirst;
  if (rule === undefined) {
    return judgeUsed(base);
  }
  const sinceMs = base.clocks.get(rule);
  const grace = graceMs(rule, policy);
  const clocks = new Map(dueFirst.flatMap((name) => toEntry(name, base.clocks.get(name))));
  const tagsOver = countTagsOver(base.connection, base.attachment !== undefined);
  const hasRoom = tagsOver === 0;
  const starting = hasRoom ? dueFirst.filter((name) => !base.clocks.has(name) && graceMs(name, policy) > 0) : [];
  return {
    ...base,
    kind: 'orphan',
    rule,
    sinceMs,
    clocks,
    starting,
    tagsOver,
    ripeAtMs: sinceMs === undefined && grace > 0 ? undefined : dueAtMs(rule),
    isDue: hasRoom && (sinceMs !== undefined || grace === 0) && dueAtMs(rule) <= nowMs,
    restsOnMark: grace > 0,
    reason: hasRoom ? reasonFor(rule, { sinceMs, grace, nowMs }, base.mark) : noRoomFor(rule, tagsOver),
    evidence: [...new Set([...(base.findings.get(rule)?.evidence ?? []), ...base.evidence, ...lasted(base, sinceMs)])],
    markAction: hasRoom ? toMarkAction(base, clocks, starting) : base.markDisproved ? 'clear' : 'none',
  };
}

const noRoomFor = (rule: RuleName, tagsOver: number): string =>
  `${rule}: there is no room for the tags of the sweeper. Remove ${tagsOver} of its own tags`;

const toEntry = (rule: RuleName, sinceMs: number | undefined): [RuleName, number][] =>
  sinceMs === undefined ? [] : [[rule, sinceMs]];

function toMarkAction(
  { mark, markDisproved, connection }: Base,
  clocks: Clocks,
  starting: readonly RuleName[],
): MarkAction {
  if (starting.length > 0 || (markDisproved && clocks.size > 0)) {
    return 'set';
  }
  if (clocks.size > 0) {
    return 'refresh';
  }
  // Only rules without grace hold, and the rest of the mark does not concern them.
  return mark.kind === 'none' && !markDisproved ? 'none' : clearIfMarked(connection);
}

/** The progress of an orphan through its grace. */
type GraceClock = { readonly sinceMs: number | undefined; readonly grace: number; readonly nowMs: number };

function reasonFor(rule: RuleName, { sinceMs, grace, nowMs }: GraceClock, mark: Mark): string {
  if (sinceMs === undefined) {
    if (grace === 0) {
      return `${rule}: this rule has no grace`;
    }
    return [`${rule}: its clock starts with this run`, ...restarted(mark)].join(', because ');
  }
  const ripeAtMs = sinceMs + grace;
  return ripeAtMs <= nowMs ? `${rule}: its grace has run out` : `${rule}: inside its grace until ${toIso(ripeAtMs)}`;
}

const restarted = (mark: Mark): readonly string[] =>
  mark.kind === 'broken' ? [`its mark does not count: ${mark.reason}`] : [];

function lasted({ mark }: Base, sinceMs: number | undefined): readonly string[] {
  if (sinceMs === undefined || mark.kind !== 'valid') {
    return restarted(mark);
  }
  // The first run's `seen` is the start of its reads and its `since` is the end, a moment later.
  return [`orphan since ${toIso(sinceMs)}, last seen as an orphan ${toIso(Math.max(sinceMs, mark.seenMs))}`];
}

const lapsedKeeps = ({ tags }: Connection, nowMs: number): readonly string[] =>
  tags === 'unread'
    ? []
    : readKeep(tags, nowMs).lapsed.map((date) => `tag ${TAG_KEEP} protected it until ${date}, which is over`);
