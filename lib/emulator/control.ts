import * as z from 'zod/mini';
import { behavioursShape } from './behaviours.ts';
import type { Engine } from './engine.ts';
import { EstateError, readBy } from './estate/estate-problems.ts';
import { readEstate } from './estate/parse-estate.ts';
import { faultRule } from './faults/fault-rule.ts';
import type { LocalFunctions } from './fc/local-functions.ts';
import { ApiError } from './gateway/api-error.ts';
import type { WireReply } from './gateway/wire-reply.ts';
import type { WireRequest } from './gateway/wire-request.ts';
import { channelChanges } from './receiver/message-receiver.ts';

const PREFIX = '/_emulator/';
const faultList = z.array(faultRule);
const behaviourChanges = z.partial(behavioursShape);
const timerTick = z.strictObject({
  functionName: z.string(),
  /** Default: now. */
  triggerTime: z.optional(z.string()),
  triggerName: z.optional(z.string()),
  payload: z.optional(z.string()),
});
const eventDelivery = z.strictObject({ functionName: z.string(), event: z.unknown() });
const clockChange = z.strictObject({ offsetMs: z.number() });

export const isControl = (url: string): boolean => url.startsWith(PREFIX);

type Deed = (engine: Engine, body: string) => unknown;

const showBehaviours: Deed = (engine) => engine.behaviours;

const setBehaviours: Deed = (engine, body) => {
  const changes = readBy(behaviourChanges, parse(body), 'behaviours');
  engine.behaviours = readBy(behavioursShape, { ...engine.behaviours, ...changes }, 'behaviours');
  return engine.behaviours;
};

/** The changes that people and tests may make from outside. Everything is checked before anything changes. */
const DEEDS = new Map<string, Deed>([
  ['GET estate', (engine) => engine.store.estate],
  [
    'PUT estate',
    (engine, body) => {
      engine.store.estate = readEstate(parse(body), 'estate');
      return { connections: engine.store.estate.vpnConnections.length };
    },
  ],
  ['GET calls', (engine) => engine.log.records],
  [
    'DELETE calls',
    (engine) => {
      engine.log.reset();
      return {};
    },
  ],
  ['GET faults', (engine) => engine.faults.rules],
  [
    'PUT faults',
    (engine, body) => {
      engine.faults.set(readBy(faultList, parse(body), 'faults'));
      return engine.faults.rules;
    },
  ],
  ['GET behaviours', showBehaviours],
  ['PUT behaviours', setBehaviours],
  // The older name of the path, for scripts that use it.
  ['GET switches', showBehaviours],
  ['PUT switches', setBehaviours],
  ['GET functions', (engine) => functionsOf(engine).functions],
  ['GET invocations', (engine) => functionsOf(engine).invocations],
  [
    'DELETE invocations',
    (engine) => {
      functionsOf(engine).resetInvocations();
      return {};
    },
  ],
  [
    'PUT tick',
    (engine, body) => {
      const { functionName, triggerTime, ...tick } = readBy(timerTick, parse(body), 'tick');
      return functionsOf(engine).tick(functionName, triggerTime ?? new Date(engine.now()), tick);
    },
  ],
  [
    'PUT event',
    (engine, body) => {
      const { functionName, event } = readBy(eventDelivery, parse(body), 'event');
      return functionsOf(engine).event(functionName, event);
    },
  ],
  ['GET channels', (engine) => engine.receiver.channels],
  [
    'PUT channels',
    (engine, body) => {
      engine.receiver.change(readBy(channelChanges, parse(body), 'channels'));
      return engine.receiver.channels;
    },
  ],
  ['GET messages', (engine) => engine.receiver.messages],
  [
    'DELETE messages',
    (engine) => {
      engine.receiver.reset();
      return {};
    },
  ],
  ['GET clock', clockOf],
  [
    'PUT clock',
    (engine, body) => {
      engine.offsetMs = readBy(clockChange, parse(body), 'clock').offsetMs;
      return clockOf(engine);
    },
  ],
]);

function clockOf(engine: Engine): { offsetMs: number; nowMs: number } {
  return { offsetMs: engine.offsetMs, nowMs: engine.now() };
}

function functionsOf({ fc }: Engine): LocalFunctions {
  if (fc === undefined) {
    throw new EstateError('functions are run by an emulator that is served');
  }
  return fc;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new EstateError('the body is not JSON');
  }
}

const reply = (status: number, body: unknown): WireReply => ({
  status,
  headers: { 'content-type': 'application/json;charset=utf-8' },
  body: `${JSON.stringify(body, null, 2)}\n`,
});

/** A web page that resolves its own name to 127.0.0.1 must not get in, so only local names are answered. */
const isLocal = (host: string): boolean => /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host);

/** Answers the control endpoint. It has no signature, so the server listens on this machine only. */
export function control(engine: Engine, { method, url, headers, body }: WireRequest): WireReply {
  const name = url.slice(PREFIX.length).replace(/\?.*$/, '');
  if (headers.host !== undefined && !isLocal(headers.host)) {
    return reply(403, { error: 'only for local names' });
  }
  const deed = DEEDS.get(`${method} ${name}`);
  if (deed === undefined) {
    return reply(404, { error: `unknown: ${method} ${PREFIX}${name}`, known: [...DEEDS.keys()] });
  }
  try {
    return reply(200, deed(engine, body));
  } catch (error) {
    if (error instanceof EstateError || error instanceof ApiError) {
      return reply(400, { error: error.message });
    }
    throw error;
  }
}
