import type { Reply } from '../world/shown.ts';

/** The answer to the last attempt of a request, if there is any. */
type Answer = 'none' | 'refused' | 'accepted';
type Sent = { readonly token: string; answer: Answer };
type Call = { readonly action: string; readonly params: Readonly<Record<string, string>> };

/** The writes of one run that carry a client token, attempt by attempt. */
export class RequestLog {
  readonly #last = new Map<string, Sent>();

  /** The mistake in the token of this attempt. Undefined if the token is right. */
  send({ action, params }: Call): string | undefined {
    const { ClientToken: token } = params;
    if (token === undefined) {
      return undefined;
    }
    const key = keyOf({ action, params });
    const last = this.#last.get(key);
    this.#last.set(key, { token, answer: 'none' });
    if (last?.answer === 'none' && last.token !== token) {
      return 'sent again with another client token, although nobody knows what became of the first request';
    }
    if (last?.answer === 'refused' && last.token === token) {
      return 'sent again with the client token of a request that was refused';
    }
    return undefined;
  }

  receive({ action, params }: Call, reply: Reply): void {
    const last = this.#last.get(keyOf({ action, params }));
    if (last) {
      last.answer = answerOf(reply);
    }
  }

  /** An attempt was sent, and nobody knows what became of it. */
  isUnanswered(call: Call): boolean {
    return this.#last.get(keyOf(call))?.answer === 'none';
  }

  /** The cloud's last word on this request. */
  answerTo(action: string, id: string): Answer {
    return this.#last.get(`${action} ${id}`)?.answer ?? 'none';
  }
}

const keyOf = ({ action, params }: Call): string =>
  `${action} ${params.TransitRouterAttachmentId ?? params.VpnConnectionId ?? ''}`;

/** Codes of refusals that say nothing about the request itself, which has to be repeated just as it was. */
const NO_WORD = /throttling|TokenProcessing|IdempotentProcessing|InternalError|ServiceUnavailable/i;

function answerOf({ status, body }: Reply): Answer {
  if (typeof body !== 'object' || body === null || status >= 500 || status === 429) {
    return 'none';
  }
  const { Code: code, Success: success } = body as { Code?: unknown; Success?: unknown };
  if (status >= 400) {
    return typeof code !== 'string' || NO_WORD.test(code) ? 'none' : 'refused';
  }
  return success === false ? 'refused' : 'accepted';
}
