import * as z from 'zod/mini';
import type { Place } from '../../core/domain/place.ts';
import { parseInstant } from '../../core/domain/time.ts';
import type { StoreReading } from '../../core/store/store.ts';
import type { ReportDigest, ReportedOutcome } from '../digest/report-digest.ts';
import { listedOutcome } from '../results/result-schema.ts';
import { SharedTexts } from '../results/shared-texts.ts';

/** A sweep of a place that the dispatcher started, or had started. */
export type DispatchedPlace = Place & {
  /** ISO UTC: when the dispatcher ran. */
  readonly at: string;
};

/** A report as the store keeps it: the digest, and what the next reports have to know. */
export type StoredReport = ReportDigest & {
  /** The places of the dispatches among its results. */
  readonly dispatched: readonly DispatchedPlace[];
  /** Files that should be results and are none. The report named them as lost, and no other report does so again. */
  readonly unusable: readonly string[];
};

/** Everything but the outcomes. */
export type StoredReportHead = Pick<
  StoredReport,
  'reportId' | 'madeAt' | 'results' | 'runs' | 'places' | 'missing' | 'dispatched' | 'unusable'
>;

/** The last key of a report, and nearly all of its size. */
export const OUTCOMES_KEY = 'outcomes';

const moment = z.string().check(z.refine((text) => parseInstant(text) !== undefined));
const place = z.looseObject({ accountId: z.string(), regionId: z.string() });

const head = z.looseObject({
  reportId: z.string(),
  madeAt: moment,
  results: z.array(z.string()),
  runs: z.array(z.looseObject({ runId: z.string(), startedAt: moment })),
  places: z.array(z.extend(place, { runId: z.string() })),
  missing: z.array(place),
  dispatched: z._default(z.array(z.extend(place, { at: moment })), []),
  unusable: z._default(z.array(z.string()), []),
});
const whole = z.extend(head, { outcomes: z.array(z.unknown()) });

/** What a report says besides its outcomes; or why it counts as none. */
export const readReportHead = (reading: StoreReading): { head: StoredReportHead } | { problem: string } => {
  const read = parseWith(head, reading);
  return 'problem' in read ? read : { head: read.value as unknown as StoredReportHead };
};

/** A whole report; or why it counts as none. */
export function readReport(reading: StoreReading): { report: StoredReport } | { problem: string } {
  const read = parseWith(whole, reading);
  if ('problem' in read) {
    return read;
  }
  const report = read.value as unknown as Omit<StoredReport, 'outcomes'> & { readonly outcomes: unknown[] };
  const texts = new SharedTexts();
  // In place: of a large report there is no room for its outcomes twice.
  for (const [index, outcome] of report.outcomes.entries()) {
    const { success, data } = listedOutcome.safeParse(outcome);
    if (!success) {
      return { problem: `it is no report: outcomes.${index} is not as it should be` };
    }
    report.outcomes[index] = texts.share(data as unknown as ReportedOutcome);
  }
  return { report: report as unknown as StoredReport };
}

function parseWith(schema: z.ZodMiniType, reading: StoreReading): { value: unknown } | { problem: string } {
  if (reading.kind !== 'document') {
    return { problem: reading.kind === 'absent' ? 'it is gone' : reading.reason };
  }
  const read = schema.safeParse(reading.document);
  return read.success
    ? { value: read.data }
    : { problem: `it is no report: ${read.error.issues[0]?.path.join('.') || 'its top level'} is not as it should be` };
}
