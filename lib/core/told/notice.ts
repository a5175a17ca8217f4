import { toIso } from '../domain/time.ts';
import { isOver, type Telling } from './told-clocks.ts';

/** Whether messages have announced a due connection, if `notify.required` asks for a notice before its deletion. */
export type Notice =
  /** `over`: a message named its clock at least `notify.notice` ago. `running`: a message named it more recently. */
  | { readonly kind: 'over' | 'running'; readonly telling: Telling; readonly untilMs: number }
  /**
   * No message named its clock. `hasClock` is false if the connection is due by a rule without grace, so it has no
   * clock.
   */
  | { readonly kind: 'none'; readonly hasClock: boolean }
  /** The records could not be read, so no notice counts. */
  | { readonly kind: 'unread'; readonly reason: string; readonly code: string };

/** Pure. */
export function toNotice(telling: Telling | undefined, noticeMs: number, nowMs: number): Notice {
  if (telling === undefined) {
    return { kind: 'none', hasClock: true };
  }
  const kind = isOver(telling, noticeMs, nowMs) ? 'over' : 'running';
  return { kind, telling, untilMs: telling.atMs + noticeMs };
}

const UNTOLD = 'nobody has been told yet';

/** Why a due connection has to wait for its notice. Undefined: it need not wait. */
export function whyUntold(notice: Notice): { readonly reason: string; readonly code: string | null } | undefined {
  switch (notice.kind) {
    case 'over':
      return undefined;
    case 'running': {
      const { atMs, channel } = notice.telling;
      return {
        reason: `${channel} announced it on ${toIso(atMs)}, and it may be deleted from ${toIso(notice.untilMs)} on`,
        code: null,
      };
    }
    case 'none':
      return { reason: notice.hasClock ? UNTOLD : `${UNTOLD}: without grace it has no mark to be named`, code: null };
    case 'unread':
      return { reason: notice.reason, code: notice.code };
  }
}

/** The evidence of a deletion besides the verdict: the message that announced it. */
export const describeTelling = ({ atMs, channel, reportId }: Telling): string =>
  `named in a message that ${channel} accepted on ${toIso(atMs)} (report ${reportId})`;
