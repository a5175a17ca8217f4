import { createHmac } from 'node:crypto';
import { ACCEPTED, bytesOf, type Channel, JSON_HEADERS, type Signing, type Verdict } from './channel.ts';
import type { Message } from './compose.ts';
import type { Line, Span } from './message-lines.ts';
import { type Meaning, objectIn, refusedBy, refusedByStatus, TOO_FAST, unreadable } from './reply-codes.ts';
import { toLinkTarget, toShown } from './their-text.ts';

/** The limit of the whole body, less the size of a signature. */
const BYTES_MAX = 20_000 - 200;

const CODES = new Map<string, Meaning>([
  [
    '19021',
    {
      advice:
        'the signature does not match: secretEnv has to contain the key of this robot, and the clock has to be right',
    },
  ],
  ['19022', { advice: 'the robot accepts other addresses only: add the one of the sender to its list' }],
  ['19024', { advice: 'the robot requires a keyword: make it vco-sweeper' }],
  ['9499', { advice: 'the message is malformed or too long, which is a defect of vco-sweeper: report it' }],
  // Likely at full and half hours, when many robots send.
  ['11232', TOO_FAST],
]);

/** The custom bot of a Feishu or Lark group. */
export const feishu: Channel = {
  fits: (message) => bytesOf(JSON.stringify(toCard(message))) <= BYTES_MAX,
  toRequest: (message, signing) => ({
    url: signing.access.url,
    headers: JSON_HEADERS,
    body: JSON.stringify({ ...signatureOf(signing), ...toCard(message) }),
  }),
  readReply(reply): Verdict {
    if (reply.status !== 200 && objectIn(reply.body)?.code === undefined) {
      return refusedByStatus(reply);
    }
    const { code, msg } = objectIn(reply.body) ?? {};
    if (code === 0 && reply.status === 200) {
      return ACCEPTED;
    }
    return typeof code === 'number' && code !== 0
      ? refusedBy(CODES, { code: String(code), said: String(msg ?? '') })
      : unreadable(reply);
  },
};

/** The timestamp in seconds and the key together are the key of the signature, and the signed text is empty. */
function signatureOf({ access: { secret }, nowMs }: Signing): Readonly<Record<string, string>> {
  if (secret === undefined) {
    return {};
  }
  const timestamp = String(Math.floor(nowMs / 1_000));
  return { timestamp, sign: createHmac('sha256', `${timestamp}\n${secret}`).update('').digest('base64') };
}

const COLORS: Readonly<Record<Message['urgency'], string>> = { problem: 'red', due: 'orange', calm: 'blue' };

function toCard({ title, urgency, lines }: Message) {
  return {
    msg_type: 'interactive',
    card: {
      schema: '2.0',
      header: { title: { tag: 'plain_text', content: title }, template: COLORS[urgency] },
      body: { elements: toElements(lines) },
    },
  };
}

type Element = { tag: 'markdown'; content: string } | { tag: 'div'; text: { tag: 'plain_text'; content: string } };

/**
 * Only the sweeper's own words are Markdown. All other text is plain text, in which no client looks for mentions or
 * formatting.
 */
function toElements(lines: readonly Line[]): readonly Element[] {
  const elements: Element[] = [];
  for (const line of lines) {
    const text = line.spans.map(toText).join('');
    const last = elements.at(-1);
    if (line.kind === 'heading') {
      elements.push({ tag: 'markdown', content: `**${text}**` });
    } else if (line.kind === 'link') {
      elements.push({ tag: 'markdown', content: `[${text}](${toLinkTarget(line.url)})` });
    } else if (last?.tag === 'div') {
      last.text.content += `\n${bulleted(line, text)}`;
    } else {
      elements.push({ tag: 'div', text: { tag: 'plain_text', content: bulleted(line, text) } });
    }
  }
  return elements;
}

const bulleted = ({ kind }: Line, text: string): string => (kind === 'item' ? `• ${text}` : text);

const toText = (span: Span): string => (typeof span === 'string' ? span : toShown(span.their, span.charsMax));
