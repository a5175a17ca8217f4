import * as z from 'zod/mini';
import type { Place } from '../../core/domain/place.ts';
import { MODES } from '../../core/domain/policy.ts';
import { floorToSecond, parseInstant } from '../../core/domain/time.ts';
import type { PartsReading } from '../../core/store/store.ts';
import type { ReportDigest, ReportedOutcome } from '../digest/report-digest.ts';
import {
  lapsedKeep,
  listedOutcome,
  listedPlace,
  outcomeCounts,
  refusedEvent,
  runStatus,
} from '../results/result-schema.ts';
import { SharedTexts } from '../results/shared-texts.ts';
import type { TimedFile } from './stored-files.ts';

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
const momentOrNull = z.nullable(moment);
const textOrNull = z.nullable(z.string());
const place = z.looseObject({ accountId: z.string(), regionId: z.string() });

/** A report of an earlier version lacks the fields that it did not know. */
const list = <Schema extends z.core.$ZodType>(item: Schema) => z._default(z.array(item), []);

const head = z.looseObject({
  reportId: z.string(),
  madeAt: moment,
  status: runStatus,
  results: z.array(z.string()),
  runs: z.array(
    z.looseObject({
      runId: z.string(),
      mode: z.enum(MODES),
      status: runStatus,
      startedAt: moment,
      durationMs: z.number(),
      policy: z.looseObject({ source: z.string(), hash: z.string() }),
    }),
  ),
  places: z.array(z.extend(listedPlace, { runId: z.string() })),
  missing: z.array(z.extend(place, { lastAt: momentOrNull })),
  notDispatched: list(
    z.looseObject({
      accountId: textOrNull,
      regionId: textOrNull,
      at: moment,
      code: textOrNull,
      reason: textOrNull,
      advice: textOrNull,
    }),
  ),
  counts: outcomeCounts,
  outcomesOmitted: z._default(z.number(), 0),
  problems: list(z.string()),
  stoppedBy: list(z.string()),
  notFound: list(z.string()),
  warnings: list(z.string()),
  lapsedKeeps: list(lapsedKeep),
  refusedEvents: list(refusedEvent),
  price: z._default(z.nullable(z.object({ perConnectionHour: z.number(), currency: z.string() })), null),
  dispatched: list(z.extend(place, { at: moment })),
  unusable: list(z.string()),
});

const reportedOutcome = z.extend(listedOutcome, {
  runId: z.string(),
  expectedAt: z._default(momentOrNull, null),
});

/**
 * The content of a report without its outcomes, or the reason why the document is not a report.
 *
 * @param file its path. Records and pages of a report are found by the name of its file
 */
export function readReportHead(
  reading: PartsReading,
  file: TimedFile,
): { readonly head: StoredReportHead } | { readonly problem: string } {
  if (reading.kind !== 'parts') {
    return { problem: reading.kind === 'absent' ? 'it is gone' : reading.reason };
  }
  const read = head.safeParse(reading.head);
  if (!read.success) {
    return {
      problem: `it is no report: ${read.error.issues[0]?.path.join('.') || 'its top level'} is not as it should be`,
    };
  }
  const { reportId, madeAt } = read.data;
  return reportId === file.id && floorToSecond(Date.parse(madeAt)) === file.ms
    ? { head: read.data as unknown as StoredReportHead }
    : { problem: 'its name is that of another report' };
}

/** A whole report, or the reason why the document is not a report. */
export function readReport(
  reading: PartsReading,
  file: TimedFile,
): { readonly report: StoredReport } | { readonly problem: string } {
  const read = readReportHead(reading, file);
  if ('problem' in read || reading.kind !== 'parts') {
    return 'problem' in read ? read : { problem: 'it is gone' };
  }
  const texts = new SharedTexts();
  const outcomes: ReportedOutcome[] = [];
  for (const item of reading.items()) {
    const { success, data } = reportedOutcome.safeParse(item);
    if (!success) {
      return { problem: `it is no report: outcomes.${outcomes.length} is not as it should be` };
    }
    outcomes.push(texts.share(data as unknown as ReportedOutcome));
  }
  return { report: { ...read.head, outcomes } as unknown as StoredReport };
}
