import { formatDuration } from '../../core/domain/duration.ts';
import { toPrintable } from '../../core/text/printable.ts';
import type { Explanation, RuleReport } from '../explain/explanation.ts';
import { formatAgo, formatAhead, formatMoment, shortenMoments } from './moment-text.ts';
import { type Palette, paletteOf, type ReportStyle } from './report-style.ts';
import { wrap } from './text-width.ts';

/** A heading and the sentences beside it. */
type Section = readonly [heading: string, lines: readonly string[]];

const HEADING_WIDTH = 14;
const TEXT_WIDTH_MIN = 20;
const TEXT_WIDTH_MAX = 100;

/**
 * All facts about a connection for a person: its state, the evidence for and against it, and its next steps. Pure.
 */
export function reportExplanation(explanation: Explanation, style: ReportStyle): string {
  const palette = paletteOf(style);
  const { connectionId, name, regionId, accountId } = explanation;
  const title = `${palette.bold(connectionId)}${name === '' ? '' : `  ${toPrintable(name)}`}`;
  const sections: readonly Section[] = [
    ['verdict', verdictLines(explanation)],
    ['what happens', nextLines(explanation)],
    ...(explanation.hold === null ? [] : [['held', holdLines(explanation.hold, explanation.judgedAt)] as const]),
    ...(explanation.notice === null ? [] : [['told', [shortenMoments(explanation.notice.says)]] as const]),
    ...(explanation.limits.length > 0 ? [['limits', explanation.limits] as const] : []),
    ['where', [`${regionId}, account ${accountId}`]],
    ['what it is', connectionLines(explanation)],
    ['bound to', [boundTo(explanation), ...explanation.association.evidence.slice(1)]],
    ['tunnels', tunnelLines(explanation)],
    ['tags', tagLines(explanation)],
    ['protection', explanation.protections.length > 0 ? explanation.protections : ['none']],
    ...explanation.rules.map((rule, at): Section => [at === 0 ? 'rules' : '', ruleLines(rule)]),
    ['mark', markLines(explanation)],
  ];
  const width = Math.min(TEXT_WIDTH_MAX, Math.max(TEXT_WIDTH_MIN, style.columns - HEADING_WIDTH - 2));
  return `${[title, ...sections.flatMap((section) => toLines(section, width, palette))].join('\n')}\n`;
}

function toLines([heading, texts]: Section, width: number, palette: Palette): readonly string[] {
  const lines = texts.flatMap((text) =>
    wrap(toPrintable(text), width - 2).map((line, at) => (at === 0 ? line : `  ${line}`)),
  );
  return lines.map((line, at) => `  ${palette.dim((at === 0 ? heading : '').padEnd(HEADING_WIDTH))}${line}`);
}

const verdictLines = ({ verdict, judgedAt }: Explanation): readonly string[] => [
  `${verdict.kind}, judged ${formatMoment(Date.parse(judgedAt))}`,
  shortenMoments(verdict.reason),
];

const MODE_NOTES = {
  plan: 'a scheduled run changes nothing',
  mark: 'a scheduled run writes tags only',
} as const;

function nextLines({ next, judgedAt, policyMode, verdict }: Explanation): readonly string[] {
  const earliest = next.first === null ? '' : ' at the earliest';
  const when = next.at === null ? '' : `from ${formatAhead(Date.parse(next.at), Date.parse(judgedAt))}${earliest}: `;
  const isOrphan = verdict.kind === 'orphan' || verdict.kind === 'half-done';
  return [
    ...(next.first === null ? [] : [next.first]),
    `${when}${next.what}`,
    ...(isOrphan && policyMode !== 'sweep' ? [`the policy's mode is ${policyMode}: ${MODE_NOTES[policyMode]}`] : []),
  ];
}

const holdLines = (
  { until, attachmentId, bringBack }: NonNullable<Explanation['hold']>,
  judgedAt: string,
): readonly string[] => [
  `until ${formatAhead(Date.parse(until), Date.parse(judgedAt))}${attachmentId === null ? '' : `. It was bound by ${attachmentId}`}`,
  'to bring it back:',
  ...bringBack.map((way) => `- ${way}`),
];

function connectionLines({ connection, judgedAt }: Explanation): readonly string[] {
  const { attachType, state, status, createdAt, resourceGroupId, vpnGatewayId } = connection;
  return [
    `IPsec-VPN connection, AttachType ${attachType}, State ${state}, status ${status}`,
    createdAt === null ? 'created: not said' : `created ${formatAgo(Date.parse(createdAt), Date.parse(judgedAt))}`,
    ...(resourceGroupId === null ? [] : [`resource group ${resourceGroupId}`]),
    ...(vpnGatewayId === null ? [] : [`VPN gateway ${vpnGatewayId}`]),
  ];
}

function boundTo({ association, connection }: Explanation): string {
  const { transitRouterId, attachmentId, cenId } = connection;
  const holder = [transitRouterId, attachmentId, cenId].filter((id) => id !== null).join(', ');
  if (association.kind === 'unbound') {
    return 'nothing';
  }
  if (association.kind === 'not-ours') {
    return 'not a transit router';
  }
  return association.kind === 'bound' ? holder : `in doubt${holder === '' ? '' : ` (${holder})`}`;
}

const tunnelLines = ({ connection: { tunnels } }: Explanation): readonly string[] =>
  tunnels.length === 0
    ? ['single tunnel']
    : tunnels.map(({ tunnelId, status, state }) => `${tunnelId} ${status}, ${state ?? 'state not said'}`);

const tagLines = ({ connection: { tags } }: Explanation): readonly string[] =>
  tags === 'unread' ? ['could not be read'] : tags.length === 0 ? ['none'] : tags;

function ruleLines({ rule, grace, says, evidence }: RuleReport): readonly string[] {
  if (grace === 'off') {
    return [`${rule}: off`];
  }
  const after = grace === 0 ? 'no grace' : `grace ${formatDuration(grace)}`;
  return [`${rule} (${after}): ${says}`, ...evidence.map((item) => `- ${shortenMoments(item)}`)];
}

function markLines({ mark, judgedAt }: Explanation): readonly string[] {
  const nowMs = Date.parse(judgedAt);
  if (mark.kind === 'none') {
    return ['none'];
  }
  if (mark.kind === 'broken') {
    return [`does not count any more: ${shortenMoments(mark.reason)}`];
  }
  return [
    ...mark.clocks.map(({ rule, since }) => `orphan by ${rule} since ${formatAgo(Date.parse(since), nowMs)}`),
    `last seen as an orphan ${formatAgo(Date.parse(mark.seen), nowMs)}`,
  ];
}
