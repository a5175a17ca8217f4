import { ACCEPTED, bytesOf, type Channel, JSON_HEADERS, type Verdict } from './channel.ts';
import type { Message } from './compose.ts';
import type { Line, Span } from './message-lines.ts';
import { BUSY, type Meaning, objectIn, refusedBy, refusedByStatus, TOO_FAST, unreadable } from './reply-codes.ts';
import { toHarmless, toLinkTarget, toShown } from './their-text.ts';

/**
 * The limit of the content in UTF-8, in which a Chinese character has three bytes. The robot refuses longer content.
 */
const BYTES_MAX = 4_096;

const CODES = new Map<string, Meaning>([
  ['93000', { advice: 'there is no robot at this address: create one, and set the variable to its address' }],
  ['45009', TOO_FAST],
  ['-1', BUSY],
]);

/** The message push of a WeCom group. */
export const wecom: Channel = {
  fits: (message) => bytesOf(toContent(message)) <= BYTES_MAX,
  toRequest: (message, { access: { url } }) => ({
    url,
    headers: JSON_HEADERS,
    body: JSON.stringify({ msgtype: 'markdown', markdown: { content: toContent(message) } }),
  }),
  readReply(reply): Verdict {
    if (reply.status !== 200) {
      return refusedByStatus(reply);
    }
    const { errcode, errmsg } = objectIn(reply.body) ?? {};
    if (errcode === 0) {
      return ACCEPTED;
    }
    return typeof errcode === 'number'
      ? refusedBy(CODES, { code: String(errcode), said: String(errmsg ?? '') })
      : unreadable(reply);
  },
};

const toContent = ({ title, lines }: Message): string => [`**${title}**`, ...lines.map(toMarkdown)].join('\n');

function toMarkdown(line: Line): string {
  const text = line.spans.map(toText).join('');
  switch (line.kind) {
    case 'heading':
      return `\n**${text}**`;
    case 'owner':
      return `<font color="comment">${text}</font>`;
    case 'item':
      return `> ${text}`;
    case 'link':
      return `\n[${text}](${toLinkTarget(line.url)})`;
    case 'text':
      return text;
  }
}

/** No way to escape is documented. */
const toText = (span: Span): string =>
  typeof span === 'string' ? span : toHarmless(toShown(span.their, span.charsMax));
