import type { ReportDigest, ReportedOutcome } from '../digest/report-digest.ts';
import { NO_TEXT, type PageColumns, type PageData } from './page-data.ts';

/** The digest in the page's format. 20,000 outcomes as objects would be three times as large. Pure. */
export function packDigest({ outcomes, ...report }: ReportDigest): PageData {
  const texts: string[] = [];
  const places = new Map<string, number>();
  const placeOf = (text: string | null | undefined): number => {
    if (text === null || text === undefined) {
      return NO_TEXT;
    }
    const known = places.get(text);
    if (known !== undefined) {
      return known;
    }
    places.set(text, texts.length);
    return texts.push(text) - 1;
  };
  const column = <T>(toValue: (outcome: ReportedOutcome) => T): readonly T[] => outcomes.map(toValue);
  const rows: PageColumns = {
    id: column(({ connectionId }) => connectionId),
    name: column(({ name }) => name),
    request: column(({ requestId }) => requestId),
    account: column(({ accountId }) => placeOf(accountId)),
    region: column(({ regionId }) => placeOf(regionId)),
    owner: column(({ owner }) => placeOf(owner)),
    outcome: column(({ outcome }) => placeOf(outcome)),
    rule: column(({ rule }) => placeOf(rule)),
    reason: column(({ reason }) => placeOf(reason)),
    code: column(({ code }) => placeOf(code)),
    transitRouter: column(({ attachedTo }) => placeOf(attachedTo?.transitRouterId)),
    cen: column(({ attachedTo }) => placeOf(attachedTo?.cenId)),
    run: column(({ runId }) => placeOf(runId)),
    backup: column(({ backup }) => placeOf(backup)),
    evidence: column(({ evidence }) => evidence.map(placeOf)),
    created: column(({ createdAt }) => toSeconds(createdAt)),
    since: column(({ since }) => toSeconds(since)),
    due: column(({ dueAt }) => toSeconds(dueAt)),
    expected: column(({ expectedAt }) => toSeconds(expectedAt)),
    held: column(({ heldUntil }) => toSeconds(heldUntil)),
    ...(outcomes.some(({ toldAt }) => toldAt !== undefined)
      ? {
          told: column(({ toldAt = null }) => toSeconds(toldAt)),
          notice: column(({ noticeUntil = null }) => toSeconds(noticeUntil)),
        }
      : {}),
  };
  return { report, texts, rows };
}

/** Null if the text is not a time. */
function toSeconds(iso: string | null): number | null {
  const ms = iso === null ? Number.NaN : Date.parse(iso);
  return Number.isNaN(ms) ? null : Math.floor(ms / 1000);
}
