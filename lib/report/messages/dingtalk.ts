import { createHmac } from 'node:crypto';
import { ACCEPTED, bytesOf, type Channel, JSON_HEADERS, type Signing, type Verdict } from './channel.ts';
import type { Message } from './compose.ts';
import type { Line, Span } from './message-lines.ts';
import {
  BUSY,
  DEFECT,
  type Meaning,
  objectIn,
  refusedBy,
  refusedByStatus,
  TOO_FAST,
  unreadable,
} from './reply-codes.ts';
import { toHarmless, toLinkTarget, toShown } from './their-text.ts';

/** The limit of the whole body. The robot refuses a longer body and never cuts it. */
const BYTES_MAX = 20_000;

const NO_ROBOT: Meaning = {
  advice: 'there is no robot at this address: create one, and set the variable to its address',
};
const UNSAFE: Meaning = { advice: 'the server takes a link or the content for unsafe' };

/** From published lists and from reports of users. */
const CODES = new Map<string, Meaning>([
  [
    '310000',
    {
      advice:
        'a guard of the robot refused it: its keyword has to be vco-sweeper, its signing key has to be the one in secretEnv, and its list of addresses has to contain the sender',
    },
  ],
  ['130101', TOO_FAST],
  ['410100', TOO_FAST],
  ['300005', NO_ROBOT],
  ['300001', NO_ROBOT],
  ['400101', NO_ROBOT],
  ['400013', { advice: 'the group was dissolved: create a robot in another group' }],
  ['400102', { advice: 'the robot was stopped: enable it in the group' }],
  ['400106', NO_ROBOT],
  ['40035', { advice: 'the address has no access_token: copy the whole address of the robot' }],
  ['43002', DEFECT],
  ['43004', DEFECT],
  ['400105', DEFECT],
  ['460101', DEFECT],
  ['-1', BUSY],
  ['430101', UNSAFE],
  ['430102', UNSAFE],
  ['430103', UNSAFE],
  ['430104', UNSAFE],
]);

/** The custom robot of a DingTalk group. */
export const dingtalk: Channel = {
  fits: (message) => bytesOf(toBody(message)) <= BYTES_MAX,
  toRequest: (message, signing) => ({ url: signedUrl(signing), headers: JSON_HEADERS, body: toBody(message) }),
  readReply(reply): Verdict {
    if (reply.status !== 200) {
      return refusedByStatus(reply);
    }
    const { errcode, errmsg, status, wait } = objectIn(reply.body) ?? {};
    if (errcode === 0) {
      return ACCEPTED;
    }
    if (typeof errcode === 'number') {
      return refusedBy(CODES, { code: String(errcode), said: String(errmsg ?? '') });
    }
    // The gateway has its own form for a throttled sender.
    return typeof status === 'number' && typeof wait === 'number' && wait >= 0
      ? { kind: 'refused', code: String(status), ...TOO_FAST, retryMs: wait * 1_000 }
      : unreadable(reply);
  },
};

/**
 * The key signs a timestamp in milliseconds and the key itself. Each attempt adds the signature to the unsigned
 * address.
 */
function signedUrl({ access: { url, secret }, nowMs }: Signing): string {
  if (secret === undefined) {
    return url;
  }
  const sign = createHmac('sha256', secret).update(`${nowMs}\n${secret}`).digest('base64');
  const signed = new URL(url);
  signed.searchParams.set('timestamp', String(nowMs));
  signed.searchParams.set('sign', sign);
  return signed.href;
}

/** The title is also the first line of the text, because it otherwise appears only in the notification. */
function toBody({ title, lines }: Message): string {
  const text = [`### ${title}`, ...lines.map(toMarkdown)].join('\n\n').replaceAll('\n\n- ', '\n- ');
  return JSON.stringify({ msgtype: 'markdown', markdown: { title, text }, at: { isAtAll: false } });
}

function toMarkdown(line: Line): string {
  const text = line.spans.map(toText).join('');
  switch (line.kind) {
    case 'heading':
      return `#### ${text}`;
    case 'owner':
      return `**${text}**`;
    case 'item':
      return `- ${text}`;
    case 'link':
      return `[${text}](${toLinkTarget(line.url)})`;
    case 'text':
      return text;
  }
}

/** No way to escape is documented. */
const toText = (span: Span): string =>
  typeof span === 'string' ? span : toHarmless(toShown(span.their, span.charsMax));
