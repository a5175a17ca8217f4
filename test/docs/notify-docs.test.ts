import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CHANNEL_TYPES, type ChannelType, LANGUAGES, NEWS_KINDS } from '../../lib/core/domain/policy.ts';
import { parsePolicy } from '../../lib/policy/parse-policy.ts';
import { sendMessage } from '../../lib/report/messages/send-message.ts';
import { ACCEPTING, aChannel, aRequest, someDeps } from '../report/messages/message-support.ts';
import { aDigest, manyOutcomes } from '../support/digests.ts';

const text = readFileSync('docs/notify.md', 'utf8');
/** The rows of the table whose head begins with this cell. */
const rows = (head: string): readonly (readonly string[])[] => {
  const [, table = ''] = new RegExp(`\\| ${head} \\|.*\\n\\| ---.*\\n((?:\\|.*\\n)+)`).exec(text) ?? [];
  return [...table.matchAll(/^\| (.*) \|$/gm)].map(([, row = '']) => row.replaceAll('`', '').split(' | '));
};

describe('docs/notify.md', () => {
  test('its policy is valid', () => {
    const [, policy = ''] = /```yaml\n([\s\S]*?)```/.exec(text) ?? [];
    expect(parsePolicy(policy, 'docs/notify.md').notify.channels).toMatchObject([
      { type: 'dingtalk' },
      { type: 'slack' },
    ]);
  });

  test('it lists every kind of news, every type and every language', () => {
    expect(rows('`on`').map(([kind]) => kind)).toEqual(NEWS_KINDS);
    expect(rows('type').map(([type]) => type)).toEqual(CHANNEL_TYPES);
    const languages = rows('key').find(([key]) => key === 'language')?.[1];
    expect(languages).toBe(LANGUAGES.join(' or '));
  });

  test.each(CHANNEL_TYPES)('names about as many connections as the page says', async (type: ChannelType) => {
    const { deps } = someDeps([ACCEPTING[type]]);
    const digest = aDigest(manyOutcomes(2_000));
    const sent = await sendMessage(aRequest(aChannel(type), { digest }), deps);
    const told = Number(rows('type').find(([name]) => name === type)?.[2]);
    const named = sent.kind === 'accepted' ? sent.named.length : 0;
    expect(named / told).toBeGreaterThan(0.8);
    expect(named / told).toBeLessThan(1.25);
  });

  test('its refusal is a refusal of the product', async () => {
    const [, code = '', reason = ''] = /^dingtalk: refused, (\S+): (.*)$/m.exec(text) ?? [];
    const body = JSON.stringify({ errcode: Number(code), errmsg: 'sign not match' });
    const { deps } = someDeps([{ status: 200, body }]);
    expect(await sendMessage(aRequest(aChannel('dingtalk')), deps)).toEqual({ kind: 'refused', code, reason });
  });
});
