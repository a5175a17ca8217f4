import * as z from 'zod/mini';
import { parseDuration } from '../../core/domain/duration.ts';
import { ROLE_ARN_PATTERN } from '../../core/domain/ids.ts';
import { MODES } from '../../core/domain/policy.ts';
import { byRule } from '../../core/rules/all-rules.ts';
import { changeWindow, freezes } from './change-limits.ts';
import {
  accountId,
  connectionId,
  nameGlob,
  regions,
  resourceGroupId,
  roleArn,
  roleName,
  tag,
  tagKey,
} from './names.ts';
import { notify } from './notify-schema.ts';
import {
  age,
  count,
  countOrOff,
  flag,
  folderOrOff,
  grace,
  key,
  list,
  mapping,
  optionalKey,
  portion,
  section,
  share,
  someAge,
  someWait,
  text,
  wait,
  withNotes,
} from './policy-fields.ts';
import { oneRoleEach } from './roles.ts';

const MODE_ALLOWED = `one of ${MODES.join(', ')}`;
const mode = { allowed: MODE_ALLOWED, schema: z.enum(MODES, { error: MODE_ALLOWED }) };

const account = mapping({
  roleArn: withNotes(text(ROLE_ARN_PATTERN, roleArn.allowed).schema, {
    description: 'Role to assume in the account.',
    allowed: roleArn.allowed,
    examples: ['acs:ram::1234567890123456:role/vco-sweeper'],
  }),
  regions: optionalKey(regions, "Regions of this account. Default: the policy's `regions`.", [['cn-hangzhou'], 'all']),
});
/** With an empty list, a run would read no account and still report a complete result. */
const INCLUDE_ALLOWED = `a list of at least one, each item ${accountId.allowed}`;
const directory = mapping({
  roleName: withNotes(roleName.schema, {
    description: 'Role to assume in each account that the resource directory lists.',
    allowed: roleName.allowed,
    examples: ['vco-sweeper'],
  }),
  include: optionalKey(
    { allowed: INCLUDE_ALLOWED, schema: list(accountId).schema.check(z.minLength(1, { error: INCLUDE_ALLOWED })) },
    'Only these accounts of the directory. Default: all of them.',
    [['1234567890123456']],
  ),
  exclude: key(list(accountId), [], 'Accounts to leave out, even if `include` names them.', [['2345678901234567']]),
});
const ACCOUNTS_ALLOWED = 'a list of mappings with the keys roleArn and regions, or a mapping with the key directory';
const accounts = {
  allowed: `${ACCOUNTS_ALLOWED}; an account only once`,
  schema: z.union(
    [
      z.array(account, { error: ACCOUNTS_ALLOWED }).check(oneRoleEach(({ roleArn }) => roleArn, ['roleArn'])),
      mapping({ directory: withNotes(directory, { description: 'The accounts of the resource directory.' }) }),
    ],
    { error: ACCOUNTS_ALLOWED },
  ),
};
const roles = {
  allowed: `${list(roleArn).allowed}; an account only once`,
  schema: list(roleArn).schema.check(oneRoleEach((arn) => arn, [])),
};

const rules = mapping(
  byRule(({ graceDefault, graceExample, summary }) => key(grace, graceDefault, summary, [graceExample])),
);

const protect = mapping({
  tags: key(list(tag), [], 'Tags that protect, besides `vco-sweeper:keep`, which always does.', [
    ['env=prod', 'critical'],
  ]),
  names: key(list(nameGlob), [], 'Names that are protected. Letter case counts.', [['prod-*', '*-hub']]),
  resourceGroups: key(list(resourceGroupId), [], 'Resource groups that are protected.', [['rg-acfm2example']]),
  connections: key(list(connectionId), [], 'Connections that are protected.', [['vco-bp1a2b3c4d']]),
  youngerThan: key(age, '24h', 'A connection is protected until it is this old, by `CreateTime`.', ['7d']),
});

const limits = mapping({
  perRun: key(
    count(0, 'connections'),
    20,
    'Deletions in one run, over all regions and accounts. 0 deletes nothing.',
    [5],
  ),
  perDay: key(
    countOrOff('connections'),
    'off',
    'Deletions in 24 hours over all runs, in each account and region. The limit needs a `store`. 0 deletes nothing.',
    [50],
  ),
  perRegionShare: key(
    share,
    0.5,
    "If a run would delete more than this share of a region's connections, the region is halted. 0 deletes nothing.",
    [0.2],
  ),
  shareFloor: key(
    count(0, 'connections'),
    3,
    'In a region, this number of deletions is allowed for any share above 0.',
    [0],
  ),
  window: key(changeWindow, 'always', 'When a run may begin to detach or delete connections.', [
    { days: ['Sat', 'Sun'], from: '22:00', to: '05:00', zone: 'Asia/Shanghai' },
  ]),
  freeze: key(freezes, [], 'Days on which no run begins to detach or delete connections. The last day is included.', [
    [{ from: '2026-12-20', to: '2027-01-05' }],
  ]),
});

const detach = mapping({
  force: key(flag, false, 'Let CEN drop associations, propagations and static routes with the attachment.', [true]),
  roles: key(roles, [], 'Roles in other accounts whose transit routers hold our connections.', [
    ['acs:ram::2345678901234567:role/vco-sweeper-detach'],
  ]),
  hold: key(age, '0s', 'How long a connection that was detached stays, bound to nothing, before it is deleted.', [
    '7d',
  ]),
});

const marks = mapping({
  maxGap: key(someAge, '72h', 'If no run sees an orphan for longer than this, its clock starts again.', ['36h']),
});

const recheck = mapping({
  maxAge: key(someWait, '10s', 'The greatest age of the reading on which a detach or a delete relies.', ['5s']),
});

const waiting = mapping({
  pollInterval: key(wait, '5s', 'Time between two reads of a connection that is being detached or deleted.', ['10s']),
  detachTimeout: key(someWait, '10m', 'How long a detach may take.', ['15m']),
  deleteTimeout: key(someWait, '5m', 'How long a delete may take.', ['10m']),
  tagTimeout: key(wait, '30s', 'How long a tag that was written may take to show.', ['1m']),
  consecutiveMisses: key(
    count(1, 'listings'),
    2,
    'A connection counts as gone if this many whole listings in a row lack it.',
    [3],
  ),
});

const delays = mapping({
  attempts: key(count(1, 'attempts'), 6, 'Attempts of one request, the first included.', [3]),
  minDelay: key(wait, '1s', 'Wait before the second attempt. It grows with each attempt.', ['2s']),
  maxDelay: key(wait, '30s', 'The longest wait. Not less than `minDelay`.', ['1m']),
});
const retry = delays.check(
  z.refine(({ minDelay, maxDelay }) => (parseDuration(maxDelay) ?? 0) >= (parseDuration(minDelay) ?? 0), {
    path: ['maxDelay'],
    error: 'must not be shorter than minDelay',
    params: { sentence: true },
  }),
);

const pace = mapping({
  share: key(
    portion,
    0.8,
    'How much of the published limit of each API a run may use, for each account and region. The rest is for other programs.',
    [0.5],
  ),
  describePerMinute: optionalKey(
    count(1, 'calls a minute'),
    'Reads of an API, for each account and region. Fewer if the published limit is under 600. Default: by `share`.',
    [200],
  ),
  writePerMinute: optionalKey(
    count(1, 'calls a minute'),
    'Writes of an API, for each account and region. Default: by `share`.',
    [20],
  ),
  concurrency: key(count(1, 'calls'), 8, 'Calls at the same time, for each account, region and API.', [4]),
});

const PRICE_ALLOWED = 'a mapping with the keys perConnectionHour, a number of 0 or more, and currency, such as CNY';
const amount = z.number({ error: 'a number, 0 or more' }).check(z.gte(0, { error: 'a number, 0 or more' }));
const price = {
  allowed: PRICE_ALLOWED,
  schema: mapping({
    perConnectionHour: withNotes(amount, {
      description: 'The price of a connection for an hour.',
      allowed: 'a number, 0 or more',
      examples: [0.25],
    }),
    currency: withNotes(text(/^[A-Z]{3}$/, 'three capital letters, such as CNY').schema, {
      description: 'Shown behind each amount.',
      allowed: 'three capital letters, such as CNY',
      examples: ['CNY'],
    }),
  }),
};

const pageUrl = text(/^https:\/\/[^\s"'<>\\^`{|}()[\]]{1,500}$/, 'an address that begins with https://');

const report = mapping({
  ownerTag: key(tagKey, 'owner', 'The tag whose value is the `owner` of a connection in results and reports.', [
    'team',
  ]),
  url: optionalKey(pageUrl, 'The address at which people find the page of the newest report. Messages link to it.', [
    'https://reports.example.com/latest.html',
  ]),
  missing: key(
    someAge,
    '26h',
    'A place (an account and a region) that had results is missing if it has had no result for this long.',
    ['50h'],
  ),
  leftovers: key(
    flag,
    false,
    'Whether a run also reports unused customer gateways, and the VPN attachments of transit routers beside the documented quota.',
    [true],
  ),
  price: optionalKey(
    price,
    'What a connection costs, for the page of a report, which calls it "configured, not billed". Default: it shows no money.',
    [{ perConnectionHour: 0.25, currency: 'CNY' }],
  ),
});

/** The policy as people may write it. It refuses all other keys, and fills in the defaults. */
export const policySchema = mapping({
  mode: key(mode, 'plan', 'The changes of a run: no changes, tags only, or tags and connections.', ['sweep']),
  regions: optionalKey(regions, "Where to look. Default: the function's own region.", [
    ['cn-hangzhou'],
    'all',
    { all: true, except: ['cn-beijing'] },
  ]),
  accounts: key(accounts, [], 'Default: only the account of the credentials.', [
    [{ roleArn: 'acs:ram::1234567890123456:role/vco-sweeper', regions: ['cn-hangzhou'] }],
    { directory: { roleName: 'vco-sweeper' } },
  ]),
  rules: section(z.prefault(rules, {}), 'How long an orphan by each rule must have been one before it is swept.'),
  protect: section(z.prefault(protect, {}), 'What may not be touched, whatever the rules say.'),
  limits: section(z.prefault(limits, {}), 'How much one run may remove.'),
  detach: section(z.prefault(detach, {}), 'How a connection is taken off its transit router.'),
  marks: section(z.prefault(marks, {}), 'The tags that say since when a connection has been an orphan.'),
  recheck: section(z.prefault(recheck, {}), 'Looking again just before a write.'),
  wait: section(z.prefault(waiting, {}), 'Waiting until a detach or a delete shows.'),
  retry: section(z.prefault(retry, {}), 'Making a request again that was throttled or got no answer.'),
  pace: section(z.prefault(pace, {}), "Staying under the service's published limits."),
  report: section(z.prefault(report, {}), 'What results and reports say of a connection.'),
  notify: section(z.prefault(notify, {}), 'Who hears of news, and of a deletion before it happens.'),
  store: key(folderOrOff, 'off', 'A folder for the results of runs. On the platform, a mounted bucket.', [
    '/mnt/vco-sweeper-store',
  ]),
});

export type PolicyDocument = z.infer<typeof policySchema>;
