import * as z from 'zod/mini';
import { mapConcurrent } from '../../core/concurrency/map-concurrent.ts';
import { toIso } from '../../core/domain/time.ts';
import type { Store } from '../../core/store/store.ts';
import { toldPath } from '../../core/store/store-layout.ts';
import { clockKey, TOLD_FORMAT, type ToldClock, type ToldDocument } from '../../core/told/told-document.ts';
import type { ReportDigest } from '../digest/report-digest.ts';
import type { Sent } from '../messages/send-message.ts';
import { findRecords } from './stored-files.ts';

const DAY_MS = 86_400_000;
/** The greatest age of records that are read, even if a clock is older. */
const RECORD_MS_MAX = 100 * DAY_MS;
const READS_MAX = 8;

const clock = z.object({
  accountId: z.string(),
  regionId: z.string(),
  connectionId: z.string(),
  rule: z.string(),
  since: z.string(),
});
const record = z.object({ reportId: z.string(), channel: z.string(), named: z.array(clock) });

/** The content of the records of messages: the reports that each channel has received, and the named clocks. */
export type ToldRecords = {
  readonly isDone: (reportId: string, channel: string) => boolean;
  /** `clockKey` of each clock that a record of another report named. */
  readonly namedBefore: (reportId: string) => ReadonlySet<string>;
  readonly problems: readonly string[];
};

/** Reads the records since the oldest clock of some reports, but at least the records of a day. Throws `StoreError`. */
export async function readRecords(store: Store, digests: readonly ReportDigest[], nowMs: number): Promise<ToldRecords> {
  const done = new Set<string>();
  const named = new Map<string, ReadonlySet<string>>();
  const problems: string[] = [];
  const sinceMs = Math.max(nowMs - RECORD_MS_MAX, Math.min(nowMs - 2 * DAY_MS, ...digests.map(oldestClock)));
  await mapConcurrent(await findRecords(store, sinceMs), READS_MAX, async ({ path }) => {
    const reading = await store.get(path, TOLD_FORMAT);
    const read = reading.kind === 'document' ? record.safeParse(reading.document) : undefined;
    if (read?.success !== true) {
      problems.push(
        `${path} does not count as a record of a message: ${reading.kind === 'unusable' ? reading.reason : 'it is not as it should be'}`,
      );
      return;
    }
    done.add(`${read.data.reportId} ${read.data.channel}`);
    const { reportId } = read.data;
    const clocks = read.data.named.map((one) => clockKey(one as ToldClock));
    named.set(reportId, new Set([...(named.get(reportId) ?? []), ...clocks]));
  });
  return {
    isDone: (reportId, channel) => done.has(`${reportId} ${channel}`),
    namedBefore: (reportId) => new Set([...named].flatMap(([id, clocks]) => (id === reportId ? [] : [...clocks]))),
    problems,
  };
}

function oldestClock({ outcomes }: ReportDigest): number {
  let oldestMs = Number.POSITIVE_INFINITY;
  for (const { since } of outcomes) {
    if (since !== null) {
      oldestMs = Math.min(oldestMs, Date.parse(since));
    }
  }
  return oldestMs;
}

/**
 * Records that a channel has received a report: it accepted a message, or the report had no news for it. Throws
 * `StoreError`.
 */
export async function writeRecord(
  store: Store,
  of: { readonly reportId: string; readonly channel: string; readonly nowMs: number },
  sent: Exclude<Sent, { kind: 'refused' }>,
): Promise<void> {
  const { reportId, channel } = of;
  const acceptedMs = sent.kind === 'accepted' ? sent.acceptedMs : of.nowMs;
  const document: ToldDocument = {
    format: TOLD_FORMAT,
    reportId,
    channel,
    acceptedAt: toIso(acceptedMs),
    ...(sent.kind === 'accepted' ? { named: sent.named } : { named: [], noNews: true }),
  };
  await store.put(toldPath(acceptedMs, reportId, channel), document);
}
