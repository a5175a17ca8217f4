import type { RunResult } from '../core/domain/outcome.ts';

/** What the command tells whoever called it; part of the contract. */
export const EXIT = {
  nothingLeft: 0,
  unexpected: 1,
  badUsage: 2,
  orphansRemain: 3,
  incomplete: 4,
  halted: 5,
  interrupted: 130,
} as const;

/** What exit code 3 means: that orphans remain, or only that some are due. */
export const FAIL_ON = ['orphans', 'due'] as const;
export type FailOn = (typeof FAIL_ON)[number];

/**
 * An orphan that was only marked is still there; it is not due. What is in doubt or protected is nothing left to do. A
 * connection that was asked for and does not exist is: the id may be mistyped.
 */
export function exitCodeOf(
  { status, counts, notFound = [] }: Pick<RunResult, 'status' | 'counts'> & Partial<Pick<RunResult, 'notFound'>>,
  failOn: FailOn = 'orphans',
): number {
  if (status === 'incomplete') {
    return EXIT.incomplete;
  }
  if (status === 'halted') {
    return EXIT.halted;
  }
  const due = counts.planned + counts.deferred + counts.blocked;
  const remain = failOn === 'due' ? due : due + counts.waiting + counts.marked;
  return remain > 0 || notFound.length > 0 ? EXIT.orphansRemain : EXIT.nothingLeft;
}
