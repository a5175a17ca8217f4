import { CloudEvent, HTTP } from 'cloudevents';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test, vi } from 'vitest';
import type { Signing } from '../../../lib/report/messages/channel.ts';
import { cloudevents } from '../../../lib/report/messages/cloudevents.ts';
import { composeTest } from '../../../lib/report/messages/compose.ts';
import { dingtalk } from '../../../lib/report/messages/dingtalk.ts';
import { feishu } from '../../../lib/report/messages/feishu.ts';
import { sendMessage } from '../../../lib/report/messages/send-message.ts';
import { NOW } from '../../support/builders.ts';
import { ACCEPTING, aChannel, aRequest, SECRETS, someDeps } from './message-support.ts';

const message = composeTest('en', NOW);
const signing = (change: Partial<Signing>): Signing => ({
  access: { url: 'https://hooks.example.com/x', secret: undefined },
  id: 'report-1-cloudevents',
  nowMs: NOW,
  ...change,
});

describe('DingTalk', () => {
  const url = 'https://oapi.dingtalk.com/robot/send?access_token=t';
  test('signs the timestamp and the key with the key, and adds the signature to the address', () => {
    const access = { url, secret: 'SECtest' };
    expect(dingtalk.toRequest(message, signing({ access, nowMs: 1_700_000_000_000 })).url).toBe(
      `${url}&timestamp=1700000000000&sign=aZLLrriXgn05YbwaGR7knYsLeJADjr9NwLaNNKpxh4g%3D`,
    );
  });
  test('never signs a signed address again', async () => {
    const { deps, posted } = someDeps([{ status: 503, body: '' }, ACCEPTING.dingtalk]);
    await sendMessage(aRequest(aChannel('dingtalk')), deps);
    const queries = posted.map((one) => [...new URL(one.url).searchParams.keys()]);
    expect(queries).toEqual([
      ['access_token', 'timestamp', 'sign'],
      ['access_token', 'timestamp', 'sign'],
    ]);
    expect(posted[0]?.url).not.toBe(posted[1]?.url);
  });
  test('adds no signature without a key', () => {
    expect(dingtalk.toRequest(message, signing({ access: { url, secret: undefined } })).url).toBe(url);
  });
});

test('Feishu signs an empty text with the timestamp and the key, in the body', () => {
  const access = { url: 'https://open.feishu.cn/open-apis/bot/v2/hook/x', secret: 'testsecret' };
  const { body, url } = feishu.toRequest(message, signing({ access, nowMs: 1_700_000_000_999 }));
  expect(JSON.parse(body)).toMatchObject({
    timestamp: '1700000000',
    sign: 'AOc8oJ7//5OlQlfWC3nRL0R+IkuzcD1FKcAyibRK9Q8=',
    msg_type: 'interactive',
  });
  expect(url).toBe(access.url);
});

describe('CloudEvents', () => {
  const secret = SECRETS.cloudevents ?? '';
  const access = { url: 'https://hooks.example.com/x', secret };

  test('pass the official verifier of Standard Webhooks, and fail if a byte changes', () => {
    vi.useFakeTimers({ now: NOW, toFake: ['Date'] });
    const { body, headers } = cloudevents.toRequest(message, signing({ access }));
    const verifier = new Webhook(secret);
    expect(verifier.verify(body, { ...headers })).toMatchObject({ type: 'vco-sweeper.test.v1' });
    expect(() => verifier.verify(body.replace('test message', 'text message'), { ...headers })).toThrow();
    vi.useRealTimers();
  });

  test('are valid events for the official SDK', async () => {
    const { deps, posted } = someDeps([ACCEPTING.cloudevents]);
    await sendMessage(aRequest(aChannel('cloudevents')), deps);
    const event = HTTP.toEvent({ headers: posted[0]?.headers ?? {}, body: posted[0]?.body ?? '' });
    expect(event).toBeInstanceOf(CloudEvent);
    expect(event).toMatchObject({
      specversion: '1.0',
      id: 'report-1-cloudevents',
      source: '/vco-sweeper/report',
      type: 'vco-sweeper.message.v1',
      subject: 'report-1',
      datacontenttype: 'application/json',
      data: { reportId: 'report-1', status: 'incomplete' },
    });
    expect((event as CloudEvent).validate()).toBe(true);
  });

  test('keep their id in all attempts, and get a new signature for each attempt', async () => {
    const { deps, posted } = someDeps([{ status: 503, body: '' }, ACCEPTING.cloudevents]);
    await sendMessage(aRequest(aChannel('cloudevents')), deps);
    expect(posted).toHaveLength(2);
    expect(new Set(posted.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(posted.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(2);
    expect(new Set(posted.map(({ body }) => body)).size).toBe(1);
  });

  test('are sent without a signature if there is no key, as EventBridge requires', () => {
    const { headers } = cloudevents.toRequest(message, signing({ access: { ...access, secret: undefined } }));
    expect(Object.keys(headers)).toEqual(['content-type', 'webhook-id', 'webhook-timestamp']);
  });
});
