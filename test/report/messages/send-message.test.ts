import { describe, expect, test } from 'vitest';
import { CHANNEL_TYPES, type ChannelType } from '../../../lib/core/domain/policy.ts';
import type { PostReply } from '../../../lib/report/messages/channel.ts';
import { sendMessage, sendTest } from '../../../lib/report/messages/send-message.ts';
import { NOW } from '../../support/builders.ts';
import { ACCEPTING, aChannel, aRequest, ENV, networkError, SECRETS, someDeps, TOKEN } from './message-support.ts';

const json = (body: unknown, status = 200): PostReply => ({ status, body: JSON.stringify(body) });

async function send(type: ChannelType, answers: readonly (PostReply | Error)[], deadlineMs?: number) {
  const { deps, posted, logged, clock } = someDeps(answers, deadlineMs === undefined ? {} : { deadlineMs });
  const sent = await sendMessage(aRequest(aChannel(type)), deps);
  return { sent, posted, logged, waitedMs: clock.now() - NOW };
}

describe.each(CHANNEL_TYPES)('%s', (type) => {
  test('has accepted a message only if it answers exactly so', async () => {
    const { sent, posted } = await send(type, [ACCEPTING[type]]);
    expect(sent).toMatchObject({ kind: 'accepted', acceptedMs: NOW });
    expect(posted).toHaveLength(1);
  });

  test.each<[string, PostReply]>([
    ['the page of a proxy', { status: 200, body: '<html>ok</html>' }],
    ['an empty body', { status: 200, body: '' }],
    ['JSON of another service', { status: 200, body: '{"ok":true}' }],
    ['a code that is a text', { status: 200, body: '{"errcode":"0","code":"0"}' }],
    ['two words', { status: 200, body: 'ok ok' }],
    ['a redirect', { status: 302, body: '' }],
    ['not found', { status: 404, body: 'not here' }],
  ])('treats %s as a permanent failure', async (_what, reply) => {
    // CloudEvents depend only on the status.
    const { sent, posted } = await send(type, [reply]);
    expect(sent.kind).toBe(type === 'cloudevents' && reply.status === 200 ? 'accepted' : 'refused');
    expect(posted).toHaveLength(1);
  });

  test('gets a message only once more after a lost answer, because the message may have arrived', async () => {
    const { sent, posted } = await send(type, [networkError('ETIMEDOUT')]);
    expect(sent).toMatchObject({ kind: 'refused', code: 'ETIMEDOUT', reason: expect.stringContaining('nobody knows') });
    expect(posted).toHaveLength(2);
  });

  test('is tried three times if its server cannot be reached', async () => {
    const { sent, posted, waitedMs } = await send(type, [networkError('ECONNREFUSED')]);
    expect(sent).toMatchObject({ kind: 'refused', code: 'ECONNREFUSED' });
    expect(posted).toHaveLength(3);
    expect(waitedMs).toBe(10_000);
  });

  test('is tried again after half a minute if its server is busy', async () => {
    const { sent, waitedMs, logged } = await send(type, [{ status: 503, body: '' }, ACCEPTING[type]]);
    expect(sent.kind).toBe('accepted');
    expect(waitedMs).toBe(30_000);
    expect(logged).toEqual([
      { event: 'notify.retried', channel: type, code: 'HttpStatus503', attempt: 1, delayMs: 30_000 },
    ]);
  });

  test('gets no attempt that would exceed the deadline', async () => {
    const { sent, posted, waitedMs } = await send(type, [{ status: 503, body: '' }], NOW + 20_000);
    expect(sent).toMatchObject({ kind: 'refused', code: 'HttpStatus503' });
    expect([posted.length, waitedMs]).toEqual([1, 0]);
  });

  test('never shows a part of its address or key, for any answer of the server', async () => {
    const url = ENV[`${type.toUpperCase()}_URL`] ?? '';
    const secret = SECRETS[type] ?? '';
    const echo = `no such ${url} ${encodeURIComponent(url)} ${TOKEN} ${TOKEN.toUpperCase()} ${secret} ${encodeURIComponent(secret)}`;
    const replies: readonly (PostReply | Error)[] = [
      json({ errcode: 1, errmsg: echo, code: 1, msg: echo, FailedEntryCount: 1 }),
      { status: 400, body: echo },
      { status: 500, body: echo },
      { status: 302, body: `<a href="${url}">` },
      networkError('ECONNRESET'),
      networkError(TOKEN),
    ];
    for (const reply of replies) {
      const { sent, logged } = await send(type, [reply]);
      const out = JSON.stringify([sent, logged]);
      expect(sent.kind).toBe('refused');
      expect(out).not.toMatch(/canary|hooks\.example|0123456789abcdef/i);
    }
  });

  test("shows a server's text as a printable line of bounded length", async () => {
    const said = `\u001b[31m\u202e\n${'x'.repeat(70_000)}`;
    const { sent } = await send(type, [{ status: 400, body: said }]);
    const { reason = '' } = sent.kind === 'refused' ? sent : {};
    expect(reason.length).toBeLessThan(400);
    expect(reason).not.toMatch(/\p{Cc}|\p{Cf}/u);
  });

  test('gets a test message in the same way', async () => {
    const { deps, posted } = someDeps([ACCEPTING[type]]);
    expect(await sendTest(aChannel(type, { language: 'zh' }), 'test-1', deps)).toMatchObject({
      kind: 'accepted',
      named: [],
    });
    expect(posted[0]?.body).toContain('测试消息');
  });
});

test.each<[ChannelType, PostReply, number, RegExp]>([
  ['dingtalk', json({ errcode: 130101, errmsg: 'send too fast' }), 60_000, /^130101$/],
  ['dingtalk', json({ errcode: 410100, errmsg: '' }), 60_000, /^410100$/],
  ['dingtalk', json({ errcode: -1, errmsg: 'busy' }), 30_000, /^-1$/],
  ['dingtalk', json({ status: 1111, wait: 5, source: 'x5', punish: 'deny' }), 5_000, /^1111$/],
  ['feishu', json({ code: 11_232, msg: 'frequency limited' }), 60_000, /^11232$/],
  ['wecom', json({ errcode: 45_009, errmsg: 'api freq out of limit' }), 60_000, /^45009$/],
  ['slack', { status: 429, body: 'rate_limited', retryAfterMs: 7_000 }, 7_000, /^HttpStatus429$/],
  ['cloudevents', { status: 429, body: '', retryAfterMs: 9_000 }, 9_000, /^HttpStatus429$/],
])('%s: %j is sent again after %d ms', async (type, reply, delayMs, code) => {
  const { sent, waitedMs, logged } = await send(type, [reply, ACCEPTING[type]]);
  expect(sent.kind).toBe('accepted');
  expect(waitedMs).toBe(delayMs);
  expect(logged[0]?.code).toMatch(code);
  const givingUp = await send(type, [reply]);
  expect(givingUp.posted).toHaveLength(3);
  expect(givingUp.sent).toMatchObject({ kind: 'refused', code: expect.stringMatching(code) });
});

test.each<[ChannelType, PostReply, string, RegExp]>([
  [
    'dingtalk',
    json({ errcode: 310_000, errmsg: 'keywords not in content' }),
    '310000',
    /keyword has to be vco-sweeper.*keywords not in content/,
  ],
  ['dingtalk', json({ errcode: 300_005, errmsg: 'token is not exist' }), '300005', /no robot at this address/],
  ['dingtalk', json({ errcode: 99, errmsg: 'what' }), '99', /refused the message \(the server said: what\)/],
  ['feishu', json({ code: 19_021, msg: 'sign match fail' }), '19021', /signature does not match/],
  ['feishu', json({ code: 19_024, msg: 'Key Words Not Found' }, 400), '19024', /keyword/],
  ['wecom', json({ errcode: 93_000, errmsg: 'invalid webhook url' }), '93000', /no robot at this address/],
  ['slack', { status: 403, body: 'invalid_token' }, 'invalid_token', /no webhook at this address/],
  ['slack', { status: 410, body: 'channel_is_archived' }, 'channel_is_archived', /archived/],
  ['cloudevents', { status: 410, body: '' }, 'HttpStatus410', /remove the channel/],
  ['cloudevents', { status: 401, body: '' }, 'HttpStatus401', /signature/],
  ['cloudevents', json({ FailedEntryCount: 1 }), 'FailedEntryCount', /EventBridge refused/],
])('%s: %j is permanent, and has advice', async (type, reply, code, reason) => {
  const { sent, posted } = await send(type, [reply]);
  expect(sent).toMatchObject({ kind: 'refused', code, reason: expect.stringMatching(reason) });
  expect(posted).toHaveLength(1);
});

test('a later run sends the message if a server asks for a long wait', async () => {
  const { posted } = await send('slack', [{ status: 429, body: '', retryAfterMs: 3_600_000 }]);
  expect(posted).toHaveLength(1);
});

test('a defect of the product is not reported as a refusal', async () => {
  await expect(send('slack', [new TypeError('x is not a function')])).rejects.toThrow(TypeError);
});
