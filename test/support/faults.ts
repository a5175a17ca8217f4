import type { FaultRule } from '../../lib/emulator/faults/fault-rule.ts';

/** A fault of every matching call. */
export const always = (action: string, fault: FaultRule['fault'], match?: FaultRule['match']): FaultRule => ({
  action,
  times: 'always',
  fault,
  ...(match ? { match } : {}),
});

/** The identity may not do this. */
export const DENIED = { kind: 'error', status: 403, code: 'Forbidden.RAM' } as const;
