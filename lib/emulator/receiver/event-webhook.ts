import { createHmac } from 'node:crypto';
import { type Arrival, bytesOf, jsonReply, type Robot, type RobotError, textIn } from './receiver-types.ts';

/** The same limit as EventBridge. */
const BYTES_MAX = 64 * 1024;
const MINUTES_5_MS = 300_000;
const REQUIRED = ['id', 'source', 'type', 'specversion'];

const refuse = (status: number, code: string, message: string): RobotError => ({ status, code, message });

/** A receiver of CloudEvents in structured mode that verifies them as Standard Webhooks says. */
export const eventWebhook: Robot = {
  path: (token) => `/webhooks/vco-sweeper?token=${token()}`,
  secret: (token) => `whsec_${Buffer.from(token() + token(), 'hex').toString('base64')}`,
  judge(arrival) {
    const { request, json } = arrival;
    if (request.method !== 'POST') {
      return refuse(405, 'MethodNotAllowed', 'only POST is allowed');
    }
    if (!(request.headers['content-type'] ?? '').startsWith('application/cloudevents+json')) {
      return refuse(415, 'UnsupportedMediaType', 'only CloudEvents in structured mode are taken');
    }
    if (bytesOf(request.body) > BYTES_MAX) {
      return refuse(413, 'EntityTooLarge', `more than ${BYTES_MAX} bytes`);
    }
    if (!isSigned(arrival)) {
      return refuse(401, 'SignatureNotMatch', 'No matching signature found');
    }
    return json !== undefined && textIn(json, 'specversion') === '1.0' && REQUIRED.every((name) => textIn(json, name))
      ? undefined
      : refuse(400, 'InvalidEvent', 'not a CloudEvent 1.0');
  },
  shown: (json) => JSON.stringify(json, null, 2),
  success: { status: 204, headers: {}, body: '' },
  refusal: ({ status, code, message }) => jsonReply({ code, message }, status),
  tooFast: refuse(429, 'TooManyRequests', 'too many requests'),
  noRobot: refuse(404, 'NotFound', 'there is no webhook at this address'),
};

function isSigned({ channel: { secret }, request: { headers, body }, nowMs }: Arrival): boolean {
  if (secret === null) {
    return true;
  }
  const { 'webhook-id': id = '', 'webhook-timestamp': timestamp = '', 'webhook-signature': signatures = '' } = headers;
  const isFresh = /^\d+$/.test(timestamp) && Math.abs(Number(timestamp) * 1_000 - nowMs) <= MINUTES_5_MS;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const wanted = `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  return id !== '' && isFresh && signatures.split(' ').includes(wanted);
}
