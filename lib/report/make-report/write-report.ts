import type { ReportStore } from '../../core/store/store.ts';
import { LATEST_PAGE, reportPath } from '../../core/store/store-layout.ts';
import { reportCsvPieces } from '../csv/to-csv.ts';
import { pagePieces } from '../page/render-page.ts';
import { OUTCOMES_KEY, type StoredReport } from './stored-report.ts';

/** The page is the last file of a report, so a page with this end proves that all files are whole. */
const PAGE_END = '</html>\n';

/** The number of characters that may wait in memory. */
const WAITING_CHARS_MAX = 1024 * 1024;

/**
 * Writes a report. The document comes first and makes the report count, so that no result is in two reports. Throws
 * `StoreError`.
 */
export async function writeReport(store: ReportStore, report: StoredReport): Promise<void> {
  await writeDocument(store, report);
  await writeForPeople(store, report);
}

/** Whether all files of a report exist. Throws `StoreError`. */
export const isWritten = (store: ReportStore, { reportId, madeAt }: StoredReportName): Promise<boolean> =>
  store.endsWith(reportPath(Date.parse(madeAt), reportId, 'html'), PAGE_END);

type StoredReportName = Pick<StoredReport, 'reportId' | 'madeAt'>;

/** Writes the table and the page. They replace the partial files of a killed run. Throws `StoreError`. */
export async function writeForPeople(store: ReportStore, report: StoredReport): Promise<void> {
  const madeMs = Date.parse(report.madeAt);
  await store.putText(reportPath(madeMs, report.reportId, 'csv'), reportCsvPieces(report));
  await store.putText(LATEST_PAGE, pagePieces(report));
  await store.putText(reportPath(madeMs, report.reportId, 'html'), pagePieces(report));
}

/** Writes outcome by outcome, because the text of all outcomes would need more memory than the report itself. */
async function writeDocument(store: ReportStore, { outcomes, ...head }: StoredReport): Promise<void> {
  const writer = store.begin(reportPath(Date.parse(head.madeAt), head.reportId, 'json'));
  writer.write(`${JSON.stringify(head).slice(0, -1)},"${OUTCOMES_KEY}":[`);
  let waitingChars = 0;
  for (const [index, outcome] of outcomes.entries()) {
    const text = `${index === 0 ? '' : ','}${JSON.stringify(outcome)}`;
    writer.write(text);
    waitingChars += text.length;
    if (waitingChars > WAITING_CHARS_MAX) {
      waitingChars = 0;
      await writer.drained();
    }
  }
  writer.write(']');
  await writer.close();
}
