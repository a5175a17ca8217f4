import { formatDuration } from '../../core/domain/duration.ts';
import type { Policy } from '../../core/domain/policy.ts';
import { toIso } from '../../core/domain/time.ts';
import type { Judged } from '../../core/plan/plan.ts';
import { whyUntold } from '../../core/told/notice.ts';

/** The notice about a future deletion. Times are ISO UTC. */
export type NoticeReport = {
  /** A sentence for a person. */
  readonly says: string;
  /**
   * The first message that named the clock of the connection's rule. Null if there is no message, or if that is
   * unknown.
   */
  readonly told: {
    readonly at: string;
    readonly channel: string;
    readonly reportId: string;
    /** The end of the notice. */
    readonly until: string;
  } | null;
};

/** Null unless the policy requires a notice and the connection is an orphan whose deletion has not begun. Pure. */
export function reportNotice({ notice, verdict }: Judged, { notify }: Policy, nowMs: number): NoticeReport | null {
  if (!notify.required || verdict.kind !== 'orphan') {
    return null;
  }
  if (verdict.restsOnMark && verdict.sinceMs === undefined) {
    return { says: 'nobody can have been told yet, because it has no mark that a message could name', told: null };
  }
  if (notice === undefined || !('telling' in notice)) {
    return { says: (notice && whyUntold(notice)?.reason) ?? 'nobody has been told yet', told: null };
  }
  const { telling, untilMs } = notice;
  const [at, until] = [toIso(telling.atMs), toIso(untilMs)];
  const over = `its notice of ${formatDuration(notify.noticeMs)} ${untilMs <= nowMs ? 'was' : 'is'} over on ${until}`;
  return {
    says: `told on ${at} by ${telling.channel} (report ${telling.reportId}), and ${over}`,
    told: { at, channel: telling.channel, reportId: telling.reportId, until },
  };
}
