import type { Attachment, Connection, Routing } from '../domain/estate.ts';

/** What a connection is bound to, once both sides agree. Rules are asked about no other connection. */
export type Settled =
  | { readonly kind: 'unbound'; readonly evidence: readonly string[] }
  | { readonly kind: 'bound'; readonly attachment: Attachment; readonly evidence: readonly string[] };

/** `unread`: what the rule would have to look at is missing or not understood, so it says neither yes nor no. */
export type Finding = {
  readonly holds: 'yes' | 'no' | 'unread';
  /** Sentences a person can check; in the order in which the rule looked. */
  readonly evidence: readonly string[];
  /** It cannot have held before this moment, in milliseconds since the epoch, whatever a clock says. */
  readonly notBeforeMs?: number;
};

export type RuleInput = {
  readonly connection: Connection;
  readonly association: Settled;
  /** `unread` also when no rule that needs it is on. */
  readonly routing: Routing | 'unread';
  readonly nowMs: number;
};

/** What a rule reads besides the connection and its association. A run reads it only if a rule that needs it is on. */
export type Need = 'routing';

/** As people write it in a policy. */
type GraceText = 'off' | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

/**
 * One way of being an orphan: everything that the sweep, the policy and its documents know of it. Rules do not import each
 * other. Code that two rules share goes into a file beside them.
 */
export type Rule<Name extends string> = {
  /** In policies, marks and results. Do not rename a rule: the marks on connections hold its name. */
  readonly name: Name;
  /** With anything but `off`, the rule is on in every policy that does not name it. */
  readonly graceDefault: GraceText;
  readonly graceExample: GraceText;
  /** One sentence, in Markdown: for `policy.schema.json`, the table of keys and `policy.example.yaml`. */
  readonly summary: string;
  /** What such a connection is, and what to think of before the rule is on. Markdown, after the name and a colon. */
  readonly about: string;
  readonly needs: readonly Need[];
  /** Pure; never throws. */
  readonly judge: (input: RuleInput) => Finding;
  /**
   * Whether the word of the connection alone shows that the rule does not hold. It ends the clock of the rule where
   * nothing else can be told, so a field that was not read disproves nothing. Pure; never throws.
   */
  readonly isDisprovedBy: (connection: Connection, nowMs: number) => boolean;
  /** Mistakes of its owner in what the rule reads. They are evidence even when the rule is off. Pure; never throws. */
  readonly warningsOf?: (connection: Connection) => readonly string[];
  /**
   * What a person should hear who has the rule on and lets runs be this far apart (`marks.maxGap`); undefined: nothing.
   * Pure; never throws.
   */
  readonly warningOfGap?: (maxGapMs: number) => string | undefined;
};

export const finding = (holds: Finding['holds'], ...evidence: string[]): Finding => ({ holds, evidence });
