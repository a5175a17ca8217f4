import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { IncomingWebhook } from '@slack/webhook';
import { afterEach, describe, expect, test } from 'vitest';
import { CHANNEL_TYPES, type ChannelType } from '../../lib/core/domain/policy.ts';
import type { RunningEmulator } from '../../lib/emulator/emulator-types.ts';
import type { Fault } from '../../lib/emulator/faults/fault-rule.ts';
import { sendMessage, sendTest } from '../../lib/report/messages/send-message.ts';
import { aRequest } from '../report/messages/message-support.ts';
import { aDigest, manyOutcomes } from '../support/digests.ts';
import { channelOf, envOf, realDeps, start } from './receiver-support.ts';

let emulator: RunningEmulator;
const begin = async (options: Parameters<typeof start>[0] = {}) => {
  emulator = await start(options);
  return realDeps(emulator);
};
afterEach(() => emulator.close());

const scripted = (type: ChannelType, fault: Fault, times = 1) =>
  emulator.setFaults([{ action: 'PostMessage', match: { Channel: type }, times, fault }]);

const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
  const reply = await fetch(`${emulator.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: reply.status, text: await reply.text() };
};

const pathOf = (type: ChannelType): string =>
  emulator.receiver.channels.find((channel) => channel.type === type)?.path ?? '';

describe.each(CHANNEL_TYPES)('the receiver of %s', (type) => {
  test("accepts and shows the product's message with its signature and size", async () => {
    const { deps } = await begin();
    const request = { ...aRequest(channelOf(type)), digest: aDigest(manyOutcomes(2_000)), nowMs: Date.now() };
    expect(await sendMessage(request, deps)).toMatchObject({ kind: 'accepted' });
    expect(emulator.receiver.messages).toMatchObject([{ channel: type, accepted: true, code: 'OK', seq: 1 }]);
    expect(emulator.receiver.messages[0]?.shown).toMatch(/vco-sweeper：\d+ 项需处理/);
  });

  test('refuses a message at another address, and with another key', async () => {
    const { deps } = await begin();
    const wrong = Object.fromEntries(
      Object.entries(envOf(emulator)).map(([name, value]) => [name, name.endsWith('_URL') ? `${value}x` : value]),
    );
    expect(await sendTest(channelOf(type), 'test-1', { ...deps, env: wrong })).toMatchObject({ kind: 'refused' });
    const key = emulator.receiver.channels.find((channel) => channel.type === type)?.secret;
    if (key) {
      const other = `${key.slice(0, -4)}${key.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`;
      const env = { ...envOf(emulator), [`${type.toUpperCase()}_SECRET`]: other };
      expect(await sendTest(channelOf(type), 'test-1', { ...deps, env })).toMatchObject({ kind: 'refused' });
    }
    expect(emulator.receiver.messages.every(({ accepted }) => !accepted)).toBe(true);
  });

  test('refuses messages that come too fast, and the product tries again', async () => {
    const { deps, waits } = await begin();
    scripted(type, { kind: 'throttle' });
    expect(await sendTest(channelOf(type), 'test-1', deps)).toMatchObject({ kind: 'accepted' });
    expect(waits).toHaveLength(1);
    expect(emulator.receiver.messages).toMatchObject([{ accepted: false, fault: 'throttle' }, { accepted: true }]);
  });

  test('gets a message at most twice, if its answer was lost', async () => {
    const { deps } = await begin();
    scripted(type, { kind: 'reset', when: 'after' }, 9);
    expect(await sendTest(channelOf(type), 'test-1', deps)).toMatchObject({ kind: 'refused', code: 'ECONNRESET' });
    expect(emulator.receiver.messages).toMatchObject([{ accepted: true }, { accepted: true }]);
  });

  test('can answer with a redirect, which the product does not follow', async () => {
    const { deps } = await begin();
    scripted(type, { kind: 'redirect', location: `${emulator.url}/elsewhere` });
    expect(await sendTest(channelOf(type), 'test-1', deps)).toMatchObject({ kind: 'refused', code: 'HttpStatus302' });
    expect(emulator.receiver.messages).toHaveLength(1);
    expect(emulator.calls).toEqual([]);
  });

  test('can answer with an HTML page, or too late', async () => {
    const { deps } = await begin();
    scripted(type, { kind: 'html', status: 502 }, 9);
    expect(await sendTest(channelOf(type), 'test-1', deps)).toMatchObject({ kind: 'refused', code: 'HttpStatus502' });
    scripted(type, { kind: 'timeout', when: 'before', ms: 400 }, 9);
    const hasty = {
      ...deps,
      post: (url: string, request: Parameters<typeof deps.post>[1]) => deps.post(url, { ...request, timeoutMs: 50 }),
    };
    expect(await sendTest(channelOf(type), 'test-1', hasty)).toMatchObject({ kind: 'refused', code: 'ETIMEDOUT' });
  });
});

test('robots answer failures with HTTP 200', async () => {
  await begin();
  const env = envOf(emulator);
  for (const [name, body, code] of [
    ['DINGTALK_URL', { msgtype: 'text', text: { content: 'x' } }, '"errcode":310000'],
    ['FEISHU_URL', { msg_type: 'text', content: { text: 'x' } }, '"code":19021'],
    ['WECOM_URL', { msgtype: 'markdown', markdown: { content: '中'.repeat(1_400) } }, '"errcode":40058'],
  ] as const) {
    const reply = await post((env[name] ?? '').slice(emulator.url.length), body);
    expect(reply.status).toBe(200);
    expect(reply.text).toContain(code);
  }
});

test('the control endpoint sets a keyword, which each message needs', async () => {
  const { deps } = await begin();
  const set = (body: unknown) =>
    fetch(`${emulator.url}/_emulator/channels`, { method: 'PUT', body: JSON.stringify(body) }).then(
      (reply) => reply.status,
    );
  expect(
    await set([
      { type: 'dingtalk', keyword: 'vco-sweeper' },
      { type: 'feishu', keyword: 'other', secret: null },
    ]),
  ).toBe(200);
  expect(await sendTest(channelOf('dingtalk'), 'test-1', deps)).toMatchObject({ kind: 'accepted' });
  expect(await sendTest(channelOf('feishu'), 'test-1', deps)).toMatchObject({ kind: 'refused', code: '19024' });
  expect(await set([{ type: 'fax' }])).toBe(400);
  const listed = await (await fetch(`${emulator.url}/_emulator/messages`)).json();
  expect(listed).toMatchObject([
    { channel: 'dingtalk', accepted: true },
    { channel: 'feishu', code: '19024' },
  ]);
  await fetch(`${emulator.url}/_emulator/messages`, { method: 'DELETE' });
  expect(emulator.receiver.messages).toEqual([]);
});

test('a robot accepts twenty messages a minute', async () => {
  const { deps, waits } = await begin();
  for (let sent = 0; sent < 20; sent += 1) {
    expect(await sendTest(channelOf('wecom'), `test-${sent}`, deps)).toMatchObject({ kind: 'accepted' });
  }
  expect(await sendTest(channelOf('wecom'), 'test-20', deps)).toMatchObject({ kind: 'refused', code: '45009' });
  expect(waits).toEqual([60_000, 60_000]);
});

describe('the SDK of Slack against the receiver', () => {
  test("is accepted with the product's blocks and its own text", async () => {
    const { deps } = await begin();
    await sendMessage({ ...aRequest(channelOf('slack')), nowMs: Date.now() }, deps);
    const webhook = new IncomingWebhook(`${emulator.url}${pathOf('slack')}`);
    const [ours] = emulator.receiver.messages;
    expect(await webhook.send(ours?.body as Parameters<typeof webhook.send>[0])).toMatchObject({ text: 'ok' });
    expect(await webhook.send({ text: 'hello' })).toMatchObject({ text: 'ok' });
    expect(emulator.receiver.messages.map(({ accepted }) => accepted)).toEqual([true, true, true]);
    expect(emulator.receiver.messages[1]?.shown).toBe(ours?.shown);
  });

  test('is refused in the form of Slack', async () => {
    await begin();
    const webhook = new IncomingWebhook(`${emulator.url}${pathOf('slack')}x`);
    await expect(webhook.send({ text: 'hello' })).rejects.toMatchObject({ message: expect.stringContaining('404') });
    const long = { type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3_001) } } as const;
    const right = new IncomingWebhook(`${emulator.url}${pathOf('slack')}`);
    await expect(right.send({ blocks: [long] })).rejects.toThrow(/400/);
  });
});

test('at most 64 KiB of a reply are read, and its wait is passed on', async () => {
  const { deps } = await begin();
  scripted('slack', { kind: 'error', status: 429, code: 'x'.repeat(200_000) });
  const { body, retryAfterMs } = await deps.post(envOf(emulator).SLACK_URL ?? '', {
    headers: {},
    body: '{}',
    timeoutMs: 5_000,
  });
  expect(body).toHaveLength(65_536);
  expect(retryAfterMs).toBe(1_000);
});

test('a network error shows only its code', async () => {
  const { deps } = await begin();
  const { url } = emulator;
  await emulator.close();
  const failed = await deps
    .post(`${url}/canary`, { headers: {}, body: '', timeoutMs: 5_000 })
    .catch((error: unknown) => error);
  expect(failed).toMatchObject({ code: 'ECONNREFUSED', message: 'ECONNREFUSED' });
  expect(String((failed as Error).stack)).not.toContain('canary');
});

test('a reply without an end is cut off', async () => {
  const { deps } = await begin();
  const server = createServer((_request, response) => {
    const more = () => {
      while (!response.destroyed && response.write('x'.repeat(16_384))) {
        // Writes as fast as the client reads.
      }
    };
    response.on('drain', more);
    more();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const reply = await deps.post(`http://127.0.0.1:${port}/x`, { headers: {}, body: '', timeoutMs: 15_000 });
  expect(reply.body).toHaveLength(65_536);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
