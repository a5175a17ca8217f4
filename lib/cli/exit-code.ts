import type { RunResult } from '../core/domain/outcome.ts';

/** The exit codes. They are part of the contract. */
export const EXIT = {
  nothingLeft: 0,
  unexpected: 1,
  badUsage: 2,
  orphansRemain: 3,
  incomplete: 4,
  halted: 5,
  interrupted: 130,
} as const;

/** The meaning of exit code 3: orphans remain, or orphans are due. */
export const FAIL_ON = ['orphans', 'due'] as const;
export type FailOn = (typeof FAIL_ON)[number];

/**
 * A marked orphan remains, but is not due. A connection in doubt or under protection leaves no work. A requested
 * connection that does not exist leaves work, because its id may be mistyped.
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
  const remain = failOn === 'due' ? due : due + counts.waiting + counts.marked + counts.held;
  return remain > 0 || notFound.length > 0 ? EXIT.orphansRemain : EXIT.nothingLeft;
}
