import type { Engine } from '../engine.ts';
import type { Fault } from '../faults/fault-rule.ts';
import { htmlReply, type WireReply } from '../gateway/wire-reply.ts';
import type { WireRequest } from '../gateway/wire-request.ts';
import { ROBOTS } from './message-receiver.ts';
import type { Arrival, ReceivedMessage, ReceiverChannel, ReceiverType, Robot, RobotError } from './receiver-types.ts';

const PATHS: readonly (readonly [path: string, type: ReceiverType])[] = [
  ['/robot/send', 'dingtalk'],
  ['/open-apis/bot/v2/hook/', 'feishu'],
  ['/cgi-bin/webhook/send', 'wecom'],
  ['/services/', 'slack'],
  ['/webhooks/', 'cloudevents'],
];

const typeOf = (url: string): ReceiverType | undefined => PATHS.find(([path]) => url.startsWith(path))?.[1];

export const isReceiverUrl = (url: string): boolean => typeOf(url) !== undefined;

/** The part of an operation that fault rules look at. */
const postMessage = {
  version: 'messages',
  action: 'PostMessage',
  kind: 'write',
  ram: undefined,
  run: () => ({}),
} as const;

const SILENCE_MS = 60_000;

/** The end of a message, before the reply is sent. */
type Ending = { readonly reply: WireReply | 'reset'; readonly code: string; readonly accepted: boolean };

/** Takes a message off the wire and answers it as the real service would. `reset` means: cut the connection. */
export async function receiveMessage(engine: Engine, wire: WireRequest): Promise<WireReply | 'reset'> {
  const latencyMs = engine.latencyOf(postMessage.action);
  if (latencyMs > 0) {
    await engine.sleep(latencyMs);
  }
  const headers = Object.entries(wire.headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  const request = { ...wire, headers: Object.fromEntries(headers) };
  const type = typeOf(request.url);
  const channel = engine.receiver.channels.find((one) => one.type === type);
  if (channel === undefined) {
    return htmlReply(404);
  }
  const nowMs = engine.now();
  const url = new URL(request.url, 'http://127.0.0.1');
  const arrival: Arrival = { channel, request, query: url.searchParams, json: objectIn(request.body), nowMs };
  const robot = ROBOTS[channel.type];
  const fault = engine.faults.next(postMessage, { Channel: channel.type });
  const ending = faultyEnding(fault, robot) ?? end(robot, judge(engine, arrival, url));
  const lost = isLost(fault, ending.accepted);
  engine.receiver.add(toRecord(arrival, ending, { fault: fault?.kind, isLost: lost }));
  if (fault?.kind === 'timeout' && lost) {
    await engine.sleep(fault.ms ?? SILENCE_MS);
  }
  return lost ? 'reset' : ending.reply;
}

/** Undefined if the message is accepted. */
function judge(engine: Engine, arrival: Arrival, url: URL): RobotError | undefined {
  const { channel, nowMs } = arrival;
  const robot = ROBOTS[channel.type];
  if (!isAddressOf(channel, url)) {
    return robot.noRobot;
  }
  const place = { accountId: '', regionId: '', version: postMessage.version, action: channel.type };
  const isTooFast = engine.receiver.limits.take(place, nowMs) !== undefined;
  return isTooFast ? robot.tooFast : robot.judge(arrival);
}

/** The path and the parameters of its query are the secret. Signatures are in further parameters. */
function isAddressOf({ path }: ReceiverChannel, url: URL): boolean {
  const own = new URL(path, url);
  return (
    own.pathname === url.pathname &&
    [...own.searchParams].every(([name, value]) => url.searchParams.get(name) === value)
  );
}

function end(robot: Robot, error: RobotError | undefined): Ending {
  if (error === undefined) {
    return { reply: robot.success, code: 'OK', accepted: true };
  }
  const reply = robot.refusal(error);
  const headers = error.status === 429 ? { ...reply.headers, 'retry-after': '1' } : reply.headers;
  return { reply: { ...reply, headers }, code: error.code, accepted: false };
}

/** The end that a fault gives a message before the service looks at it. */
function faultyEnding(fault: Fault | undefined, robot: Robot): Ending | undefined {
  switch (fault?.kind) {
    case 'throttle': {
      const { code = robot.tooFast.code, status = robot.tooFast.status, retryAfterMs } = fault;
      const ending = end(robot, { ...robot.tooFast, code, status });
      const wait = retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) };
      return ending.reply === 'reset'
        ? ending
        : { ...ending, reply: { ...ending.reply, headers: { ...ending.reply.headers, ...wait } } };
    }
    case 'error':
      return end(robot, { status: fault.status, code: fault.code, message: fault.message ?? fault.code });
    case 'html':
      return { reply: htmlReply(fault.status), code: 'html', accepted: false };
    case 'redirect':
      return {
        reply: { status: fault.status ?? 302, headers: { location: fault.location }, body: '' },
        code: 'redirect',
        accepted: false,
      };
    case 'reset':
    case 'timeout':
      return fault.when === 'before' ? { reply: 'reset', code: fault.kind, accepted: false } : undefined;
    default:
      return undefined;
  }
}

/** Whether the answer never arrives. A fault after the effect needs an effect. */
const isLost = (fault: Fault | undefined, accepted: boolean): boolean =>
  (fault?.kind === 'reset' || fault?.kind === 'timeout') && (fault.when === 'before' || accepted);

function toRecord(
  { channel, request, json, nowMs }: Arrival,
  { reply, code, accepted }: Ending,
  { fault, isLost }: { readonly fault: string | undefined; readonly isLost: boolean },
): Omit<ReceivedMessage, 'seq'> {
  return {
    atMs: nowMs,
    channel: channel.type,
    status: isLost || reply === 'reset' ? 0 : reply.status,
    code,
    accepted,
    ...(fault !== undefined && { fault }),
    shown: json === undefined ? '' : ROBOTS[channel.type].shown(json),
    body: json ?? request.body,
  };
}

function objectIn(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    // Each service has words of its own for a body that is no JSON.
    return undefined;
  }
}
