import type { RunStatus } from '../../core/domain/outcome.ts';
import type { Language, NewsKind } from '../../core/domain/policy.ts';

/** The kinds of news about connections or places. `always` only asks for a message without news. */
export type SectionKind = Exclude<NewsKind, 'always'>;

type SummaryFacts = {
  readonly connections: number;
  readonly places: number;
  readonly status: RunStatus;
  readonly zone: string;
};

/** All sentences of messages. Times are already text, and no argument is other people's text. */
export type Words = {
  /** The head of a message: the number of items of each kind. */
  readonly title: (counts: readonly (readonly [kind: SectionKind, count: number])[]) => string;
  readonly noNews: string;
  readonly test: string;
  readonly testText: string;
  /** The number of read connections, the status of the runs, and the zone of all times. */
  readonly summary: (facts: SummaryFacts) => string;
  readonly nothingDeleted: string;
  readonly keep: string;
  readonly restore: string;
  readonly sections: Readonly<Record<SectionKind, string>>;
  readonly noOwner: string;
  readonly more: (count: number) => string;
  readonly report: string;
  readonly ruleSince: (rule: string, since: string) => string;
  readonly deletedFrom: (moment: string) => string;
  readonly dueSince: (moment: string) => string;
  readonly dueNow: string;
  readonly heldUntil: (moment: string) => string;
  readonly deleted: string;
  readonly failed: string;
  readonly blocked: string;
  readonly unread: string;
  readonly halted: string;
  readonly notStarted: string;
  readonly missingSince: (moment: string) => string;
  readonly missing: string;
  readonly stoppedBy: string;
  readonly omitted: (count: number) => string;
};

const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

const EN_COUNTS: Readonly<Record<SectionKind, (count: number) => string>> = {
  attention: (count) => plural(count, 'problem'),
  missing: (count) => plural(count, 'place missing', 'places missing'),
  due: (count) => `${count} to be deleted`,
  marked: (count) => `${count} newly marked`,
  held: (count) => `${count} held`,
  deleted: (count) => `${count} deleted`,
};

const EN_STATUS: Readonly<Record<RunStatus, string>> = {
  complete: 'all were looked at',
  incomplete: 'incomplete',
  halted: 'a guard halted deletions',
};

const EN: Words = {
  title: (counts) => `vco-sweeper: ${counts.map(([kind, count]) => EN_COUNTS[kind](count)).join(', ')}`,
  noNews: 'vco-sweeper: no news',
  test: 'vco-sweeper: test message',
  testText: 'This channel works. Messages about IPsec-VPN connections will arrive here.',
  summary: ({ connections, places, status, zone }) =>
    `${plural(connections, 'connection')} in ${plural(places, 'place')}: ${EN_STATUS[status]}. Times are ${zone}.`,
  nothingDeleted: 'The sweep does not run in mode sweep, so it deletes nothing.',
  keep: 'To keep a connection, give it the tag vco-sweeper:keep.',
  restore: 'To bring a held connection back, run: vco-sweeper restore vco-…',
  sections: {
    attention: 'Needs a person',
    missing: 'No results any more',
    due: 'Deleted soon',
    marked: 'Newly marked as unused',
    held: 'Detached and held',
    deleted: 'Deleted',
  },
  noOwner: 'No owner',
  more: (count) => `and ${count} more`,
  report: 'Report',
  ruleSince: (rule, since) => `${rule} since ${since}`,
  deletedFrom: (moment) => `deleted from ${moment}`,
  dueSince: (moment) => `due since ${moment}, deleted by a coming sweep`,
  dueNow: 'deleted by a coming sweep',
  heldUntil: (moment) => `deleted from ${moment}`,
  deleted: 'deleted',
  failed: 'failed: ',
  blocked: 'blocked: ',
  unread: 'not read, so nothing was changed there',
  halted: 'halted: too large a share of the region would be deleted',
  notStarted: 'the sweep could not be started',
  missingSince: (moment) => `last result ${moment}`,
  missing: 'no result',
  stoppedBy: 'Stopped by the file',
  omitted: (count) => `${plural(count, 'outcome')} not in this report, because a result was cut to its limit`,
};

const ZH_COUNTS: Readonly<Record<SectionKind, string>> = {
  attention: '项需处理',
  missing: '处无结果',
  due: '个即将删除',
  marked: '个新标记',
  held: '个保留中',
  deleted: '个已删除',
};

const ZH_STATUS: Readonly<Record<RunStatus, string>> = {
  complete: '检查完成',
  incomplete: '检查不完整',
  halted: '删除已被保护措施中止',
};

const ZH: Words = {
  title: (counts) => `vco-sweeper：${counts.map(([kind, count]) => `${count} ${ZH_COUNTS[kind]}`).join('，')}`,
  noNews: 'vco-sweeper：没有新消息',
  test: 'vco-sweeper：测试消息',
  testText: '此通道可用。有关 IPsec-VPN 连接的消息将发送到这里。',
  summary: ({ connections, places, status, zone }) =>
    `${places} 处共 ${connections} 个连接，${ZH_STATUS[status]}。时区：${zone}。`,
  nothingDeleted: '当前不是 sweep 模式，不会删除任何连接。',
  keep: '如需保留某个连接，请为其添加标签 vco-sweeper:keep。',
  restore: '如需恢复保留中的连接，请运行：vco-sweeper restore vco-…',
  sections: {
    attention: '需要处理',
    missing: '不再有结果',
    due: '即将删除',
    marked: '新标记为未使用',
    held: '已解绑并保留',
    deleted: '已删除',
  },
  noOwner: '无负责人',
  more: (count) => `另有 ${count} 项`,
  report: '报告',
  ruleSince: (rule, since) => `自 ${since} 起符合规则 ${rule}`,
  deletedFrom: (moment) => `最早 ${moment} 删除`,
  dueSince: (moment) => `已于 ${moment} 到期，将在后续运行中删除`,
  dueNow: '将在后续运行中删除',
  heldUntil: (moment) => `最早 ${moment} 删除`,
  deleted: '已删除',
  failed: '失败：',
  blocked: '受阻：',
  unread: '无法读取，未做任何更改',
  halted: '已中止：该地域将被删除的比例过高',
  notStarted: '无法启动清理',
  missingSince: (moment) => `最近一次结果 ${moment}`,
  missing: '没有结果',
  stoppedBy: '已被此文件停止：',
  omitted: (count) => `${count} 条结果未列入本报告，因为运行结果超过上限被截断`,
};

export const WORDS: Readonly<Record<Language, Words>> = { en: EN, zh: ZH };
