import type { Judged, Plan } from '../../core/plan/plan.ts';

/** What the limits and guards of a run say to a connection that is ripe, and whether they keep it. Pure. */
export type HoldBack = { readonly held: boolean; readonly reasons: readonly string[] };

export function holdBack(judged: Judged, plan: Plan): HoldBack {
  const blocked = plan.blocked.get(judged);
  if (blocked !== undefined) return { held: true, reasons: [blocked] };
  const at = plan.queue.indexOf(judged);
  if (at === -1) return { held: false, reasons: [] };
  const held = at >= plan.perRun;
  const place = `number ${at + 1} of ${plan.queue.length} in the queue, and limits.perRun is ${plan.perRun}`;
  return { held, reasons: [held ? `its turn comes in a later run: it is ${place}` : `not held back: ${place}`] };
}
