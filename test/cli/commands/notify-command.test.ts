import { afterEach, expect, test } from 'vitest';
import type { RunningEmulator } from '../../../lib/emulator/emulator-types.ts';
import { envOf, start } from '../../notify/receiver-support.ts';
import { run } from '../cli-harness.ts';

let emulator: RunningEmulator | undefined;
afterEach(() => emulator?.close());

const POLICY = `notify:
  channels:
    - { type: dingtalk, urlEnv: DINGTALK_URL, secretEnv: DINGTALK_SECRET, language: zh }
    - { type: feishu, urlEnv: FEISHU_URL, secretEnv: FEISHU_SECRET }
    - { type: wecom, urlEnv: WECOM_URL }
    - { type: slack, urlEnv: SLACK_URL }
    - { type: slack, urlEnv: SLACK_URL }
    - { type: cloudevents, urlEnv: CLOUDEVENTS_URL, secretEnv: CLOUDEVENTS_SECRET }
`;
const files = { 'policy.yaml': POLICY };
const ARGS = ['notify', '--test', '--policy', 'policy.yaml'];
const clock = { now: () => Date.now(), sleep: async () => undefined };

test('sends a message to each channel, and prints a line for each channel', async () => {
  emulator = await start();
  const ran = await run(ARGS, { env: envOf(emulator), files: { ...files }, clock });
  expect(ran).toMatchObject({ code: 0, err: '' });
  expect(ran.out).toBe(
    ['dingtalk', 'feishu', 'wecom', 'slack', 'slack-2', 'cloudevents'].map((name) => `${name}: accepted\n`).join(''),
  );
  expect(emulator.receiver.messages.map(({ channel, accepted }) => [channel, accepted])).toEqual([
    ...['dingtalk', 'feishu', 'wecom', 'slack', 'slack', 'cloudevents'].map((type) => [type, true]),
  ]);
  expect(emulator.receiver.messages[0]?.shown).toContain('测试消息');
});

test('explains a refusal, still sends to the other channels, exits with 4, and shows no secret', async () => {
  emulator = await start();
  emulator.receiver.change([{ type: 'dingtalk', secret: 'SECother' }]);
  emulator.setFaults([{ action: 'PostMessage', match: { Channel: 'wecom' }, fault: { kind: 'throttle' } }]);
  const env = { ...envOf(emulator), DINGTALK_SECRET: 'SECcanary' };
  const ran = await run(ARGS, { env, files: { ...files }, clock });
  expect(ran.code).toBe(4);
  expect(ran.out).toMatch(
    /^dingtalk: refused, 310000: a guard .*sign not match\)\nfeishu: accepted\nwecom: accepted\n/,
  );
  expect(ran.err).toMatch(/^wecom: 45009, trying again in 1m/);
  const secrets = emulator.receiver.channels.flatMap(({ path, secret }) => [
    path,
    ...(secret === null ? [] : [secret]),
  ]);
  for (const secret of [...secrets, 'canary', emulator.url]) {
    expect(ran.out + ran.err).not.toContain(secret);
  }
});

test('sends no message, and exits with 2, if a variable or the policy is unusable', async () => {
  emulator = await start();
  const { WECOM_URL: _left, ...env } = envOf(emulator);
  const unset = await run(ARGS, { env: { ...env, SLACK_URL: 'http://canary.example/x' }, files: { ...files }, clock });
  expect(unset.code).toBe(2);
  expect(unset.err).toMatch(/wecom: WECOM_URL is not set[^\n]*\n.*slack: SLACK_URL is plain http/);
  expect(unset.err).not.toContain('canary');
  const none = await run(['notify', '--test'], { env, clock });
  expect(none).toMatchObject({ code: 2, err: expect.stringContaining('the policy has no channel') });
  const fax = { 'policy.yaml': 'notify: { channels: [{ type: fax, urlEnv: FAX_URL }] }' };
  expect(await run(ARGS, { env, files: fax, clock })).toMatchObject({
    code: 2,
    err: expect.stringContaining('dingtalk'),
  });
  expect(await run(['notify'], { env, files, clock })).toMatchObject({
    code: 2,
    err: expect.stringContaining('--test'),
  });
  const debug = await run(ARGS, { env: { ...envOf(emulator), NODE_DEBUG: 'http' }, files: { ...files }, clock });
  expect(debug).toMatchObject({ code: 2, err: expect.stringContaining('NODE_DEBUG') });
  expect(emulator.receiver.messages).toEqual([]);
});
