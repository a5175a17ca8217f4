import { bytesOf, jsonReply, part, type Robot, type RobotError, textIn } from './receiver-types.ts';

const BYTES_MAX = new Map([
  ['text', 2_048],
  ['markdown', 4_096],
  ['markdown_v2', 4_096],
]);

const refuse = (code: string, message: string): RobotError => ({ status: 200, code, message });

/** The message push: failures come as HTTP 200, nothing is signed, and too long a message is refused. */
export const wecomRobot: Robot = {
  path: (token) => `/cgi-bin/webhook/send?key=${token()}`,
  secret: null,
  judge({ request, json }) {
    const type = textIn(json ?? {}, 'msgtype');
    const bytesMax = BYTES_MAX.get(type);
    // The codes of these two refusals are guesses.
    if (request.method !== 'POST' || json === undefined || bytesMax === undefined) {
      return refuse('40008', 'invalid message type');
    }
    return bytesOf(textIn(part(json, type), 'content')) > bytesMax
      ? refuse('40058', `${type}.content exceed max length ${bytesMax}`)
      : undefined;
  },
  shown: (json) => textIn(part(json, textIn(json, 'msgtype')), 'content'),
  success: jsonReply({ errcode: 0, errmsg: 'ok' }),
  refusal: ({ status, code, message }) => jsonReply({ errcode: Number(code), errmsg: message }, status),
  tooFast: refuse('45009', 'api freq out of limit'),
  noRobot: refuse('93000', 'invalid webhook url'),
};
