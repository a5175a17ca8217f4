import type { ChannelPolicy, ChannelType } from '../../../lib/core/domain/policy.ts';
import { CHANNEL_TYPES, NEWS_KINDS } from '../../../lib/core/domain/policy.ts';
import type { Post, PostReply } from '../../../lib/report/messages/channel.ts';
import type { MessageDeps, MessageRequest } from '../../../lib/report/messages/send-message.ts';
import { DAY, NOW } from '../../support/builders.ts';
import { aDigest, manyOutcomes } from '../../support/digests.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

export const TOKEN = 'canary-token-0123456789abcdef';
const DINGTALK_SECRET = 'SECcanary0123456789abcdef';
const WEBHOOK_KEY = Buffer.from('canary-key-0123456789abcdefghijk').toString('base64');

export const SECRETS: Readonly<Record<ChannelType, string | undefined>> = {
  dingtalk: DINGTALK_SECRET,
  feishu: 'canaryFeishuKey0123',
  wecom: undefined,
  slack: undefined,
  cloudevents: `whsec_${WEBHOOK_KEY}`,
};

const PATHS: Readonly<Record<ChannelType, string>> = {
  dingtalk: `/robot/send?access_token=${TOKEN}`,
  feishu: `/open-apis/bot/v2/hook/${TOKEN}`,
  wecom: `/cgi-bin/webhook/send?key=${TOKEN}`,
  slack: `/services/T00000000/B00000000/${TOKEN}`,
  cloudevents: `/hook?token=${TOKEN}`,
};

export const ENV: Readonly<Record<string, string>> = Object.fromEntries(
  CHANNEL_TYPES.flatMap((type) => {
    const secret = SECRETS[type];
    const name = type.toUpperCase();
    return [
      [`${name}_URL`, `https://hooks.example.com${PATHS[type]}`],
      ...(secret === undefined ? [] : [[`${name}_SECRET`, secret]]),
    ];
  }),
);

export const ACCEPTING: Readonly<Record<ChannelType, PostReply>> = {
  dingtalk: { status: 200, body: '{"errcode":0,"errmsg":"ok"}' },
  feishu: { status: 200, body: '{"code":0,"msg":"success","data":{}}' },
  wecom: { status: 200, body: '{"errcode":0,"errmsg":"ok"}' },
  slack: { status: 200, body: 'ok' },
  cloudevents: { status: 204, body: '' },
};

export const aChannel = (type: ChannelType, change: Partial<ChannelPolicy> = {}): ChannelPolicy => ({
  type,
  name: type,
  urlEnv: `${type.toUpperCase()}_URL`,
  secretEnv: SECRETS[type] === undefined ? undefined : `${type.toUpperCase()}_SECRET`,
  on: NEWS_KINDS.filter((kind) => kind !== 'always'),
  language: 'en',
  ...change,
});

const DIGEST = aDigest(manyOutcomes(60));

export const aRequest = (channel: ChannelPolicy, change: Partial<MessageRequest> = {}): MessageRequest => ({
  channel,
  digest: DIGEST,
  toldBefore: new Set(),
  noticeMs: DAY,
  url: 'https://reports.example.com/latest.html',
  nowMs: NOW,
  ...change,
});

type Posted = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** Dependencies with a server that gives these answers in sequence, and then repeats the last answer. */
export function someDeps(answers: readonly (PostReply | Error)[], change: Partial<MessageDeps> = {}) {
  const posted: Posted[] = [];
  const logged: Record<string, unknown>[] = [];
  const clock = new VirtualClock(NOW);
  const post: Post = async (url, { headers, body }) => {
    posted.push({ url, headers, body });
    const answer = answers[Math.min(posted.length, answers.length) - 1];
    if (answer === undefined || answer instanceof Error) {
      throw answer ?? new Error('no answer was scripted');
    }
    return answer;
  };
  const deps: MessageDeps = {
    env: ENV,
    post,
    clock,
    random: () => 0,
    log: (event, fields) => logged.push({ event, ...fields }),
    ...change,
  };
  return { deps, posted, logged, clock };
}

export const networkError = (code: string): Error =>
  Object.assign(new Error(`connect to https://hooks.example.com${PATHS.slack}`), { code });

/** The text of a message as its body has it. */
export const textOf = (type: ChannelType, body: string): string => {
  const json = JSON.parse(body);
  switch (type) {
    case 'dingtalk':
      return json.markdown.text;
    case 'wecom':
      return json.markdown.content;
    case 'slack':
      return json.blocks.map((block: { text: { text: string } }) => block.text.text).join('\n');
    case 'feishu':
      return [
        json.card.header.title.content,
        ...json.card.body.elements.map(
          (element: { content?: string; text?: { content: string } }) => element.content ?? element.text?.content,
        ),
      ].join('\n');
    case 'cloudevents':
      return JSON.stringify(json.data, null, 2);
  }
};
