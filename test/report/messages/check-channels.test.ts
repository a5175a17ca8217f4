import { expect, test } from 'vitest';
import type { ChannelPolicy } from '../../../lib/core/domain/policy.ts';
import { checkChannels } from '../../../lib/report/messages/send-message.ts';
import { aChannel, ENV } from './message-support.ts';

const all = (['dingtalk', 'feishu', 'wecom', 'slack', 'cloudevents'] as const).map((type) => aChannel(type));

test('channels with right variables are accepted, also plain http to this machine', () => {
  expect(() => checkChannels(all, ENV)).not.toThrow();
  for (const url of ['http://127.0.0.1:8765/x', 'http://localhost/x', 'http://[::1]:1/x', ' https://a.example/x \n']) {
    expect(() => checkChannels([aChannel('slack')], { SLACK_URL: url })).not.toThrow();
  }
});

const named = (change: Partial<ChannelPolicy>) => aChannel('slack', { name: 'slack-2', ...change });
test.each<[string, ChannelPolicy, Record<string, string>, RegExp]>([
  ['a variable that is not set', named({}), {}, /^notify\.channels: slack-2: SLACK_URL is not set/],
  ['a blank variable', named({}), { SLACK_URL: ' \n' }, /SLACK_URL is not set/],
  ['an invalid address', named({}), { SLACK_URL: 'canary' }, /SLACK_URL is not an address/],
  ['another scheme', named({}), { SLACK_URL: 'ftp://canary.example/x' }, /SLACK_URL is not an address/],
  ['plain http', named({}), { SLACK_URL: 'http://canary.example/x' }, /SLACK_URL is plain http/],
  ['a host like a loopback one', named({}), { SLACK_URL: 'http://127.0.0.1.canary.example' }, /plain http/],
  ['a password', named({}), { SLACK_URL: 'https://u:canary@h.example/x' }, /contains a user or a password/],
  ['a fragment', named({}), { SLACK_URL: 'https://h.example/x#canary' }, /fragment/],
  [
    'a key that is not used',
    named({ secretEnv: 'KEY' }),
    { SLACK_URL: 'https://h.example', KEY: 'canary' },
    /KEY is not used/,
  ],
  ['a missing key', aChannel('feishu'), { FEISHU_URL: 'https://h.example' }, /feishu: FEISHU_SECRET is not set/],
  [
    'a key with a blank',
    aChannel('feishu'),
    { FEISHU_URL: 'https://h.example', FEISHU_SECRET: 'canary x' },
    /not a signing key/,
  ],
  [
    'a key of DingTalk without SEC',
    aChannel('dingtalk'),
    { DINGTALK_URL: 'https://h.example', DINGTALK_SECRET: 'canary' },
    /SEC followed/,
  ],
  [
    'a short webhook key',
    aChannel('cloudevents'),
    { CLOUDEVENTS_URL: 'https://h.example', CLOUDEVENTS_SECRET: 'whsec_Y2FuYXJ5' },
    /24 to 64 bytes/,
  ],
  [
    'no webhook key',
    aChannel('cloudevents'),
    { CLOUDEVENTS_URL: 'https://h.example', CLOUDEVENTS_SECRET: 'canary' },
    /whsec_/,
  ],
])('%s is refused with the names of channel and variable, without the value', (_what, channel, env, message) => {
  const check = () => checkChannels([channel], env);
  expect(check).toThrow(message);
  expect(check).toThrow(expect.objectContaining({ name: 'ConfigError' }));
  expect(check).not.toThrow(/canary|Y2FuYXJ5/);
});

test('all problems are reported at once', () => {
  expect(() => checkChannels(all, {})).toThrow(
    /DINGTALK_URL[^\n]*\n.*FEISHU_URL[^\n]*\n.*WECOM_URL[^\n]*\n.*SLACK_URL/,
  );
});
