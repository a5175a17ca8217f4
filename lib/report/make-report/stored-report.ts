import * as z from 'zod/mini';
import type { Place } from '../../core/domain/place.ts';
import { parseInstant } from '../../core/domain/time.ts';
import type { PartsReading } from '../../core/store/store.ts';
import type { ReportDigest, ReportedOutcome } from '../digest/report-digest.ts';
import { listedOutcome } from '../results/result-schema.ts';
import { SharedTexts } from '../results/shared-texts.ts';

/** A place for which the dispatcher has started a sweep, now or before. */
export type DispatchedPlace = Place & {
  /** ISO UTC: the time of the dispatch. */
  readonly at: string;
};

/** A stored report: the digest, and facts for the next reports. */
export type StoredReport = ReportDigest & {
  /** The places of the dispatches among its results. */
  readonly dispatched: readonly DispatchedPlace[];
  /** Result files that are damaged. The report named them as lost, and no other report names them again. */
  readonly unusable: readonly string[];
};

/** Everything except the outcomes. */
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
/** The content of a report without its outcomes, or the reason why the document is not a report. */
export function readReportHead(reading: PartsReading): { head: StoredReportHead } | { problem: string } {
  if (reading.kind !== 'parts') {
    return { problem: reading.kind === 'absent' ? 'it is gone' : reading.reason };
  }
  const read = head.safeParse(reading.head);
  return read.success
    ? { head: read.data as unknown as StoredReportHead }
    : { problem: `it is no report: ${read.error.issues[0]?.path.join('.') || 'its top level'} is not as it should be` };
}

/** A whole report, or the reason why the document is not a report. */
export function readReport(reading: PartsReading): { report: StoredReport } | { problem: string } {
  const read = readReportHead(reading);
  if ('problem' in read || reading.kind !== 'parts') {
    return 'problem' in read ? read : { problem: 'it is gone' };
  }
  const texts = new SharedTexts();
  const outcomes: ReportedOutcome[] = [];
  for (const item of reading.items()) {
    const { success, data } = listedOutcome.safeParse(item);
    if (!success) {
      return { problem: `it is no report: outcomes.${outcomes.length} is not as it should be` };
    }
    outcomes.push(texts.share(data as unknown as ReportedOutcome));
  }
  return { report: { ...read.head, outcomes } as unknown as StoredReport };
}
