import { createHmac } from 'node:crypto';
import {
  type Arrival,
  bytesOf,
  HOUR_MS,
  jsonReply,
  part,
  type Robot,
  type RobotError,
  textIn,
} from './receiver-types.ts';

const BYTES_MAX = 20 * 1024;
const TYPES = ['text', 'post', 'image', 'share_chat', 'interactive'];
/** A Markdown link to anything else fails the whole message. */
const WRONG_LINK = /\]\((?!https?:\/\/)/;

const refuse = (code: string, message: string): RobotError => ({ status: 200, code, message });

/** The custom bot: failures come as HTTP 200, and the timestamp in seconds and the key sign nothing at all. */
export const feishuRobot: Robot = {
  path: (token) => `/open-apis/bot/v2/hook/${token()}`,
  secret: (token) => token(),
  judge(arrival) {
    const { request, json, channel } = arrival;
    if (request.method !== 'POST' || json === undefined || bytesOf(request.body) > BYTES_MAX) {
      return refuse('9499', 'Bad Request');
    }
    if (!isSigned(arrival, json)) {
      return refuse('19021', 'sign match fail or timestamp is not within one hour from current time');
    }
    if (!TYPES.includes(textIn(json, 'msg_type')) || WRONG_LINK.test(request.body)) {
      return refuse('9499', 'Bad Request');
    }
    return channel.keyword === null || request.body.includes(channel.keyword)
      ? undefined
      : refuse('19024', 'Key Words Not Found');
  },
  shown(json) {
    const card = part(json, 'card');
    const { elements } = 'schema' in card ? part(card, 'body') : card;
    const title = textIn(part(part(card, 'header'), 'title'), 'content');
    const texts = Array.isArray(elements) ? elements.map((element) => shownElement({ ...element })) : [];
    return [title, ...texts, textIn(part(json, 'content'), 'text')].filter((text) => text !== '').join('\n');
  },
  success: jsonReply({ StatusCode: 0, StatusMessage: 'success', code: 0, data: {}, msg: 'success' }),
  refusal: ({ status, code, message }) => jsonReply({ code: Number(code), data: {}, msg: message }, status),
  tooFast: refuse('11232', 'frequency limited'),
  // The code is a guess.
  noRobot: refuse('19001', 'param invalid: incoming webhook access token invalid'),
};

const shownElement = (element: Readonly<Record<string, unknown>>): string =>
  textIn(element, 'content') || textIn(part(element, 'text'), 'content');

function isSigned({ channel: { secret }, nowMs }: Arrival, json: Readonly<Record<string, unknown>>): boolean {
  if (secret === null) {
    return true;
  }
  const timestamp = textIn(json, 'timestamp');
  const isFresh = /^\d{10}$/.test(timestamp) && Math.abs(Number(timestamp) * 1_000 - nowMs) <= HOUR_MS;
  const sign = createHmac('sha256', `${timestamp}\n${secret}`).update('').digest('base64');
  return isFresh && textIn(json, 'sign') === sign;
}
