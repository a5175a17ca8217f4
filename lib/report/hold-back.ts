import type { Judged, Plan } from '../core/plan.ts';

/** What the limits and guards of a run say to a connection that is ripe; empty when it is not. Pure. */
export function holdBack(judged: Judged, plan: Plan): readonly string[] {
  const blocked = plan.blocked.get(judged);
  if (blocked !== undefined) return [blocked];
  const at = plan.queue.indexOf(judged);
  if (at === -1) return [];
  const place = `number ${at + 1} of ${plan.queue.length} in the queue, and limits.perRun is ${plan.perRun}`;
  return [at < plan.perRun ? `not held back: ${place}` : `its turn comes in a later run: it is ${place}`];
}
