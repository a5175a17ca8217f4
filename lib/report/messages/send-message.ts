import type { Clock } from '../../core/domain/cloud-api.ts';
import { ConfigError } from '../../core/domain/errors.ts';
import type { Journal } from '../../core/domain/journal.ts';
import type { ChannelPolicy, ChannelType } from '../../core/domain/policy.ts';
import type { ToldClock } from '../../core/told/told-document.ts';
import type { ReportDigest } from '../digest/report-digest.ts';
import type { Access, Channel, Post, Refusal, Verdict } from './channel.ts';
import { readAccess, withoutSecrets } from './channel-access.ts';
import { cloudevents } from './cloudevents.ts';
import { composeTest, composeToFit, type Message, namedIn } from './compose.ts';
import { deliver } from './deliver.ts';
import { dingtalk } from './dingtalk.ts';
import { feishu } from './feishu.ts';
import { findNews } from './news.ts';
import { slack } from './slack.ts';
import { toShown } from './their-text.ts';
import { wecom } from './wecom.ts';

export type MessageRequest = {
  readonly channel: ChannelPolicy;
  readonly digest: ReportDigest;
  /**
   * The keys (`clockKey`) of all clocks that the records of earlier reports named, for any channel. Leave out the
   * records of this report: if its message is sent again, new connections would otherwise look known.
   */
  readonly toldBefore: ReadonlySet<string>;
  readonly noticeMs: number;
  /** The address of the report's page, which messages link to. */
  readonly url: string | undefined;
  readonly nowMs: number;
  /** The zone of the times in the message. Default: UTC. */
  readonly timeZone?: string | undefined;
};

export type MessageDeps = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly post: Post;
  readonly clock: Clock;
  /** Between 0 and 1, for jitter. */
  readonly random: () => number;
  /** Milliseconds since the epoch. No attempt is made that would have to wait longer. Default: no deadline. */
  readonly deadlineMs?: number;
  readonly log: Journal;
};

export type Sent =
  | { readonly kind: 'accepted'; readonly named: readonly ToldClock[]; readonly acceptedMs: number }
  | { readonly kind: 'no-news' }
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string };

const CHANNELS: Readonly<Record<ChannelType, Channel>> = { dingtalk, feishu, wecom, slack, cloudevents };
const TIMEOUT_MS = 15_000;
const SILENCE_RETRY_MS = 5_000;

/**
 * Sends a channel the news of a digest, unless there is no news.
 *
 * Refusals and network errors are return values. Throws `ConfigError` in the same cases as `checkChannels`.
 */
export async function sendMessage(request: MessageRequest, deps: MessageDeps): Promise<Sent> {
  const { channel, digest, toldBefore, noticeMs, nowMs, url, timeZone = 'UTC' } = request;
  const news = findNews({ digest, on: channel.on, toldBefore, noticeMs, nowMs });
  if (news.length === 0 && !channel.on.includes('always')) {
    return { kind: 'no-news' };
  }
  const { fits } = CHANNELS[channel.type];
  const message = composeToFit({ digest, news, url, nowMs, timeZone, language: channel.language }, fits);
  // The same id for each attempt, and for each later run that sends this report again.
  return await send(message, `${digest.reportId}-${channel.name}`, channel, deps);
}

/** Sends a channel a message that only shows that it works. */
export async function sendTest(channel: ChannelPolicy, id: string, deps: MessageDeps): Promise<Sent> {
  return await send(composeTest(channel.language, deps.clock.now()), `${id}-${channel.name}`, channel, deps);
}

/**
 * Checks that each channel has an address, and a key of the right form, before any message is sent.
 *
 * @throws ConfigError with a line for each problem, naming the channel and the variable
 */
export function checkChannels(channels: readonly ChannelPolicy[], env: MessageDeps['env']): void {
  const problems = channels.flatMap((channel) => {
    try {
      readAccess(channel, env);
      return [];
    } catch (error) {
      if (!(error instanceof ConfigError)) {
        throw error;
      }
      return [error.message];
    }
  });
  if (problems.length > 0) {
    throw new ConfigError(problems.join('\n'));
  }
}

async function send(message: Message, id: string, channel: ChannelPolicy, deps: MessageDeps): Promise<Sent> {
  const { clock, random, deadlineMs, log } = deps;
  const access = readAccess(channel, deps.env);
  const verdict = await deliver(() => attempt(message, { type: channel.type, access, id }, deps), {
    clock,
    random,
    ...(deadlineMs !== undefined && { deadlineMs }),
    onRetry: ({ code }, number, delayMs) =>
      log('notify.retried', { channel: channel.name, code: printableCode(code, access), attempt: number, delayMs }),
  });
  return verdict.kind === 'accepted'
    ? { kind: 'accepted', named: namedIn(message), acceptedMs: clock.now() }
    : { kind: 'refused', code: printableCode(verdict.code, access), reason: reasonOf(verdict, access) };
}

type Target = { readonly type: ChannelType; readonly access: Access; readonly id: string };

async function attempt(message: Message, { type, access, id }: Target, { clock, post }: MessageDeps): Promise<Verdict> {
  const { toRequest, readReply } = CHANNELS[type];
  const { url, headers, body } = toRequest(message, { access, id, nowMs: clock.now() });
  try {
    return readReply(await post(url, { headers, body, timeoutMs: TIMEOUT_MS }));
  } catch (error) {
    // A network error has a code, and its message may contain the address. Any other error is a defect of the sweeper.
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
    if (code === undefined) {
      throw error;
    }
    return noAnswer(code);
  }
}

/** After these errors, the request was certainly not sent. */
const BEFORE_SENDING: ReadonlySet<string> = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ENETUNREACH',
  'EHOSTUNREACH',
]);

const noAnswer = (code: string): Refusal =>
  BEFORE_SENDING.has(code)
    ? { kind: 'refused', code, advice: 'the server cannot be reached', retryMs: SILENCE_RETRY_MS }
    : {
        kind: 'refused',
        code,
        advice: 'no answer arrived, so nobody knows whether the message did',
        retryMs: SILENCE_RETRY_MS,
        mayHaveArrived: true,
      };

const CODE_CHARS_MAX = 64;
const printableCode = (code: string, access: Access): string => toShown(withoutSecrets(code, access), CODE_CHARS_MAX);

function reasonOf({ advice, said = '' }: Refusal, access: Access): string {
  const text = withoutSecrets(said, access);
  return text === '' ? advice : `${advice} (the server said: ${text})`;
}
