import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  ACTIONS,
  type ActionFacts,
  ORGANIZATION_ACTIONS,
  RESTORE_ACTIONS,
  STORE_ACTIONS,
} from '../../lib/cloud/client/actions.ts';
import { FC_ACTIONS } from '../../lib/cloud/invoke/function-api.ts';
import { MODES, type Mode } from '../../lib/core/domain/policy.ts';
import { REPORTS, TOLD } from '../../lib/core/store/store-layout.ts';
import { createDispatchDeps, createSweepFunction } from '../../lib/wiring/create-dispatch-deps.ts';
import { fakeClock } from '../cloud/fake-transport.ts';
import { aPolicy } from '../support/builders.ts';

const WRITES: Readonly<Record<Mode, readonly string[]>> = {
  plan: [],
  mark: ['setTags', 'removeTags'],
  sweep: ['setTags', 'removeTags', 'detach', 'deleteConnection'],
};

/** The calls of lib/undo/restore, tested against its sources below. */
const RESTORE_READS: readonly string[] = [
  ...['getAccountId', 'getConnection', 'listConnections', 'listTags', 'listConnectionRoutes', 'listCustomerGateways'],
  ...['listTransitRouters', 'listAttachments', 'listRouting'],
];

const facts: readonly ActionFacts[] = Object.values(ACTIONS);

type Statement = {
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: object;
};

function statementsOf(name: string): readonly Statement[] {
  const { Statement }: { Statement: readonly Statement[] } = JSON.parse(readFileSync(`docs/ram/${name}.json`, 'utf8'));
  expect(Statement.every(({ Effect }) => Effect === 'Allow')).toBe(true);
  return Statement;
}

const granted = (name: string): readonly string[] =>
  statementsOf(name)
    .flatMap(({ Action }) => Action)
    .sort();

/** The actions that a document allows on a resource. */
const resourcesOf = (name: string, action: string): readonly string[] =>
  statementsOf(name)
    .filter(({ Action }) => Action.includes(action))
    .flatMap(({ Resource }) => Resource);

const needed = (filter: (action: ActionFacts) => boolean): readonly string[] =>
  facts
    .filter(filter)
    .flatMap(({ ram }) => (ram === null ? [] : [ram]))
    .sort();

test.each(MODES)('docs/ram/%s.json grants the calls of the mode, and nothing more', (mode) => {
  const calls = needed(
    ({ ram, kind, methods }) =>
      ram !== 'sts:AssumeRole' && (kind === 'read' || methods.some((method) => WRITES[mode].includes(method))),
  );
  expect(granted(mode)).toEqual(calls);
});

test('docs/ram/transit-router-owner.json grants the calls in the account of a transit router', () => {
  expect(granted('transit-router-owner')).toEqual(needed(({ service }) => service === 'cbn'));
});

test('docs/ram/store.json grants the additional reads of backups, and nothing more of the cloud', () => {
  const read = Object.values(STORE_ACTIONS).map(({ ram }) => ram);
  expect(granted('store').filter((action) => !action.startsWith('oss:'))).toEqual(read.sort());
});

test('a restore calls only the actions of docs/ram/restore.json', () => {
  const files = [
    'lib/undo/restore/estate-now.ts',
    'lib/undo/restore/run-restore.ts',
    'lib/cli/commands/restore-command.ts',
  ];
  const used = files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/\bapi\.(\w+)\(/g)].map(([, name]) => name),
  );
  const writes = ['create', 'setTags', 'listRouteTables'];
  expect([...new Set(used)].sort()).toEqual([...RESTORE_READS, ...writes].sort());
});

test('docs/ram/restore.json grants the calls of a restore, and nothing that detaches or deletes', () => {
  const reads = [...facts, ...Object.values(STORE_ACTIONS)].filter(({ methods }) =>
    methods.some((method) => RESTORE_READS.includes(method) || method === 'setTags'),
  );
  const calls = [...reads, ...Object.values(RESTORE_ACTIONS)].flatMap(({ ram }) => ram ?? []);
  expect(granted('restore')).toEqual([...new Set(calls)].sort());
  expect(granted('restore').filter((action) => /Delete|Dissociate|Disable|UnTag|AssumeRole/.test(action))).toEqual([]);
});

test('docs/ram/assume-roles.json grants the calls for other accounts', () => {
  expect(granted('assume-roles')).toEqual(['sts:AssumeRole']);
});

const options = {
  env: {},
  credentials: { accessKeyId: 'testid', accessKeySecret: 'testsecret' },
  target: {
    accountId: '1000000000000001',
    regionId: 'cn-hangzhou',
    functionName: 'vco-sweeper',
    serviceName: undefined,
    qualifier: undefined,
  },
  policy: aPolicy(),
  clock: fakeClock(),
  deadlineMs: Number.POSITIVE_INFINITY,
};
const invocation = Object.values(FC_ACTIONS).map(({ ram }) => ram);

describe('the dispatcher', () => {
  const deps = createDispatchDeps({ ...options, concurrency: 1, journal: () => () => undefined });
  const calls = needed(({ methods }) => methods.some((method) => Object.hasOwn(deps.api, method)));

  test('docs/ram/dispatch.json grants its calls, and nothing more', () => {
    expect(Object.keys(deps.sweep)).toEqual(['start', 'call']);
    expect(granted('dispatch')).toEqual([...calls, ...invocation].sort());
  });

  test('docs/ram/dispatch-directory.json grants its calls of the directory, and nothing more', () => {
    const asked = Object.values(ORGANIZATION_ACTIONS).filter(({ methods }) =>
      methods.some((method) => Object.hasOwn(deps.organization, method)),
    );
    expect(granted('dispatch-directory')).toEqual(asked.map(({ ram }) => ram));
  });

  test('can neither write to a connection nor assume a role', () => {
    const all = [...granted('dispatch'), ...granted('dispatch-directory')];
    expect(all.filter((action) => /Delete|Tag|AssumeRole/.test(action))).toEqual([]);
  });
});

test('docs/ram/invoke.json grants the calls of vco-sweeper invoke, and nothing more', () => {
  const sweep = createSweepFunction({ ...options, observer: { onCall: () => undefined, onRetry: () => undefined } });
  expect(Object.keys(sweep)).toEqual(['start', 'call']);
  expect(granted('invoke')).toEqual(invocation);
});

describe('the deployment', () => {
  type Resource = { readonly props: Readonly<Record<string, unknown>> & { readonly triggers: readonly object[] } };
  const text = readFileSync('s.yaml', 'utf8');
  const { template, resources }: { template: { function: object }; resources: Readonly<Record<string, Resource>> } =
    parse(text);
  const functions = Object.values(resources).map(({ props }) => ({ ...template.function, ...props }));
  const names = functions.map(({ functionName }) => functionName);
  const defaultOf = (variable: string) => new RegExp(`env\\('${variable}', '([^']*)'\\)`).exec(text)?.[1];
  const roles = [defaultOf('SWEEP_ROLE'), defaultOf('SWEEP_DISPATCH_ROLE'), defaultOf('SWEEP_REPORT_ROLE')];

  // The calls of `s deploy` and `s remove` for each part of a function (component fc3 0.1.22: src/resources/fc,
  // src/subCommands/deploy, src/subCommands/remove) and their names in RAM (Function Compute 3.0, policies and
  // examples).
  const CALLS: Readonly<Record<string, readonly string[]>> = {
    functionName: ['fc:GetFunction', 'fc:CreateFunction', 'fc:UpdateFunction', 'fc:DeleteFunction'],
    tags: ['fc:TagResources'],
    asyncInvokeConfig: [
      ...['fc:GetFunctionAsyncInvokeConfig', 'fc:PutFunctionAsyncInvokeConfig', 'fc:DeleteFunctionAsyncInvokeConfig'],
      'fc:ListFunctionAsyncInvokeConfigs',
    ],
    concurrencyConfig: ['fc:GetConcurrencyConfig', 'fc:PutConcurrencyConfig', 'fc:DeleteConcurrencyConfig'],
    triggers: ['fc:ListTriggers', 'fc:GetTrigger', 'fc:CreateTrigger', 'fc:UpdateTrigger', 'fc:DeleteTrigger'],
    role: ['ram:PassRole'],
    // The trigger itself. A role of the service makes the rule.
    eventbridge: ['ram:GetRole', 'ram:CreateServiceLinkedRole'],
  };
  const PLAIN = [
    ...['region', 'runtime', 'handler', 'cpu', 'memorySize', 'diskSize', 'internetAccess', 'logConfig'],
    ...['description', 'code', 'timeout', 'environmentVariables', 'ossMountConfig'],
  ];

  test('docs/ram/deploy.json grants the rights to deploy and remove s.yaml, and nothing more', () => {
    const parts = new Set(
      functions.flatMap(({ triggers, ...rest }) => [
        ...Object.keys({ triggers, ...rest }),
        ...triggers.flatMap((trigger) => Reflect.get(trigger, 'triggerType')),
      ]),
    );
    for (const part of [...PLAIN, 'timer']) {
      parts.delete(part);
    }
    expect([...parts].sort()).toEqual(Object.keys(CALLS).sort());
    expect(granted('deploy')).toEqual(Object.values(CALLS).flat().sort());
  });

  test('docs/ram/deploy.json reaches only the functions of s.yaml and their roles, and passes the roles to nobody else', () => {
    const own = names.flatMap((name) => [`acs:fc:*:*:functions/${name}`, `acs:fc:*:*:functions/${name}/*`]);
    expect(resourcesOf('deploy', 'fc:UpdateFunction')).toEqual(own);
    expect(resourcesOf('deploy', 'ram:PassRole')).toEqual(roles.map((role) => `acs:ram:*:*:role/${role}`));
    const everywhere = statementsOf('deploy').filter(({ Resource }) => Resource === '*');
    expect(everywhere.map(({ Action, Condition }) => [Action, Condition])).toEqual([
      [
        ['ram:CreateServiceLinkedRole'],
        { StringEquals: { 'ram:ServiceName': 'sendevent-fc.eventbridge.aliyuncs.com' } },
      ],
    ]);
    expect(statementsOf('deploy').find(({ Action }) => Action.includes('ram:PassRole'))?.Condition).toEqual({
      StringEquals: { 'acs:Service': 'fc.aliyuncs.com' },
    });
  });

  test('docs/ram/dispatch.json and invoke.json reach the sweep of s.yaml alone, with a qualifier and without', () => {
    // Function Compute 3.0, policies: a call that names a version or alias, LATEST included, concerns the second
    // resource.
    const sweep = `acs:fc:*:*:functions/${names[0]}`;
    for (const name of ['dispatch', 'invoke']) {
      expect(resourcesOf(name, 'fc:InvokeFunction')).toEqual([sweep, `${sweep}/*`]);
    }
  });

  test("docs/ram/assume-roles.json reaches roles with the name of the sweep's role", () => {
    expect(resourcesOf('assume-roles', 'sts:AssumeRole')).toEqual([`acs:ram:*:*:role/${roles[0]}`]);
  });

  test('docs/ram/logs.json allows writing into the log store of s.yaml', () => {
    expect(granted('logs')).toEqual(['log:PostLogStoreLogs']);
    const store = `project/${defaultOf('SWEEP_LOG_PROJECT')}/logstore/${defaultOf('SWEEP_LOGSTORE')}`;
    expect(resourcesOf('logs', 'log:PostLogStoreLogs')).toEqual([`acs:log:*:*:${store}`]);
  });

  test('docs/ram/store.json allows reading, writing and listing in the bucket of docs/deploy.md', () => {
    // The rights that a writable mount needs ("Configure an OSS file system", Function Compute 3.0).
    const ofObjects = [
      'oss:GetObject',
      'oss:PutObject',
      'oss:DeleteObject',
      'oss:ListParts',
      'oss:AbortMultipartUpload',
    ];
    const ofBucket = granted('store').filter((action) => action.startsWith('oss:'));
    expect(ofBucket).toEqual([...ofObjects, 'oss:ListObjects'].sort());
    const [, bucket] = /SWEEP_STORE_BUCKET=([\w-]+)/.exec(readFileSync('docs/deploy.md', 'utf8')) ?? [];
    expect(resourcesOf('store', 'oss:ListObjects')).toEqual([`acs:oss:*:*:${bucket}`]);
    for (const action of ofObjects) {
      expect(resourcesOf('store', action)).toEqual([`acs:oss:*:*:${bucket}/*`]);
    }
  });

  test('docs/ram/report.json lets read the bucket, and write reports and records of messages, and nothing of the cloud', () => {
    const writes = ['oss:PutObject', 'oss:DeleteObject', 'oss:ListParts', 'oss:AbortMultipartUpload'];
    expect(granted('report')).toEqual(['oss:GetObject', 'oss:ListObjects', ...writes].sort());
    const bucket = 'acs:oss:*:*:vco-sweeper-store';
    expect(resourcesOf('store', 'oss:ListObjects')).toEqual([bucket]);
    expect(resourcesOf('report', 'oss:ListObjects')).toEqual([bucket]);
    expect(resourcesOf('report', 'oss:GetObject')).toEqual([`${bucket}/*`]);
    for (const action of writes) {
      expect(resourcesOf('report', action)).toEqual([REPORTS, TOLD].map((folder) => `${bucket}/${folder}/*`));
    }
  });

  test('docs/ram/dead-letter.json allows publishing to the topic that docs/deploy.md proposes', () => {
    expect(granted('dead-letter')).toEqual(['mns:PublishMessage']);
    const [resource = ''] = resourcesOf('dead-letter', 'mns:PublishMessage');
    const proposed = /SWEEP_DEAD_LETTER=acs:mns:[\w-]+::(\/topics\/[\w-]+\/messages)/.exec(
      readFileSync('docs/deploy.md', 'utf8'),
    );
    expect(resource).toBe(`acs:mns:*:*:${proposed?.[1]}`);
  });
});

test.each([
  ['trust/trust-function-compute', { Service: ['fc.aliyuncs.com'] }],
  ['trust/trust-member-account', { RAM: ['acs:ram::1234567890123456:role/vco-sweeper'] }],
])('docs/ram/%s.json lets in a single principal and no other principal', (name, Principal) => {
  const { Statement } = JSON.parse(readFileSync(`docs/ram/${name}.json`, 'utf8'));
  expect(Statement).toEqual([{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal }]);
});

test('every document is compared here, and docs/permissions.md lists it', () => {
  const names = readdirSync('docs/ram', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .sort();
  const compared = [
    ...['assume-roles', 'dead-letter', 'deploy', 'dispatch', 'dispatch-directory', 'invoke', 'logs', 'store'],
    ...['report', 'restore', 'transit-router-owner'],
  ];
  const trusts = ['trust/trust-function-compute', 'trust/trust-member-account'];
  expect(names).toEqual([...MODES, ...compared, ...trusts].map((name) => `${name}.json`).sort());
  const page = readFileSync('docs/permissions.md', 'utf8');
  expect(names.filter((name) => !page.includes(`ram/${name}`))).toEqual([]);
});
