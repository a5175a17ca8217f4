import { ACCEPTED, type Channel, JSON_HEADERS, type Verdict } from './channel.ts';
import type { Message } from './compose.ts';
import type { Line, Span } from './message-lines.ts';
import { BUSY, DEFECT, type Meaning, refusedBy, refusedByStatus, unreadable } from './reply-codes.ts';
import { toShown } from './their-text.ts';

/**
 * In characters. Slack refuses a longer section. It also refuses too many characters in total, with an undocumented
 * code.
 */
const SECTION_CHARS_MAX = 2_900;
const CHARS_MAX = 12_000;
const BLOCKS_MAX = 50;

const NO_WEBHOOK: Meaning = {
  advice: 'there is no webhook at this address any more: create one, and set the variable to its address',
};
const NO_CHANNEL: Meaning = { advice: 'the Slack channel is archived or gone: create a webhook for another one' };
const FORBIDDEN: Meaning = { advice: 'an administrator of the workspace forbids it' };

/** Slack answers with a code as plain text. */
const CODES = new Map<string, Meaning>([
  ['invalid_payload', DEFECT],
  ['no_text', DEFECT],
  ['invalid_blocks', DEFECT],
  ['msg_blocks_too_long', DEFECT],
  ['too_many_attachments', DEFECT],
  ['invalid_token', NO_WEBHOOK],
  ['no_service', NO_WEBHOOK],
  ['no_active_hooks', NO_WEBHOOK],
  ['no_team', NO_WEBHOOK],
  ['team_disabled', NO_WEBHOOK],
  ['channel_not_found', NO_CHANNEL],
  ['channel_is_archived', NO_CHANNEL],
  ['action_prohibited', FORBIDDEN],
  ['posting_to_general_channel_denied', FORBIDDEN],
  ['rollup_error', BUSY],
]);

/** An incoming webhook of Slack. */
export const slack: Channel = {
  fits: (message) => {
    const sections = toSections(message);
    const chars = sections.reduce((sum, text) => sum + text.length, 0);
    return (
      sections.length <= BLOCKS_MAX && chars <= CHARS_MAX && sections.every((text) => text.length <= SECTION_CHARS_MAX)
    );
  },
  toRequest: (message, { access: { url } }) => ({ url, headers: JSON_HEADERS, body: JSON.stringify(toBody(message)) }),
  readReply(reply): Verdict {
    const text = reply.body.trim();
    if (reply.status === 200 && text === 'ok') {
      return ACCEPTED;
    }
    if (CODES.has(text)) {
      return refusedBy(CODES, { code: text, said: '' });
    }
    return reply.status === 200 ? unreadable(reply) : refusedByStatus(reply);
  },
};

/** The text is for notifications. `verbatim` keeps Slack from making links and mentions of plain words. */
function toBody(message: Message) {
  return {
    text: toEntities(message.title),
    blocks: toSections(message).map((text) => ({ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } })),
    unfurl_links: false,
    unfurl_media: false,
  };
}

/** Each section begins with a new line, and is as long as Slack allows. */
function toSections({ title, lines }: Message): readonly string[] {
  const sections = [`*${toEntities(title)}*`];
  for (const line of lines) {
    const text = toMrkdwn(line);
    const longer = `${sections.at(-1)}\n${text}`;
    if (longer.length <= SECTION_CHARS_MAX) {
      sections[sections.length - 1] = longer;
    } else {
      sections.push(text);
    }
  }
  return sections;
}

function toMrkdwn(line: Line): string {
  const text = line.spans.map(toText).join('');
  switch (line.kind) {
    case 'heading':
      return `\n*${text}*`;
    case 'owner':
      return text;
    case 'item':
      return `• ${text}`;
    case 'link':
      return `\n<${toEntities(new URL(line.url).href).replaceAll('|', '%7C')}|${text}>`;
    case 'text':
      return text;
  }
}

/** Slack documents entities for three characters. In code, it looks for no formatting. */
const toText = (span: Span): string =>
  typeof span === 'string'
    ? toEntities(span)
    : `\`${toEntities(toShown(span.their, span.charsMax)).replaceAll('`', 'ˋ')}\``;

const toEntities = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
