import type { Mode } from '../../lib/core/domain/policy.ts';
import { indexEntries, type PlanEntry, toParts, toPlanEntry } from '../../lib/core/saved-plan/saved-plan.ts';
import type { RunOptions, startCloud } from './cloud.ts';

type Cloud = ReturnType<typeof startCloud>;

/** The input of a run over a plan. */
const sweptPlan = (entries: readonly PlanEntry[]) => ({
  entries,
  index: indexEntries(entries),
  origin: { file: 'plan.json', sha256: 'ab'.repeat(32), madeAt: '2026-11-22T12:00:00.000Z' },
});

/** The entries of a plan of all connections that are due now. */
export async function planOf(cloud: Cloud, options: RunOptions = {}): Promise<readonly PlanEntry[]> {
  const entries: PlanEntry[] = [];
  await cloud.run({
    parts: [{ mode: 'plan', regions: undefined, connections: undefined }],
    ...options,
    onPlanned: (judged) => entries.push(toPlanEntry(judged)),
  });
  return entries;
}

export const sweepPlan = (
  cloud: Cloud,
  entries: readonly PlanEntry[],
  options: RunOptions = {},
  mode: Mode = 'sweep',
) => cloud.run({ parts: toParts(entries, mode, true), plan: sweptPlan(entries), ...options });
