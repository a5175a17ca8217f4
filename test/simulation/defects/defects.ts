import { CLAIM_DEFECTS } from './areas/claim-defects.ts';
import { CLOCK_DEFECTS } from './areas/clock-defects.ts';
import { ENDING_DEFECTS } from './areas/ending-defects.ts';
import { EVENT_DEFECTS } from './areas/event-defects.ts';
import { EVIDENCE_DEFECTS } from './areas/evidence-defects.ts';
import { HALF_DONE_DEFECTS } from './areas/half-done-defects.ts';
import { HOLD_DEFECTS } from './areas/hold-defects.ts';
import { LIMIT_DEFECTS } from './areas/limit-defects.ts';
import { LOOK_DEFECTS } from './areas/look-defects.ts';
import { PLAN_DEFECTS } from './areas/plan-defects.ts';
import { PROTECTION_DEFECTS } from './areas/protection-defects.ts';
import { STORE_DEFECTS } from './areas/store-defects.ts';
import { SURVEY_DEFECTS } from './areas/survey-defects.ts';
import { TAG_DEFECTS } from './areas/tag-defects.ts';
import { TOLD_DEFECTS } from './areas/told-defects.ts';
import type { Defect } from './defect.ts';

/** Made by hand, after mistakes that tools of this kind really made. Their order is that of the table in docs/safety.md. */
export const DEFECTS: readonly Defect[] = [
  ...SURVEY_DEFECTS,
  ...EVIDENCE_DEFECTS,
  ...PROTECTION_DEFECTS,
  ...LIMIT_DEFECTS,
  ...EVENT_DEFECTS,
  ...CLOCK_DEFECTS,
  ...LOOK_DEFECTS,
  ...CLAIM_DEFECTS,
  ...HALF_DONE_DEFECTS,
  ...ENDING_DEFECTS,
  ...TAG_DEFECTS,
  ...HOLD_DEFECTS,
  ...STORE_DEFECTS,
  ...TOLD_DEFECTS,
  ...PLAN_DEFECTS,
];
