import type { Clock } from '../../core/domain/cloud-api.ts';
import type { Journal } from '../../core/domain/journal.ts';
import type { ChannelPolicy, Policy } from '../../core/domain/policy.ts';
import type { Store } from '../../core/store/store.ts';
import { toStoreError } from '../../core/store/store-error.ts';
import type { ReportDigest } from '../digest/report-digest.ts';
import type { MessageRequest, Sent } from '../messages/send-message.ts';
import { type ToldRecords, writeRecord } from './told-records.ts';

/** The result of sending a report to a single channel. */
export type MessageResult = {
  readonly reportId: string;
  readonly channel: string;
  /**
   * `unrecorded`: the channel accepted the message, but its record could not be written, so a later run may send it
   * again.
   */
  readonly state: 'accepted' | 'no-news' | 'refused' | 'unrecorded';
  /** The number of connections in the message. */
  readonly named: number;
  readonly code: string | null;
  readonly reason: string | null;
};

export type SendDeps = {
  readonly store: Store;
  readonly clock: Pick<Clock, 'now'>;
  readonly journal: Journal;
  readonly send: (request: MessageRequest) => Promise<Sent>;
};

/**
 * Sends a report to each channel that has not received it, in parallel, so that a slow or refusing channel delays no
 * other channel.
 */
export async function sendReport(
  digest: ReportDigest,
  records: ToldRecords,
  { report, notify }: Pick<Policy, 'report' | 'notify'>,
  deps: SendDeps,
): Promise<readonly MessageResult[]> {
  const toldBefore = records.namedBefore(digest.reportId);
  const open = notify.channels.filter(({ name }) => !records.isDone(digest.reportId, name));
  const ended = await Promise.allSettled(
    open.map((channel) =>
      sendTo(
        {
          channel,
          digest,
          toldBefore,
          noticeMs: notify.noticeMs,
          url: report.url,
          nowMs: deps.clock.now(),
        },
        deps,
      ),
    ),
  );
  return ended.map((one) => {
    if (one.status === 'rejected') {
      throw one.reason;
    }
    return one.value;
  });
}

async function sendTo(request: MessageRequest, { store, clock, journal, send }: SendDeps): Promise<MessageResult> {
  const { channel, digest } = request;
  const { reportId } = digest;
  const sent = await send(request);
  const result = toResult(reportId, channel, sent);
  if (sent.kind === 'refused') {
    journal('notify.failed', { reportId, channel: channel.name, code: sent.code, reason: sent.reason });
    return result;
  }
  try {
    await writeRecord(store, { reportId, channel: channel.name, nowMs: clock.now() }, sent);
  } catch (error) {
    const { code, message } = toStoreError(error);
    const reason = `the channel has its message, and the record could not be written, so it may be sent again: ${message}`;
    journal('notify.failed', { reportId, channel: channel.name, code, reason });
    return { ...result, state: 'unrecorded', code, reason };
  }
  if (sent.kind === 'accepted') {
    journal('notify.accepted', { reportId, channel: channel.name, named: sent.named.length });
  }
  return result;
}

const toResult = (reportId: string, { name }: ChannelPolicy, sent: Sent): MessageResult => ({
  reportId,
  channel: name,
  state: sent.kind,
  named: sent.kind === 'accepted' ? sent.named.length : 0,
  code: sent.kind === 'refused' ? sent.code : null,
  reason: sent.kind === 'refused' ? sent.reason : null,
});
