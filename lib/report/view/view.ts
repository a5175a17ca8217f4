import { OUTCOMES, type Outcome, type OutcomeKind } from '../../core/domain/outcome.ts';
import { RULE_NAMES } from '../../core/rules/all-rules.ts';

/** Outcomes that a result lists. Kept connections are only counted. */
export const LISTED_OUTCOMES: readonly OutcomeKind[] = OUTCOMES.filter((kind) => kind !== 'kept');
export const LISTED_RULES: readonly string[] = [...RULE_NAMES, 'half-done'];

export const SORT_KEYS = [
  'outcome',
  'connection',
  'name',
  'owner',
  'region',
  'rule',
  'since',
  'due',
  'created',
] as const;
type SortKey = (typeof SORT_KEYS)[number];

export const GROUP_KEYS = ['region', 'owner', 'rule'] as const;
export type GroupKey = (typeof GROUP_KEYS)[number];

/**
 * The part of a result that a person wants to see, and its order. It never affects the scope or the steps of a run.
 *
 * An undefined filter lets all outcomes through. An outcome has to match all filters.
 */
export type View = {
  readonly outcome?: readonly string[] | undefined;
  readonly rule?: readonly string[] | undefined;
  /** Exact values. The empty text means connections without an owner. */
  readonly owner?: readonly string[] | undefined;
  readonly sort?: SortKey | undefined;
  readonly groupBy?: GroupKey | undefined;
};

type Filter = 'outcome' | 'rule' | 'owner';
const FILTERS: readonly Filter[] = ['outcome', 'rule', 'owner'];

/** The filters that are set, by the names of their flags. */
export const filtersOf = (view: View): readonly string[] =>
  FILTERS.filter((name) => view[name] !== undefined).map((name) => `--${name}`);

/** The outcomes that the filters let through, in the view's order. Pure. */
export const selectOutcomes = (outcomes: readonly Outcome[], view: View): readonly Outcome[] =>
  outcomes.filter((outcome) => passes(outcome, view)).toSorted(inOrderOf(view.sort ?? 'outcome'));

function passes(one: Outcome, { outcome, rule, owner }: View): boolean {
  return (
    (outcome?.includes(one.outcome) ?? true) &&
    (rule?.includes(one.rule ?? '') ?? true) &&
    (owner?.includes(one.owner ?? '') ?? true)
  );
}

/** Requested owners that no outcome has. */
export function unknownOwners(outcomes: readonly Outcome[], { owner = [] }: View): readonly string[] {
  const known = new Set(outcomes.map((one) => one.owner ?? ''));
  return owner.filter((wanted) => !known.has(wanted));
}

/** Outcomes with the same region, owner or rule. Outcomes without the value come last. */
export type Group = { readonly value: string | null; readonly outcomes: readonly Outcome[] };

/** Groups by name. Within a group the order stays. Pure. */
export function groupOutcomes(outcomes: readonly Outcome[], key: GroupKey): readonly Group[] {
  const groups = new Map<string | null, Outcome[]>();
  for (const outcome of outcomes) {
    const value = groupValue(outcome, key);
    const group = groups.get(value) ?? [];
    group.push(outcome);
    groups.set(value, group);
  }
  return [...groups].sort(([a], [b]) => compareText(a, b)).map(([value, members]) => ({ value, outcomes: members }));
}

const groupValue = ({ regionId, owner, rule }: Outcome, key: GroupKey): string | null =>
  key === 'region' ? regionId : (key === 'owner' ? owner : rule) || null;

/** The outcomes from the most to the least urgent. */
const URGENCY: readonly OutcomeKind[] = [
  'failed',
  'blocked',
  'deleted',
  'already-gone',
  'planned',
  'held',
  'deferred',
  'marked',
  'waiting',
  'cleared',
  'unknown',
  'protected',
  'kept',
];

const TEXTS: Readonly<Record<Exclude<SortKey, 'outcome'>, (outcome: Outcome) => string | null>> = {
  connection: ({ connectionId }) => connectionId,
  name: ({ name }) => name,
  owner: ({ owner }) => owner,
  region: ({ regionId }) => regionId,
  rule: ({ rule }) => rule,
  since: ({ since }) => since,
  due: ({ dueAt }) => dueAt,
  created: ({ createdAt }) => createdAt,
};

/**
 * Ties are ordered by urgency, then by the oldest clock, then by id, so that equal outcomes always have the same order.
 */
function inOrderOf(key: SortKey): (a: Outcome, b: Outcome) => number {
  if (key === 'outcome') {
    return byUrgency;
  }
  const textOf = TEXTS[key];
  return (a, b) => compareText(textOf(a), textOf(b)) || byUrgency(a, b);
}

const byUrgency = (a: Outcome, b: Outcome): number =>
  URGENCY.indexOf(a.outcome) - URGENCY.indexOf(b.outcome) ||
  compareText(a.since, b.since) ||
  compareText(a.connectionId, b.connectionId);

/** Compares by code points, independent of a locale. Null comes last. */
function compareText(a: string | null, b: string | null): number {
  if (a === b) {
    return 0;
  }
  if (!a || !b) {
    return Number(!a) - Number(!b);
  }
  return a < b ? -1 : 1;
}
