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

const BYTES_MAX = 20_000;
const TYPES = ['text', 'link', 'markdown', 'actionCard', 'feedCard'];

const refuse = (code: string, message: string): RobotError => ({ status: 200, code, message });

/** The custom robot: failures come as HTTP 200, and the key signs a timestamp in milliseconds and itself. */
export const dingtalkRobot: Robot = {
  path: (token) => `/robot/send?access_token=${token()}${token()}`,
  secret: (token) => `SEC${token()}${token()}`,
  judge(arrival) {
    const { request, json, channel } = arrival;
    if (request.method !== 'POST') {
      return refuse('43002', 'require POST http method');
    }
    if (!(request.headers['content-type'] ?? '').startsWith('application/json')) {
      return refuse('43004', 'require content-type application/json');
    }
    if (bytesOf(request.body) > BYTES_MAX) {
      return refuse('460101', `message too long, exceed ${BYTES_MAX} bytes`);
    }
    if (!isSigned(arrival)) {
      return refuse('310000', 'sign not match');
    }
    if (json === undefined || !TYPES.includes(textIn(json, 'msgtype'))) {
      return refuse('400105', 'unsupported msgtype');
    }
    return channel.keyword === null || request.body.includes(channel.keyword)
      ? undefined
      : refuse('310000', 'keywords not in content');
  },
  // The title is in the notification only.
  shown: (json) => textIn(part(json, 'markdown'), 'text') || textIn(part(json, 'text'), 'content'),
  success: jsonReply({ errcode: 0, errmsg: 'ok' }),
  refusal: ({ status, code, message }) => jsonReply({ errcode: Number(code), errmsg: message }, status),
  tooFast: refuse('130101', 'send too fast, exceed 20 times per minute'),
  noRobot: refuse('300005', 'token is not exist'),
};

function isSigned({ channel: { secret }, query, nowMs }: Arrival): boolean {
  if (secret === null) {
    return true;
  }
  const timestamp = query.get('timestamp') ?? '';
  const isFresh = /^\d{13}$/.test(timestamp) && Math.abs(Number(timestamp) - nowMs) <= HOUR_MS;
  const sign = createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64');
  return isFresh && query.get('sign') === sign;
}
