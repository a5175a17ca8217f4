import { findNotNow, type Judged, type NotNow, type Plan } from '../../core/plan/plan.ts';

/** The effect of a run's limits and guards on a due connection, and whether they stop its deletion. Pure. */
export type LimitsOn = { readonly held: boolean; readonly reasons: readonly string[] };

export function limitsOn(judged: Judged, plan: Plan, full: NotNow | undefined): LimitsOn {
  const blocked = plan.blocked.get(judged);
  if (blocked !== undefined) {
    return { held: true, reasons: [blocked] };
  }
  const at = plan.queue.indexOf(judged);
  if (at === -1 && !plan.postponed.has(judged)) {
    return { held: false, reasons: [] };
  }
  const notNow = findNotNow(plan, judged);
  if (notNow !== undefined) {
    return { held: true, reasons: [notNow.reason] };
  }
  if (full !== undefined) {
    return { held: true, reasons: [full.reason] };
  }
  const held = at >= plan.perRun;
  const place = `number ${at + 1} of ${plan.queue.length} in the queue, and limits.perRun is ${plan.perRun}`;
  return { held, reasons: [held ? `its turn comes in a later run: it is ${place}` : `not held back: ${place}`] };
}
