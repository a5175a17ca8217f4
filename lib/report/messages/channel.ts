import type { Message } from './compose.ts';

/** The address of a channel and its signing key. The address and the key are secrets and may not appear in any output. */
export type Access = { readonly url: string; readonly secret: string | undefined };

export type PostReply = {
  readonly status: number;
  readonly body: string;
  /** From the header `Retry-After`, if the reply had it. */
  readonly retryAfterMs?: number | undefined;
};

/**
 * A HTTP POST, without redirects.
 *
 * If no reply arrived, it rejects with an error whose `code` tells the cause: `ETIMEDOUT`, `ENOTFOUND` and the like.
 */
export type Post = (
  url: string,
  request: {
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly timeoutMs: number;
  },
) => Promise<PostReply>;

/** The server's verdict on a single attempt. */
export type Verdict = { readonly kind: 'accepted' } | Refusal;

export type Refusal = {
  readonly kind: 'refused';
  /** The server's own code, or a code of the sweeper such as `HttpStatus404`. */
  readonly code: string;
  /** The failure and its remedy, in our own words. */
  readonly advice: string;
  /** The server's unchanged text. It is other people's text and may echo the address. */
  readonly said?: string;
  /** Undefined if another attempt would not help. */
  readonly retryMs?: number;
  /** Whether the message may have arrived despite the failure. */
  readonly mayHaveArrived?: boolean;
};

export type Signing = {
  readonly access: Access;
  /** The same for every attempt to send this message. */
  readonly id: string;
  /** The moment of this attempt. */
  readonly nowMs: number;
};

export type SignedRequest = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** The properties of a type of channel. Pure. */
export type Channel = {
  /** Whether the message is within the channel's limits of size. */
  readonly fits: (message: Message) => boolean;
  readonly toRequest: (message: Message, signing: Signing) => SignedRequest;
  readonly readReply: (reply: PostReply) => Verdict;
};

export const ACCEPTED: Verdict = { kind: 'accepted' };

export const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8' } as const;

export const bytesOf = (text: string): number => Buffer.byteLength(text);
