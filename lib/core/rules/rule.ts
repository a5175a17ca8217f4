import type { Connection, Routing } from '../domain/estate.ts';
import type { Settled } from '../judge/association.ts';

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

/** One way of being an orphan. Pure; never throws. */
export type Rule = (input: RuleInput) => Finding;

export const finding = (holds: Finding['holds'], ...evidence: string[]): Finding => ({ holds, evidence });
