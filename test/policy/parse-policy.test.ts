import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../lib/core/domain/errors.ts';
import type { Policy } from '../../lib/core/domain/policy.ts';
import { byRule, RULE_NAMES } from '../../lib/core/rules/all-rules.ts';
import { parseDeclaredPolicy, parsePolicy } from '../../lib/policy/parse-policy.ts';

const parse = (text: string) => parsePolicy(text, 'policy.yaml');

function messageOf(text: string): string {
  try {
    parse(text);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    if (error instanceof Error) {
      return error.message;
    }
  }
  throw new Error(`accepted: ${text.slice(0, 200)}`);
}

const MINUTE = 60_000;
const DAY = 86_400_000;
const ALL_NEWS = ['marked', 'due', 'held', 'deleted', 'attention', 'missing'] as const;
const defaults: Policy = {
  mode: 'plan',
  regions: undefined,
  accounts: [],
  rules: { ...byRule(() => 'off'), unassociated: DAY },
  protect: { tags: [], names: [], resourceGroups: [], connections: [], youngerThanMs: DAY },
  limits: { perRun: 20, perDay: 'off', perRegionShare: 0.5, shareFloor: 3, window: 'always', freeze: [] },
  detach: { force: false, roles: [], holdMs: 0 },
  marks: { maxGapMs: 3 * DAY },
  recheck: { maxAgeMs: 10_000 },
  wait: {
    pollIntervalMs: 5_000,
    detachTimeoutMs: 10 * MINUTE,
    deleteTimeoutMs: 5 * MINUTE,
    tagTimeoutMs: 30_000,
    consecutiveMisses: 2,
  },
  retry: { attempts: 6, minDelayMs: 1_000, maxDelayMs: 30_000 },
  pace: { share: 0.8, describePerMinute: undefined, writePerMinute: undefined, concurrency: 8 },
  report: { ownerTag: 'owner', url: undefined, missingMs: 26 * 3_600_000, leftovers: false, price: undefined },
  notify: { channels: [], required: false, noticeMs: 24 * 3_600_000 },
  store: undefined,
};

describe('a document', () => {
  test.each([
    ['empty', ''],
    ['blank', ' \n\n'],
    ['comments only', '# nothing yet\n'],
    ['a marker only', '---\n'],
    ['a byte order mark only', '\uFEFF'],
    ['an empty mapping', '{}'],
  ])('that is %s has all defaults', (_what, text) => {
    expect(parse(text)).toEqual(defaults);
  });

  test('may leave the accounts to the resource directory', () => {
    const text = 'accounts: { directory: { roleName: vco-sweeper, include: ["1", "2", "1"], exclude: ["2"] } }';
    expect(parseDeclaredPolicy(text, 'policy.yaml')).toEqual({
      ...defaults,
      accounts: { roleName: 'vco-sweeper', include: ['1', '2'], exclude: ['2'] },
    });
    expect(parseDeclaredPolicy('accounts: { directory: { roleName: a } }', 'policy.yaml').accounts).toEqual({
      roleName: 'a',
      include: undefined,
      exclude: [],
    });
  });

  test('may set every key, in YAML', () => {
    const text = `
mode: sweep
regions: [cn-hangzhou, ap-southeast-1, cn-hangzhou]
accounts:
  - roleArn: acs:ram::1234567890123456:role/sweeper
  - { roleArn: "acs:ram::2345678901234567:role/sweeper", regions: all }
rules: { unassociated: 0s, tunnels-down: 14d, unrouted: 250ms, expired: off }
protect:
  tags: [critical, env=prod, "q=a=b", "empty=", { key: a=b }, { key: "c=d", value: "e=f g" }]
  names: [prod-*, "*-{hub,core}", "[ab]?"]
  resourceGroups: [rg-acfm2abc]
  connections: [vco-bp1abc, vco-bp1abc]
  youngerThan: 7d
limits:
  perRun: 0
  perDay: 50
  perRegionShare: 0
  shareFloor: 0
  window: { days: [Tue, Mon, Tue], from: 22:00, to: "05:00", zone: Asia/Shanghai }
  freeze: [{ from: 2026-12-20, to: 2027-01-05 }, { from: 2026-02-28, to: 2026-02-28 }]
detach: { force: true, roles: ["acs:ram::3456789012345678:role/detach"], hold: 7d }
marks: { maxGap: 36h }
recheck: { maxAge: 1ms }
wait: { pollInterval: 0ms, detachTimeout: 1m, deleteTimeout: 24h, tagTimeout: 2s, consecutiveMisses: 1 }
retry: { attempts: 1, minDelay: 5s, maxDelay: 5s }
pace: { share: 0.5, describePerMinute: 1, writePerMinute: 1, concurrency: 1 }
report: { ownerTag: cost=centre, url: "https://reports.example.com/latest.html", missing: 50h, leftovers: true, price: { perConnectionHour: 0.25, currency: CNY } }
notify:
  channels:
    - { type: dingtalk, urlEnv: DINGTALK_URL, secretEnv: DINGTALK_SECRET, on: [attention, due, due], language: zh }
    - { type: slack, urlEnv: SLACK_URL }
    - { type: dingtalk, urlEnv: DINGTALK_URL_2 }
  required: true
  notice: 3d
store: /mnt/vco-sweeper-store
`;
    const expected: Policy = {
      mode: 'sweep',
      regions: ['cn-hangzhou', 'ap-southeast-1'],
      accounts: [
        { roleArn: 'acs:ram::1234567890123456:role/sweeper', accountId: '1234567890123456', regions: undefined },
        { roleArn: 'acs:ram::2345678901234567:role/sweeper', accountId: '2345678901234567', regions: 'all' },
      ],
      rules: { ...defaults.rules, unassociated: 0, 'tunnels-down': 14 * DAY, unrouted: 250, expired: 'off' },
      protect: {
        tags: [
          { key: 'critical', value: undefined },
          { key: 'env', value: 'prod' },
          { key: 'q', value: 'a=b' },
          { key: 'empty', value: '' },
          { key: 'a=b', value: undefined },
          { key: 'c=d', value: 'e=f g' },
        ],
        names: ['prod-*', '*-{hub,core}', '[ab]?'],
        resourceGroups: ['rg-acfm2abc'],
        connections: ['vco-bp1abc', 'vco-bp1abc'],
        youngerThanMs: 7 * DAY,
      },
      limits: {
        perRun: 0,
        perDay: 50,
        perRegionShare: 0,
        shareFloor: 0,
        window: { days: ['Mon', 'Tue'], from: '22:00', to: '05:00', zone: 'Asia/Shanghai' },
        freeze: [
          { from: '2026-12-20', to: '2027-01-05' },
          { from: '2026-02-28', to: '2026-02-28' },
        ],
      },
      detach: {
        force: true,
        roles: [{ roleArn: 'acs:ram::3456789012345678:role/detach', accountId: '3456789012345678' }],
        holdMs: 7 * DAY,
      },
      marks: { maxGapMs: 1.5 * DAY },
      recheck: { maxAgeMs: 1 },
      wait: {
        pollIntervalMs: 0,
        detachTimeoutMs: MINUTE,
        deleteTimeoutMs: DAY,
        tagTimeoutMs: 2_000,
        consecutiveMisses: 1,
      },
      retry: { attempts: 1, minDelayMs: 5_000, maxDelayMs: 5_000 },
      pace: { share: 0.5, describePerMinute: 1, writePerMinute: 1, concurrency: 1 },
      report: {
        ownerTag: 'cost=centre',
        url: 'https://reports.example.com/latest.html',
        missingMs: 50 * 3_600_000,
        leftovers: true,
        price: { perConnectionHour: 0.25, currency: 'CNY' },
      },
      notify: {
        channels: [
          {
            type: 'dingtalk',
            name: 'dingtalk',
            urlEnv: 'DINGTALK_URL',
            secretEnv: 'DINGTALK_SECRET',
            on: ['due', 'attention'],
            language: 'zh',
          },
          { type: 'slack', name: 'slack', urlEnv: 'SLACK_URL', secretEnv: undefined, on: ALL_NEWS, language: 'en' },
          {
            type: 'dingtalk',
            name: 'dingtalk-2',
            urlEnv: 'DINGTALK_URL_2',
            secretEnv: undefined,
            on: ALL_NEWS,
            language: 'en',
          },
        ],
        required: true,
        noticeMs: 3 * DAY,
      },
      store: '/mnt/vco-sweeper-store',
    };
    expect(parse(text)).toEqual(expected);
  });

  test('may leave out regions, even in an account', () => {
    const { regions, accounts } = parse(`
regions: { all: true, except: [cn-beijing, cn-beijing] }
accounts: [{ roleArn: "acs:ram::1:role/a", regions: { all: true, except: [] } }]
`);
    expect(regions).toEqual({ except: ['cn-beijing'] });
    expect(accounts[0]?.regions).toEqual({ except: [] });
  });

  test('may leave out days and zone of a window, which mean every day and UTC', () => {
    expect(parse('limits: { window: { from: "00:00", to: "24:00" } }').limits.window).toEqual({
      days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'],
      from: '00:00',
      to: '24:00',
      zone: 'UTC',
    });
  });

  test('may be JSON, and a single key leaves the rest of its section unchanged', () => {
    const text = '{"mode": "mark", "regions": "all", "limits": {"perRun": 5}}';
    expect(parse(text)).toEqual({
      ...defaults,
      mode: 'mark',
      regions: 'all',
      limits: { ...defaults.limits, perRun: 5 },
    });
  });
});

describe('is refused, with the path, the value and the allowed values:', () => {
  const duration = 'a duration such as 250ms, 30s, 10m, 24h or 14d, at most';
  test.each([
    ['mode: delete', 'mode: "delete" is not allowed; write one of plan, mark, sweep'],
    ['mode: Plan', 'mode: "Plan" is not allowed'],
    ['mode:', 'mode: null (nothing) is not allowed; write one of plan, mark, sweep, or leave the key out'],
    ['regions: []', 'regions: an empty list is not allowed; write all, or a list of at least one region id'],
    ['regions: cn-hangzhou', 'regions: "cn-hangzhou" is not allowed; write all, or a list'],
    ['regions: [cn-hangzhou, ""]', 'regions[1]: "" is not allowed; write a region id such as cn-hangzhou'],
    ['regions: [CN-Hangzhou]', 'regions[0]: "CN-Hangzhou" is not allowed'],
    ['regions: {except: [cn-beijing]}', 'regions.all: is missing; write true'],
    ['regions: {all: false, except: []}', 'regions.all: false is not allowed; write true'],
    ['regions: {all: true, except: [Beijing]}', 'regions.except[0]: "Beijing" is not allowed; write a region id'],
    ['regions: {all: true, but: [cn-beijing]}', 'regions: a mapping is not allowed; write all, or a list'],
    ['regions: [3]', 'regions[0]: 3 is not allowed; write a region id such as cn-hangzhou'],
    ['regions: ["", 3]', 'regions[1]: 3 is not allowed; write a region id such as cn-hangzhou'],
    ['regions: [all]', 'regions[0]: "all" is not allowed'],
    ['regions: ["cn-hangzhou\\n"]', 'regions[0]: "cn-hangzhou\\n" is not allowed'],
    [
      'accounts: 1',
      'accounts: 1 is not allowed; write a list of mappings with the keys roleArn and regions, or a mapping',
    ],
    ['accounts: {}', 'accounts.directory: is missing; write a mapping with keys of roleName, include, exclude'],
    ['accounts: {directory: {}}', 'accounts.directory.roleName: is missing; write the name of a role such as'],
    [
      'accounts: {directory: {roleName: "acs:ram::1:role/a"}}',
      'accounts.directory.roleName: "acs:ram::1:role/a" is not',
    ],
    ['accounts: {directory: {roleName: a, role: b}}', 'accounts.directory.role: unknown key'],
    ['accounts: {directory: {roleName: a, include: []}}', 'accounts.directory.include: an empty list is not allowed'],
    [
      'accounts: {directory: {roleName: a, include: [1234567890123456]}}',
      'accounts.directory.include[0]: 1234567890123456 is not allowed; write an account id in quotes',
    ],
    ['accounts: {directory: {roleName: a, exclude: [me]}}', 'accounts.directory.exclude[0]: "me" is not allowed'],
    ['accounts: {directory: {roleName: a}}', 'accounts.directory: here accounts have to be a list'],
    ['accounts: [{}]', 'accounts[0].roleArn: is missing; write a role ARN such as'],
    ['accounts: [{roleArn: "acs:ram::1:role/a", regions: []}]', 'accounts[0].regions: an empty list is not allowed'],
    ['accounts: [{roleArn: "arn:aws:iam::1:role/a"}]', 'accounts[0].roleArn: "arn:aws:iam::1:role/a" is not allowed'],
    ['accounts: [{roleArn: "acs:ram::x:role/a"}]', 'accounts[0].roleArn: "acs:ram::x:role/a" is not allowed'],
    ['accounts: [{roleArn: "acs:ram::1:user/a"}]', 'accounts[0].roleArn: "acs:ram::1:user/a" is not allowed'],
    ['detach: {roles: [a]}', 'detach.roles[0]: "a" is not allowed; write a role ARN'],
    ['detach: {force: "yes"}', 'detach.force: "yes" is not allowed; write true or false'],
    ['rules: {unassociated: 24}', `rules.unassociated: 24 is not allowed; write off, or ${duration} 3650d`],
    ['rules: {unassociated: -1h}', 'rules.unassociated: "-1h" is not allowed'],
    ['rules: {unassociated: 3651d}', 'rules.unassociated: "3651d" is not allowed'],
    [
      'rules: {expired: false}',
      'rules.expired: false is not allowed; write the word off (not false) to disable a rule',
    ],
    ['rules: {expired: Off}', 'rules.expired: "Off" is not allowed'],
    ['rules: {orphaned: 1d}', `rules.orphaned: unknown key (allowed: ${RULE_NAMES.join(', ')})`],
    ['rules: {tunnels_down: 1d}', 'rules.tunnels_down: unknown key; did you mean tunnels-down?'],
    ['protect: {tags: env=prod}', 'protect.tags: "env=prod" is not allowed; write a list'],
    ['protect: {tags: [""]}', 'protect.tags[0]: "" is not allowed; write text of the form key or key=value'],
    ['protect: {tags: ["=prod"]}', 'protect.tags[0]: "=prod" is not allowed'],
    ['protect: {tags: [" "]}', 'protect.tags[0]: " " is not allowed'],
    ['protect: {tags: [2024]}', 'protect.tags[0]: 2024 is not allowed'],
    [
      'protect: {tags: ["env = prod"]}',
      'protect.tags[0]: "env = prod" is not allowed; write text of the form key or key=',
    ],
    ['protect: {tags: ["env= prod"]}', 'protect.tags[0]: "env= prod" is not allowed'],
    ['protect: {tags: ["env=prod "]}', 'protect.tags[0]: "env=prod " is not allowed'],
    ['protect: {tags: ["env "]}', 'protect.tags[0]: "env " is not allowed'],
    ['protect: {tags: [{key: ""}]}', 'protect.tags[0].key: "" is not allowed; write the key of a tag'],
    ['protect: {tags: [{value: a}]}', 'protect.tags[0].key: is missing; write the key of a tag'],
    [
      'protect: {tags: [{key: a, value: " b"}]}',
      'protect.tags[0].value: " b" is not allowed; write the value of a tag',
    ],
    ['protect: {tags: [{key: "a\\u200b"}]}', 'protect.tags[0].key: "a\\u200b" holds U+200B, which cannot be told from'],
    ['protect: {tags: ["\\ufeffenv"]}', 'protect.tags[0]: "\\ufeffenv" is not allowed'],
    ['protect: {tags: ["env=\\u202eprod"]}', 'protect.tags[0]: "env=\\u202eprod" holds U+202E'],
    [
      'protect: {tags: ["\\u201cenv=prod\\u201d"]}',
      'protect.tags[0]: "\u201cenv=prod\u201d" holds a curly quote; leave it out',
    ],
    ['protect: {tags: ["owner\\u2019s"]}', 'holds a curly quote'],
    ['protect: {names: ["prod\\u00ad-*"]}', 'protect.names[0]: "prod\\u00ad-*" holds U+00AD'],
    ['protect: {names: ["prod\\u00a0*"]}', 'holds U+00A0'],
    ['protect: {names: ["prod\\t*"]}', 'protect.names[0]: "prod\\t*" holds U+0009'],
    ['protect: {names: ["\\u3164"]}', 'holds U+3164'],
    ['protect: {names: [" prod-*"]}', 'protect.names[0]: " prod-*" has a blank around it; leave it out'],
    ['protect: {names: ["prod-* "]}', 'protect.names[0]: "prod-* " has a blank around it'],
    ['protect: {names: ["[z-a]"]}', 'protect.names[0]: "[z-a]" is not allowed; write a glob'],
    ['protect: {resourceGroups: ["rg-1 "]}', 'protect.resourceGroups[0]: "rg-1 " is not allowed'],
    ['protect: {connections: ["vco-1\\u200b"]}', 'protect.connections[0]: "vco-1\\u200b" is not allowed'],
    ['protect: {tags: [env: prod]}', 'protect.tags[0]: a mapping is not allowed'],
    ['protect: {names: ["!prod-*"]}', 'protect.names[0]: "!prod-*" is not allowed; write a glob'],
    ['protect: {names: ["  "]}', 'protect.names[0]: "  " is not allowed'],
    ['protect: {names: ["prod-[a"]}', 'protect.names[0]: "prod-[a" is not allowed'],
    ['protect: {resourceGroups: [prod]}', 'protect.resourceGroups[0]: "prod" is not allowed'],
    ['protect: {connections: [vco-*]}', 'protect.connections[0]: "vco-*" is not allowed; write a connection id'],
    ['protect: {youngerThan: off}', `protect.youngerThan: "off" is not allowed; write ${duration} 3650d`],
    ['limits: {perRun: -1}', 'limits.perRun: -1 is not allowed; write a whole number, 0 or more'],
    ['limits: {perRun: 1.5}', 'limits.perRun: 1.5 is not allowed'],
    ['limits: {perRun: "20"}', 'limits.perRun: "20" is not allowed'],
    ['limits: {perDay: -1}', 'limits.perDay: -1 is not allowed; write a whole number, 0 or more'],
    ['limits: {perDay: none}', 'limits.perDay: "none" is not allowed'],
    [
      'limits: {perDay: false}',
      'limits.perDay: false is not allowed; write the word off (not false), or a whole number',
    ],
    ['detach: {hold: 7}', 'detach.hold: 7 is not allowed; write a duration'],
    ['detach: {hold: off}', 'detach.hold: "off" is not allowed; write a duration'],
    ['limits: {perRun: .inf}', 'limits.perRun: Infinity is not allowed'],
    ['limits: {perRun: 1e300}', 'limits.perRun: 1e+300 is not allowed'],
    ['limits: {shareFloor: -1}', 'limits.shareFloor: -1 is not allowed'],
    ['limits: {perRegionShare: 50}', 'limits.perRegionShare: 50 is not allowed; write a number from 0 to 1'],
    ['limits: {perRegionShare: -0.1}', 'limits.perRegionShare: -0.1 is not allowed'],
    ['limits: {perRegionShare: .nan}', 'limits.perRegionShare: NaN is not allowed'],
    ['limits: {window: never}', 'limits.window: "never" is not allowed; write always, or a mapping with keys of days'],
    ['limits: {window: {}}', 'limits.window.from: is missing; write a local time in quotes from "00:00" to "23:59"'],
    ['limits: {window: {from: 22:00}}', 'limits.window.to: is missing; write a local time in quotes from'],
    ['limits: {window: {from: 2200, to: 500}}', 'limits.window.from: 2200 is not allowed'],
    ['limits: {window: {from: "24:00", to: "05:00"}}', 'limits.window.from: "24:00" is not allowed'],
    ['limits: {window: {from: "22:00", to: "5:00"}}', 'limits.window.to: "5:00" is not allowed'],
    ['limits: {window: {from: "22:00", to: "22:00"}}', 'limits.window.to: is the same as from; for a whole day write'],
    ['limits: {window: {days: [], from: "1:00", to: "05:00"}}', 'limits.window.days: an empty list is not allowed'],
    [
      'limits: {window: {days: [Monday], from: "01:00", to: "05:00"}}',
      'limits.window.days[0]: "Monday" is not allowed; write one of Mon, Tue, Wed, Thu, Fri, Sat, Sun',
    ],
    [
      'limits: {window: {from: "01:00", to: "05:00", zone: Asia/Peking}}',
      'limits.window.zone: "Asia/Peking" is not allowed; write the name of a time zone such as Asia/Shanghai',
    ],
    ['limits: {freeze: {from: 2026-12-20}}', 'limits.freeze: a mapping is not allowed; write a list'],
    ['limits: {freeze: [2026-12-20]}', 'limits.freeze[0]: "2026-12-20" is not allowed; write a mapping'],
    ['limits: {freeze: [{from: 2026-12-20}]}', 'limits.freeze[0].to: is missing; write a date such as 2026-12-20'],
    ['limits: {freeze: [{from: 2026-02-30, to: 2026-03-01}]}', 'limits.freeze[0].from: "2026-02-30" is not allowed'],
    ['limits: {freeze: [{from: 2026-12-21, to: 2026-12-20}]}', 'limits.freeze[0].to: is before from'],
    ['marks: {maxGap: 0s}', 'marks.maxGap: "0s" is not allowed; write a duration such as 250ms'],
    ['recheck: {maxAge: 0ms}', 'recheck.maxAge: "0ms" is not allowed; write a duration such as 250ms'],
    ['wait: {detachTimeout: 0h}', 'wait.detachTimeout: "0h" is not allowed'],
    ['wait: {deleteTimeout: 00d}', 'at most 24h, more than 0'],
    ['limits:', 'limits: null (nothing) is not allowed; write a mapping'],
    [
      'limits: {perrun: 1}',
      'limits.perrun: unknown key; did you mean perRun? (allowed: perRun, perDay, perRegionShare, shareFloor, window, freeze)',
    ],
    ['wait: {consecutiveMisses: 0}', 'wait.consecutiveMisses: 0 is not allowed; write a whole number, 1 or more'],
    ['wait: {pollInterval: 25h}', `wait.pollInterval: "25h" is not allowed; write ${duration} 24h`],
    ['retry: {attempts: 0}', 'retry.attempts: 0 is not allowed; write a whole number, 1 or more'],
    ['retry: {minDelay: 31s}', 'retry.maxDelay: must not be shorter than minDelay'],
    ['retry: {minDelay: 1d}', 'retry.maxDelay: must not be shorter than minDelay'],
    ['pace: {concurrency: 0}', 'pace.concurrency: 0 is not allowed; write a whole number, 1 or more'],
    ['pace: {share: 0}', 'pace.share: 0 is not allowed'],
    ['pace: {describePerMinute: 0}', 'pace.describePerMinute: 0 is not allowed'],
    ['pace: {writePerMinute: 0}', 'pace.writePerMinute: 0 is not allowed'],
    ['report: { ownerTag: "" }', 'report.ownerTag: "" is not allowed; write the key of a tag'],
    ['report: { ownerTag: " owner" }', 'report.ownerTag: " owner" is not allowed; write the key of a tag'],
    ['report: { ownerTag: [owner] }', 'report.ownerTag: a list is not allowed'],
    [
      'report: { price: { perConnectionHour: -1, currency: CNY } }',
      'report.price.perConnectionHour: -1 is not allowed; write a number, 0 or more',
    ],
    [
      'report: { price: { perConnectionHour: 1, currency: "<b>" } }',
      'report.price.currency: "<b>" is not allowed; write three capital letters, such as CNY',
    ],
    ['report: { price: { currency: CNY } }', 'report.price.perConnectionHour: is missing; write a number, 0 or more'],
    [
      'report: { uri: "https://example.com" }',
      'report.uri: unknown key; did you mean url? (allowed: ownerTag, url, missing, leftovers, price)',
    ],
    ['report: { url: "http://example.com" }', 'report.url: "http://example.com" is not allowed; write an address'],
    ['report: { url: "https://example.com/a b" }', 'report.url: "https://example.com/a b" is not allowed'],
    ['report: { missing: 0s }', 'report.missing: "0s" is not allowed'],
    [
      'notify: { channels: [{ type: teams, urlEnv: TEAMS_URL }] }',
      'notify.channels[0].type: "teams" is not allowed; write one of dingtalk, feishu, wecom, slack, cloudevents',
    ],
    ['notify: { channels: [{ type: slack }] }', 'notify.channels[0].urlEnv: is missing; write the name of an'],
    [
      'notify: { channels: [{ type: slack, urlEnv: "https://hooks.example.com/secret" }] }',
      'write the name of an environment variable, such as DINGTALK_URL',
    ],
    [
      'notify: { channels: [{ type: slack, urlEnv: A, on: [never] }] }',
      'notify.channels[0].on[0]: "never" is not allowed',
    ],
    ['notify: { notice: 1w }', 'notify.notice: "1w" is not allowed'],
    ['store: false', 'store: false is not allowed; write the word off (not false), or the path of a folder'],
    ['store: ""', 'store: "" is not allowed; write off, or the path of a folder'],
    ['store: "/mnt/store "', 'store: "/mnt/store " is not allowed; write off, or the path of a folder'],
    ['store: { folder: /mnt/store }', 'store: a mapping is not allowed; write off, or the path of a folder'],
    ['store:', 'store: null (nothing) is not allowed; write off, or the path of a folder, or leave the key out'],
    ['modes: plan', 'modes: unknown key; did you mean mode?'],
    ['wait: { CONSECUTIVE-MISSES: 1 }', 'did you mean consecutiveMisses?'],
    ['? 1\n: plan', 'a key must be text'],
    ['"": plan', '"": unknown key'],
    ['constructor: 1', 'constructor: unknown key'],
    ['__proto__: { mode: sweep }', 'unknown key "__proto__"'],
    ['rules: { __proto__: { expired: 0s } }', 'unknown key "__proto__"'],
    ['null', 'the whole document: null (nothing) is not allowed'],
    ['plan', 'the whole document: "plan" is not allowed'],
    ['[]', 'the whole document: an empty list is not allowed'],
    ['\uFFFD\uFFFDm\0o\0d\0e\0', 'it is not UTF-8; save it as UTF-8 text'],
    ['mode: pl\uFFFDn', 'it is not UTF-8; save it as UTF-8 text'],
    ['protect: {\n  names: [a],\n  "names": [b] }', 'line 3, column 3: the key "names" is there twice'],
    ['mode: plan\nmode: sweep', 'line 2, column 1: the key "mode" is there twice'],
    ['mode: plan\n---\nmode: sweep', '2 YAML documents; write a single one'],
    ['mode: &m plan\nregions: *m', 'line 2, column 10: aliases are not supported'],
    ['<<: { mode: sweep }', '"<<": unknown key'],
    ['mode: !mode plan', 'line 1, column 7: Unresolved tag: !mode'],
    ['protect: !!omap\n  - names: ["prod-*"]', 'line 2, column 3: tags are not supported ("tag:yaml.org,2002:omap")'],
    ['rules: !!omap [unassociated: off]', 'tags are not supported'],
    ['limits: !!set {perRun}', 'tags are not supported'],
    ['limits: !!timestamp 2026-01-01', 'tags are not supported'],
    ['limits: !!binary ""', 'tags are not supported'],
    ['limits: !<tag:yaml.org,2002:omap> [perRun: 0]', 'tags are not supported'],
    ['limits: !!map {perRun: 0}', 'tags are not supported'],
    ['!!omap\n- mode: sweep', 'tags are not supported'],
    ['mode: ! plan', 'tags are not supported'],
    ['%YAML 1.1\n---\nmode: plan', '%YAML: only version 1.2 is supported'],
    ['mode: [plan', 'line 1, column 12: Flow sequence'],
    ['{"mode": "plan"', 'Flow map'],
    ['\tmode: plan', 'Tabs are not allowed'],
  ])('%j', (text, part) => {
    const message = messageOf(text);
    expect(message).toContain('policy.yaml: ');
    expect(message).toContain(part);
  });

  test.each([
    ['accounts', 'accounts: [{roleArn: "acs:ram::1:role/a"}, {roleArn: "acs:ram::1:role/a"}]', 'accounts[1].roleArn'],
    [
      'two roles in one account',
      'accounts: [{roleArn: "acs:ram::1:role/a"}, {roleArn: "acs:ram::1:role/b"}]',
      'accounts[1].roleArn',
    ],
    ['two roles for detaches', 'detach: {roles: ["acs:ram::1:role/a", "acs:ram::1:role/b"]}', 'detach.roles[1]'],
  ])('%s with duplicates', (_what, text, path) => {
    expect(messageOf(text)).toContain(`${path}: account 1 is there twice`);
  });
});

describe('a message', () => {
  test('lists all problems, not only the first', () => {
    const text =
      'mode: go\nlimits: { perRun: -1, perrun: 1 }\nretry: { minDelay: 2m }\nwait: { pollInterval: 5 }\nfoo: 1';
    const paths = messageOf(text)
      .split('\n')
      .map((line) => /^ {2}- ([^:]+): /.exec(line)?.[1]);
    expect(paths.slice(1).sort()).toEqual(
      ['mode', 'limits.perRun', 'limits.perrun', 'retry.maxDelay', 'wait.pollInterval', 'foo'].sort(),
    );
  });

  test('stays short for a document of any length', () => {
    expect(messageOf(`mode: ${'x'.repeat(100_000)}`).length).toBeLessThan(300);
    expect(messageOf(`? ${'x'.repeat(1_000)}\n: 1`).length).toBeLessThan(400);
    expect(messageOf(`regions: [${'1,'.repeat(5_000)}]`).length).toBeLessThan(10_000);
    expect(messageOf('&a '.repeat(4_000))).toContain('20 problems');
  });

  test.each([
    ['too large', `# ${'x'.repeat(128 * 1024)}`, 'larger than 128 KiB'],
    ['nested too deeply in flows', '['.repeat(60_000), 'nested more than 32 levels'],
    ['nested too deeply in blocks', '- '.repeat(60_000), 'nested more than 32 levels'],
    ['a nest of aliases', 'a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n', 'aliases are not supported'],
    ['an alias to itself', 'a: &a [*a]', 'aliases are not supported'],
  ])('says that the document is %s', (_what, text, part) => {
    expect(messageOf(text)).toContain(part);
  });
});

describe('every text is a policy or a ConfigError:', () => {
  const word = fc.constantFrom(
    ...[
      'mode',
      'plan',
      'sweep',
      'rules',
      'unassociated',
      'off',
      '24h',
      '-1',
      '0.5',
      'limits',
      'perRun',
      'regions',
      'all',
    ],
    ...[
      ': ',
      '\n',
      '\n  ',
      '- ',
      '[',
      ']',
      '{',
      '}',
      ', ',
      '&a ',
      '*a',
      '!!str ',
      '|\n',
      '"',
      "'",
      '? ',
      '#',
      '---\n',
      '%',
    ],
  );
  const value = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom('plan', 'off', '1h', 'all', ['cn-hangzhou']));
  const key = fc.constantFrom(
    'mode',
    'regions',
    'accounts',
    'rules',
    'protect',
    'limits',
    'detach',
    'wait',
    'retry',
    'x',
  );

  test.each<[string, fc.Arbitrary<string>]>([
    ['characters', fc.string({ unit: 'binary', maxLength: 200 })],
    ['words of the language', fc.array(word, { maxLength: 40 }).map((words) => words.join(''))],
    ['JSON', fc.json()],
    ['known keys with any value', fc.dictionary(key, value).map((document) => JSON.stringify(document))],
    ['any globs', fc.string().map((glob) => JSON.stringify({ protect: { names: [glob] } }))],
  ])('%s', (_what, texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        try {
          const policy = parse(text);
          expect(policy.limits.perRun).toBeGreaterThanOrEqual(0);
          expect(policy.retry.maxDelayMs).toBeGreaterThanOrEqual(policy.retry.minDelayMs);
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
