import type { Attachment, Connection, Routing } from '../domain/estate.ts';

/** The binding of a connection, once both sides agree. The sweep asks the rules about no other connection. */
export type Settled =
  | { readonly kind: 'unbound'; readonly evidence: readonly string[] }
  | { readonly kind: 'bound'; readonly attachment: Attachment; readonly evidence: readonly string[] };

/** `unread`: a field that the rule needs is missing or not understood, so the rule says neither yes nor no. */
export type Finding = {
  readonly holds: 'yes' | 'no' | 'unread';
  /** Sentences a person can check, in the order in which the rule looked. */
  readonly evidence: readonly string[];
  /** The rule cannot have held before this moment, in milliseconds since the epoch, even if a clock says so. */
  readonly notBeforeMs?: number;
};

export type RuleInput = {
  readonly connection: Connection;
  readonly association: Settled;
  /** Also `unread` when no enabled rule needs it. */
  readonly routing: Routing | 'unread';
  readonly nowMs: number;
};

/**
 * The reads of a rule besides the connection and its association. A run reads them only if an enabled rule needs them.
 */
export type Need = 'routing';

/** The notation in a policy. */
type GraceText = 'off' | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

/**
 * A way of being an orphan, with everything that the sweep, the policy and its documents know of it. Rules do not
 * import each other. Code that two rules share goes into a file beside them.
 */
export type Rule<Name extends string> = {
  /** The name in policies, marks and results. Do not rename a rule, because the marks on connections hold its name. */
  readonly name: Name;
  /** With anything but `off`, the rule is on in every policy that does not name it. */
  readonly graceDefault: GraceText;
  readonly graceExample: GraceText;
  /** A sentence, in Markdown: for `policy.schema.json`, the table of keys and `policy.example.yaml`. */
  readonly summary: string;
  /**
   * A description of the orphan, and the things to consider before enabling the rule. Markdown, after the name and a
   * colon.
   */
  readonly about: string;
  readonly needs: readonly Need[];
  /** Pure. Never throws. */
  readonly judge: (input: RuleInput) => Finding;
  /**
   * Whether the connection alone shows that the rule does not hold. This ends the clock of the rule where nothing else
   * can be told, so an unread field disproves nothing. Pure. Never throws.
   */
  readonly isDisprovedBy: (connection: Connection, nowMs: number) => boolean;
  /**
   * Mistakes of the owner in the data that the rule reads. They are evidence even when the rule is off. Pure. Never
   * throws.
   */
  readonly warningsOf?: (connection: Connection) => readonly string[];
  /**
   * A warning for a person who enables the rule with runs this far apart (`marks.maxGap`), if any. Pure. Never throws.
   */
  readonly warningOfGap?: (maxGapMs: number) => string | undefined;
};

export const finding = (holds: Finding['holds'], ...evidence: string[]): Finding => ({ holds, evidence });
