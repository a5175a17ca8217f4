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

/** An orphan that was only marked is still there. What is in doubt or protected is nothing left to do. */
export function exitCodeOf({ status, counts }: Pick<RunResult, 'status' | 'counts'>): number {
  if (status === 'incomplete') {
    return EXIT.incomplete;
  }
  if (status === 'halted') {
    return EXIT.halted;
  }
  const { planned, waiting, marked, held, deferred, blocked } = counts;
  const remain = planned + waiting + marked + held + deferred + blocked;
  return remain > 0 ? EXIT.orphansRemain : EXIT.nothingLeft;
}
