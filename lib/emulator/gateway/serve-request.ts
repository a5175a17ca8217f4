import type { Engine } from '../engine.ts';
import type { EmulatedReply } from '../faults/reply-plan.ts';
import { ApiError, unknownAction } from './api-error.ts';
import { authenticate, isV3 } from './authenticate-request.ts';
import { encodeReply, type Format, htmlReply, type WireReply } from './wire-reply.ts';
import { type ParsedRequest, parseRequest, type WireRequest } from './wire-request.ts';

/** Signature v1 answers in XML unless the request asks for JSON. Signature v3 always answers in JSON. */
function formatOf(request: ParsedRequest): Format {
  if (isV3(request)) {
    return 'JSON';
  }
  const asked = (request.form.Format ?? request.query.Format ?? 'XML').toUpperCase();
  if (asked === 'JSON' || asked === 'XML') {
    return asked;
  }
  throw new ApiError(400, 'InvalidParameter.Format', 'The specified parameter Format is not valid.');
}

const versionOf = ({ headers, query, form }: ParsedRequest): string =>
  form.Version ?? query.Version ?? headers['x-acs-version'] ?? '';

const actionOf = ({ headers, query, form }: ParsedRequest): string =>
  form.Action ?? query.Action ?? headers['x-acs-action'] ?? '';

/** Takes a request off the wire and answers it. */
export async function serve(engine: Engine, wire: WireRequest): Promise<WireReply | 'reset'> {
  let request: ParsedRequest;
  try {
    request = parseRequest(wire);
  } catch (error) {
    if (!(error instanceof ApiError)) {
      throw error;
    }
    return toWire(engine.refusal('', error), 'XML', '');
  }
  return serveParsed(engine, request);
}

async function serveParsed(engine: Engine, request: ParsedRequest): Promise<WireReply | 'reset'> {
  const nowMs = engine.now();
  let format: Format = 'XML';
  try {
    format = formatOf(request);
    if (request.method !== 'GET' && request.method !== 'POST') {
      throw new ApiError(400, 'UnsupportedHTTPMethod', 'This http method is not supported.');
    }
    if (request.path !== '/') {
      throw unknownAction();
    }
    const admitted = authenticate(request, {
      estate: engine.store.estate,
      sessions: engine.sessions,
      nonces: engine.nonces,
      nowMs,
    });
    return toWire(await engine.perform(admitted), format, admitted.action);
  } catch (error) {
    if (!(error instanceof ApiError)) {
      throw error;
    }
    const params = { ...request.query, ...request.form };
    const { status, code } = error;
    engine.log.add({ atMs: nowMs, accountId: '', action: actionOf(request), params, status, code });
    return toWire(engine.refusal(versionOf(request), error), format, actionOf(request));
  }
}

function toWire(emulated: EmulatedReply, format: Format, action: string): WireReply | 'reset' {
  if (emulated.kind === 'reset' || emulated.kind === 'timeout') {
    return 'reset';
  }
  if (emulated.kind === 'html') {
    return htmlReply(emulated.status);
  }
  const reply = encodeReply(emulated, format, action);
  return emulated.kind === 'truncated' ? { ...reply, body: reply.body.slice(0, reply.body.length / 2) } : reply;
}
