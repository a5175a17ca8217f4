import type { ChannelType, Language } from '../../lib/core/domain/policy.ts';
import { NEWS_KINDS } from '../../lib/core/domain/policy.ts';
import { cloudevents } from '../../lib/report/messages/cloudevents.ts';
import { composeToFit } from '../../lib/report/messages/compose.ts';
import { dingtalk } from '../../lib/report/messages/dingtalk.ts';
import { feishu } from '../../lib/report/messages/feishu.ts';
import { findNews } from '../../lib/report/messages/news.ts';
import { slack } from '../../lib/report/messages/slack.ts';
import { wecom } from '../../lib/report/messages/wecom.ts';
import { textOf } from '../report/messages/message-support.ts';
import { anOutcome, DAY, HOUR, NOW, REGION } from '../support/builders.ts';
import { aDigest, aResult } from '../support/digests.ts';

const CHANNELS = { dingtalk, feishu, wecom, slack, cloudevents };
const iso = (ms: number): string => new Date(ms).toISOString();

const OUTCOMES = [
  anOutcome({
    connectionId: 'vco-bp1a2b3c4d',
    name: 'dc-beijing-old',
    owner: 'network',
    outcome: 'waiting',
    since: iso(NOW - 13.5 * DAY),
    dueAt: iso(NOW + 12 * HOUR),
  }),
  anOutcome({
    connectionId: 'vco-bp5e6f7g8h',
    name: '仓库-3',
    owner: '华东运维',
    outcome: 'marked',
    since: iso(NOW),
    dueAt: iso(NOW + 14 * DAY),
  }),
  anOutcome({
    connectionId: 'vco-bp9i0j1k2l',
    name: 'test-12',
    owner: null,
    outcome: 'marked',
    since: iso(NOW),
    dueAt: iso(NOW + 14 * DAY),
  }),
  anOutcome({
    connectionId: 'vco-bp3m4n5o6p',
    name: 'lab',
    owner: 'network',
    outcome: 'failed',
    since: iso(NOW - 20 * DAY),
    code: 'Forbidden.RAM',
    reason: 'the role may not delete it: grant vpc:DeleteVpnAttachment',
  }),
  anOutcome({
    connectionId: 'vco-bp7q8r9s0t',
    name: 'branch-0042',
    owner: 'network',
    outcome: 'deleted',
    since: iso(NOW - 15 * DAY),
  }),
];

const place = {
  accountId: '1000000000000001',
  regionId: REGION,
  listing: 'complete',
  connections: 41,
  halted: false,
} as const;
const digestOf = (outcomes: typeof OUTCOMES) =>
  aDigest(outcomes, { runs: [{ result: aResult(outcomes, { regions: [place] }) }] });

/** The message to a channel about the example digest, as a block of the page. */
export function exampleMessage(type: ChannelType, language: Language): string {
  const channel = CHANNELS[type];
  // An event has many lines for each connection.
  const digest = digestOf(type === 'cloudevents' ? OUTCOMES.slice(0, 1) : OUTCOMES);
  const news = findNews({ digest, on: NEWS_KINDS, toldBefore: new Set(), noticeMs: DAY, nowMs: NOW });
  const url = 'https://reports.example.com/latest.html';
  const timeZone = language === 'zh' ? 'Asia/Shanghai' : 'UTC';
  const message = composeToFit({ digest, news, url, language, timeZone, nowMs: NOW }, channel.fits);
  const access = { url: 'https://hooks.example.com/x', secret: undefined };
  const { body } = channel.toRequest(message, { access, id: `${digest.reportId}-${type}`, nowMs: NOW });
  return type === 'cloudevents'
    ? `\`\`\`json\n${JSON.stringify(JSON.parse(body), null, 2)}\n\`\`\``
    : `\`\`\`text\n${textOf(type, body)}\n\`\`\``;
}
