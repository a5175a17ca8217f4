import type { WireRequest } from '../gateway/wire-request.ts';

export const RECEIVER_TYPES = ['dingtalk', 'feishu', 'wecom', 'slack', 'cloudevents'] as const;
export type ReceiverType = (typeof RECEIVER_TYPES)[number];

/** A robot or webhook. Each type has a single robot or webhook. */
export type ReceiverChannel = {
  readonly type: ReceiverType;
  /** Path and query, as on the real service. */
  readonly path: string;
  /** The signing key. Null: signatures are not checked. */
  readonly secret: string | null;
  /** A word that each message has to contain. Null: any message is taken. */
  readonly keyword: string | null;
};

/** A message that arrived, whether it was accepted or not. */
export type ReceivedMessage = {
  readonly seq: number;
  readonly atMs: number;
  readonly channel: ReceiverType;
  /** HTTP status. 0: no reply was sent. */
  readonly status: number;
  /** The error's code, `OK`, or the fate of the connection: `reset`, `timeout` or `html`. */
  readonly code: string;
  readonly accepted: boolean;
  readonly fault?: string;
  /** The text that a person sees, as far as it is readable. */
  readonly shown: string;
  /** The original body, parsed if it is JSON. */
  readonly body: unknown;
};

/** A request whose address is right. */
export type Arrival = {
  readonly channel: ReceiverChannel;
  readonly request: WireRequest;
  readonly query: URLSearchParams;
  /** Undefined if the body is not a JSON object. */
  readonly json: Readonly<Record<string, unknown>> | undefined;
  readonly nowMs: number;
};

export type RobotReply = { readonly status: number; readonly headers: Record<string, string>; readonly body: string };

/** A refusal in the words of the service, before it is put into the service's form. */
export type RobotError = { readonly status: number; readonly code: string; readonly message: string };

/** How a service behaves. */
export type Robot = {
  /** Path and query of the only robot, with secrets made by the caller. */
  readonly path: (token: () => string) => string;
  readonly secret: ((token: () => string) => string) | null;
  /** Undefined: the message is accepted. */
  readonly judge: (arrival: Arrival) => RobotError | undefined;
  readonly shown: (json: Readonly<Record<string, unknown>>) => string;
  readonly success: RobotReply;
  readonly refusal: (error: RobotError) => RobotReply;
  readonly tooFast: RobotError;
  readonly noRobot: RobotError;
};

export const jsonReply = (body: unknown, status = 200): RobotReply => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: body === undefined ? '' : JSON.stringify(body),
});

export const textReply = (body: string, status = 200): RobotReply => ({
  status,
  headers: { 'content-type': 'text/html' },
  body,
});

export const bytesOf = (text: string): number => Buffer.byteLength(text);

/** An object's field as an object. It is empty if the field is something else. */
export function part(object: Readonly<Record<string, unknown>>, name: string): Readonly<Record<string, unknown>> {
  const value = object[name];
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

export const textIn = (object: Readonly<Record<string, unknown>>, name: string): string => {
  const value = object[name];
  return typeof value === 'string' ? value : '';
};

/** Many services refuse a timestamp that is further away than this. */
export const HOUR_MS = 3_600_000;
