import { createHmac } from 'node:crypto';
import { toJsonLine } from '../../core/text/printable.ts';
import { ACCEPTED, bytesOf, type Channel, type SignedRequest, type Signing, type Verdict } from './channel.ts';
import type { Message } from './compose.ts';
import type { NewsItem } from './news.ts';
import { type Meaning, objectIn, refusedByStatus } from './reply-codes.ts';
import { toShown } from './their-text.ts';

/** The limit that Standard Webhooks advises. An event of EventBridge may be longer. */
const BYTES_MAX = 20_000;
const SOURCE = '/vco-sweeper/report';
const TYPES: Readonly<Record<Message['kind'], string>> = {
  digest: 'vco-sweeper.message.v1',
  test: 'vco-sweeper.test.v1',
};
const TEXT_CHARS_MAX = 256;
const SUCCESSES: ReadonlySet<number> = new Set([200, 201, 202, 204]);

const STATUSES = new Map<number, Meaning>([
  [401, { advice: 'the receiver does not accept the signature: secretEnv has to contain its key' }],
  [403, { advice: 'the receiver does not accept the sender or its signature' }],
  [410, { advice: 'the receiver wants no more messages: remove the channel' }],
  [413, { advice: 'the receiver accepts shorter messages only' }],
  [415, { advice: 'the receiver does not take CloudEvents in structured mode' }],
]);

/** A CloudEvent over HTTP, signed as Standard Webhooks, for a program or for EventBridge. */
export const cloudevents: Channel = {
  fits: (message) => bytesOf(toEvent(message, 'x'.repeat(TEXT_CHARS_MAX))) <= BYTES_MAX,
  toRequest: toSignedRequest,
  readReply(reply): Verdict {
    if (!SUCCESSES.has(reply.status)) {
      const meaning = STATUSES.get(reply.status);
      return { ...refusedByStatus(reply), ...meaning };
    }
    // EventBridge accepts the call even if it refuses the event. Then its reply has a count of failed events.
    const failed = objectIn(reply.body)?.FailedEntryCount;
    return failed === undefined || failed === 0
      ? ACCEPTED
      : { kind: 'refused', code: 'FailedEntryCount', advice: 'EventBridge refused the event', said: reply.body };
  },
};

/**
 * The id is the same for all attempts, so that a receiver recognises a repeated message. Each attempt has its own
 * timestamp.
 */
function toSignedRequest(message: Message, { access, id, nowMs }: Signing): SignedRequest {
  const body = toEvent(message, id);
  const timestamp = String(Math.floor(nowMs / 1_000));
  const headers = { 'content-type': 'application/cloudevents+json; charset=utf-8', 'webhook-id': id };
  const base = { ...headers, 'webhook-timestamp': timestamp };
  const { url, secret } = access;
  if (secret === undefined) {
    return { url, headers: base, body };
  }
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { url, headers: { ...base, 'webhook-signature': `v1,${signature}` }, body };
}

function toEvent(message: Message, id: string): string {
  const { digest, madeAtMs } = message;
  return toJsonLine({
    specversion: '1.0',
    id,
    source: SOURCE,
    type: TYPES[message.kind],
    ...(digest && { subject: digest.reportId }),
    time: digest?.madeAt ?? new Date(madeAtMs).toISOString(),
    datacontenttype: 'application/json',
    data: toData(message),
  });
}

/** Only cuts other people's text, because a receiver shows it in its own way. */
function toData({ title, digest, totals, shown, url }: Message) {
  const counts = Object.fromEntries(totals);
  return {
    title,
    ...(digest && { reportId: digest.reportId, madeAt: digest.madeAt, status: digest.status }),
    ...(url !== undefined && { url }),
    counts,
    notNamed: totals.reduce((sum, [, count]) => sum + count, 0) - shown.length,
    news: shown.map(toNews),
  };
}

function toNews(item: NewsItem) {
  if ('note' in item) {
    const { kind, note } = item;
    const { what, ...about } = note;
    return { kind, what, ...cutTexts(about) };
  }
  const { connectionId, accountId, regionId, name, owner, outcome, rule, since, dueAt, heldUntil, reason, code } =
    item.outcome;
  const clock = { rule, since: item.clock?.since ?? since, dueAt, heldUntil };
  return cutTexts({ kind: item.kind, connectionId, accountId, regionId, name, owner, outcome, ...clock, reason, code });
}

/** Cuts every text in the value, at any depth. */
function cutTexts(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, cutText(inner)]));
}

function cutText(value: unknown): unknown {
  if (typeof value === 'string') {
    return value.length > TEXT_CHARS_MAX ? toShown(value, TEXT_CHARS_MAX) : value;
  }
  return typeof value === 'object' && value !== null ? cutTexts({ ...value }) : value;
}
