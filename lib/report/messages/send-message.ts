import type { Clock } from '../../core/domain/cloud-api.ts';
import { ConfigError } from '../../core/domain/errors.ts';
import type { Journal } from '../../core/domain/journal.ts';
import type { ChannelPolicy } from '../../core/domain/policy.ts';
import type { ToldClock } from '../../core/told/told-document.ts';
import type { ReportDigest } from '../digest/report-digest.ts';

export type MessageRequest = {
  readonly channel: ChannelPolicy;
  readonly digest: ReportDigest;
  /** `clockKey` of each clock that any record named already. */
  readonly toldBefore: ReadonlySet<string>;
  readonly noticeMs: number;
  readonly url: string | undefined;
  readonly nowMs: number;
};

type Environment = Readonly<Record<string, string | undefined>>;

type Post = (
  url: string,
  request: { readonly headers: Readonly<Record<string, string>>; readonly body: string; readonly timeoutMs: number },
) => Promise<{ readonly status: number; readonly body: string }>;

export type MessageDeps = {
  readonly env: Environment;
  readonly post: Post;
  readonly clock: Pick<Clock, 'now'>;
  readonly sleep: Clock['sleep'];
  readonly random: () => number;
  readonly log: Journal;
};

export type Sent =
  | { readonly kind: 'accepted'; readonly named: readonly ToldClock[]; readonly acceptedMs: number }
  | { readonly kind: 'no-news' }
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string };

const TIMEOUT_MS = 10_000;

/** Send one message about a report, if the report has news for the channel. */
export async function sendMessage({ channel, digest }: MessageRequest, deps: MessageDeps): Promise<Sent> {
  const named = digest.outcomes.flatMap(({ accountId, regionId, connectionId, rule, since }) =>
    rule === null || rule === 'half-done' || since === null ? [] : [{ accountId, regionId, connectionId, rule, since }],
  );
  if (named.length === 0 && digest.missing.length === 0) {
    return { kind: 'no-news' };
  }
  const { status } = await deps.post(deps.env[channel.urlEnv] ?? '', {
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ text: `vco-sweeper: ${named.length}` }),
    timeoutMs: TIMEOUT_MS,
  });
  return status === 200
    ? { kind: 'accepted', named, acceptedMs: deps.clock.now() }
    : { kind: 'refused', code: `HttpStatus${status}`, reason: 'the channel refused the message' };
}

/** Throws `ConfigError` for a channel whose environment variables are missing. */
export function checkChannels(channels: readonly ChannelPolicy[], env: Environment): void {
  for (const { name, urlEnv } of channels) {
    if (!env[urlEnv]?.trim()) {
      throw new ConfigError(`notify.channels: ${name}: ${urlEnv} is not set`);
    }
  }
}
