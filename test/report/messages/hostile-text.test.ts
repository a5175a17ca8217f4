import { describe, expect, test } from 'vitest';
import { CHANNEL_TYPES, type ChannelType } from '../../../lib/core/domain/policy.ts';
import { sendMessage } from '../../../lib/report/messages/send-message.ts';
import { toHarmless, toShown } from '../../../lib/report/messages/their-text.ts';
import { anOutcome, DAY, NOW } from '../../support/builders.ts';
import { aDigest } from '../../support/digests.ts';
import { ACCEPTING, aChannel, aRequest, someDeps, textOf } from './message-support.ts';

const HOSTILE = [
  '<!channel> <!here> <@U123> <#C1|x>',
  '@all @所有人 @13800138000',
  '<at id=all></at> <@userid>',
  '[click](https://evil.example) <https://evil.example|safe>',
  '**bold** _it_ ~gone~ `code` ![x](https://evil.example/a.png)',
  '</font><font color="warning">x',
  '# heading\n> quote\n- item',
  '&lt;!channel&gt; &amp;',
  '\u202eevil\u0007\u001b[31m\u200b',
  'x'.repeat(5_000),
  '``` a ``` `',
];

const textWith = async (type: ChannelType, hostile: string): Promise<string> =>
  textOf(type, await bodyWith(type, hostile));

async function bodyWith(type: ChannelType, hostile: string): Promise<string> {
  const since = new Date(NOW - DAY).toISOString();
  const base = { name: hostile, owner: hostile, reason: hostile, since };
  const digest = aDigest(
    [
      anOutcome({ ...base, connectionId: 'vco-1', outcome: 'marked' }),
      anOutcome({ ...base, connectionId: 'vco-2', outcome: 'failed', code: hostile }),
    ],
    { problems: [hostile] },
  );
  const { deps, posted } = someDeps([ACCEPTING[type]]);
  await sendMessage(aRequest(aChannel(type), { digest, url: undefined }), deps);
  return posted[0]?.body ?? '';
}

describe.each(HOSTILE)('text such as %j', (hostile) => {
  test.each(CHANNEL_TYPES)('shows no control or bidirectional character in %s, and is cut', async (type) => {
    const text = await textWith(type, hostile);
    // A receiver of events has its own display, and on the wire the texts are escaped.
    const shown = type === 'cloudevents' ? await bodyWith(type, hostile) : text;
    expect(shown.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(text.length).toBeLessThan(4_000);
  });

  test('is no mention, link or formatting in Slack', async () => {
    const text = await textWith('slack', hostile);
    // The message has no angle brackets, and its backticks are the product's own: a code span for each piece of other
    // people's text.
    expect(text).not.toMatch(/[<>]/);
    expect(text.match(/&(?!(amp|lt|gt);)/)).toBeNull();
    const outside = text.replaceAll(/`[^`\n]*`/g, '');
    expect(outside).not.toMatch(/[`~_]|evil|@/);
  });

  test.each(['dingtalk', 'wecom'] as const)('is no mention, link or formatting in %s', async (type) => {
    const text = await textWith(type, hostile);
    const ours = text
      .replaceAll(/<font color="comment">|<\/font>/g, type === 'wecom' ? '' : '$&')
      .replaceAll(/^> |^#{3,4} |\*\*/gm, '');
    expect(ours).not.toMatch(/[<>[\]`@~|*#!]|:\/\//);
  });

  test('is plain text in Feishu', async () => {
    const { deps, posted } = someDeps([ACCEPTING.feishu]);
    const since = new Date(NOW - DAY).toISOString();
    const digest = aDigest([anOutcome({ name: hostile, owner: hostile, outcome: 'marked', since })], {
      problems: [hostile],
    });
    await sendMessage(aRequest(aChannel('feishu'), { digest }), deps);
    const { elements } = JSON.parse(posted[0]?.body ?? '').card.body;
    const markdown = elements.flatMap((element: { tag: string; content: string }) =>
      element.tag === 'markdown' ? element.content : [],
    );
    expect(markdown).toEqual([
      '**Needs a person (1)**',
      '**Newly marked as unused (1)**',
      '[Report](https://reports.example.com/latest.html)',
    ]);
  });
});

test('usual names are not changed', () => {
  for (const name of ['prod_vpn_1', 'dc-beijing (old)', '华东-总部', 'a.b:c/d+e=f', 'naïve "x"']) {
    expect(toHarmless(toShown(name, 40)).replaceAll('（', '(').replaceAll('）', ')')).toBe(name);
  }
});

test('a name is cut between characters', () => {
  expect(toShown('😀'.repeat(60), 40)).toBe(`${'😀'.repeat(39)}…`);
  expect(toShown('x'.repeat(40), 40)).toBe('x'.repeat(40));
});
