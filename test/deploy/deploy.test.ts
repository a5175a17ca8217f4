import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { HINT_OF, HINT_TYPES } from '../../lib/event/hint-actions.ts';
import { parseEvent } from '../../lib/event/parse-event.ts';
import { loadPolicy } from '../../lib/policy/load-policy.ts';
import { checkChannels } from '../../lib/report/messages/send-message.ts';
import { readConcurrency, readTarget } from '../../lib/wiring/sweep-function.ts';
import { preview } from '../support/deployment.ts';
import { fits, type Pattern, sizes } from '../support/event-pattern.ts';
import type { Fc3Function, Fc3Trigger } from '../support/fc3.ts';

const CHANNEL_VARIABLES = {
  DINGTALK_URL: 'https://oapi.dingtalk.com/robot/send?access_token=of-mine',
  DINGTALK_SECRET: 'SECofmine',
  FEISHU_URL: 'https://open.feishu.cn/open-apis/bot/v2/hook/of-mine',
  FEISHU_SECRET: 'key-of-mine',
  WECOM_URL: 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=of-mine',
  SLACK_URL: 'https://hooks.slack.com/services/T/B/of-mine',
  CLOUDEVENTS_URL: 'https://events.example.com/of-mine',
  CLOUDEVENTS_SECRET: 'whsec_bXkta2V5LW9mLW1pbmUtd2l0aC0yNC1ieXRlcw==',
};

/** Every variable of s.yaml, with a value that is not its default. */
const ALL = {
  SWEEP_REGION: 'eu-central-1',
  SWEEP_MODE: 'sweep',
  SWEEP_SCHEDULE: '@every 6h',
  SWEEP_ROLE: 'janitor',
  SWEEP_DISPATCH_ROLE: 'janitor-dispatch',
  SWEEP_REPORT_ROLE: 'janitor-report',
  SWEEP_REPORT_SCHEDULE: '@every 12h',
  ...CHANNEL_VARIABLES,
  SWEEP_LOG_PROJECT: 'logs-of-mine',
  SWEEP_LOGSTORE: 'janitor',
  SWEEP_LOG_LEVEL: 'debug',
  SWEEP_THROW: 'never',
  SWEEP_STORE_BUCKET: 'sweeps-of-mine',
  SWEEP_TRIGGER: 'dispatch',
  SWEEP_TUNNEL_EVENTS: 'on',
  SWEEP_SAMPLING: 'on',
  SWEEP_CONCURRENCY: '25',
  SWEEP_DEAD_LETTER: 'acs:mns:eu-central-1::/topics/vco-sweeper-failures/messages',
  SWEEP_EVENT_DEAD_LETTER: 'acs:mns:eu-central-1:1234567890123456:queues/vco-sweeper-events',
  SWEEP_FUNCTION_QUALIFIER: 'stable',
  DISPATCH_CONCURRENCY: '20',
  ALIBABA_CLOUD_RESOURCEDIRECTORY_ENDPOINT: 'https://resourcedirectory-intl.aliyuncs.com',
} as const;

const defaults = preview();
const changed = preview(ALL);
const isOn = (trigger: Fc3Trigger) =>
  trigger.triggerType === 'timer' ? trigger.triggerConfig.enable : trigger.triggerConfig.triggerEnable;
const on = ({ triggers }: Fc3Function) => triggers.filter(isOn).map(({ triggerName }) => triggerName);

test.each([
  ['SWEEP_MODE', 'mrak', 'SWEEP_MODE has to be plan, mark or sweep'],
  ['SWEEP_THROW', 'nevr', 'SWEEP_THROW has to be incomplete or never'],
  ['SWEEP_TRIGGER', 'dispach', 'SWEEP_TRIGGER has to be sweep, dispatch or none'],
])('%s=%s is refused by the preview', (name, word, expected) => {
  const told = (thrown: unknown) => `${Reflect.get(Object(thrown), 'stdout')}${Reflect.get(Object(thrown), 'stderr')}`;
  let said = '';
  try {
    preview({ [name]: word });
  } catch (thrown) {
    said = told(thrown);
  }
  expect(said).toContain(expected);
});

describe('with the defaults', () => {
  test('nothing is changed until someone asks for it, and only the sweep is triggered', () => {
    expect(defaults.sweep.environmentVariables.SWEEP_MODE).toBe('plan');
    expect(defaults.dispatch.environmentVariables.SWEEP_MODE).toBe('plan');
    expect(on(defaults.sweep)).toEqual(['nightly', 'changes']);
    expect(on(defaults.dispatch)).toEqual([]);
    expect(defaults.sweep.concurrencyConfig.reservedConcurrency).toBe(1);
  });

  test('each function is the package that the build makes, with a line for each record and an allowed ratio of CPU', () => {
    const { sweep, dispatch } = defaults;
    expect([sweep.code, dispatch.code]).toEqual(['./dist/sweep', './dist/dispatch']);
    for (const { code, logConfig, memorySize, cpu } of [sweep, dispatch]) {
      expect(typeof load(code).handler).toBe('function');
      expect(logConfig.logBeginRule).toBe('None');
      const gigabytesPerCpu = memorySize / 1024 / cpu;
      expect(gigabytesPerCpu).toBeGreaterThanOrEqual(1);
      expect(gigabytesPerCpu).toBeLessThanOrEqual(4);
    }
  });

  test('there is no store: no bucket is mounted, and the policy decides', () => {
    for (const { environmentVariables, ossMountConfig } of [defaults.sweep, defaults.dispatch]) {
      expect(ossMountConfig.mountPoints).toEqual([]);
      const read = (text: string) =>
        loadPolicy({ env: { ...environmentVariables, SWEEP_POLICY: text }, readFile: () => '' }).policy.store;
      expect(read('')).toBeUndefined();
      expect(read('store: /mnt/of-mine')).toBe('/mnt/of-mine');
    }
  });

  test('failures and lost events go nowhere, and old work does not meet the next night', () => {
    for (const { asyncInvokeConfig, triggers } of [defaults.sweep, defaults.dispatch]) {
      expect(asyncInvokeConfig.destinationConfig).toEqual({});
      expect(asyncInvokeConfig.maxAsyncEventAgeInSeconds).toBeLessThan(86_400);
      expect(JSON.stringify(triggers)).not.toContain('deadLetterQueue');
    }
  });

  test('the dispatcher starts the sweep of this deployment, whose task ids count', () => {
    const { sweep, dispatch } = defaults;
    expect(sweep.asyncInvokeConfig.asyncTask).toBe(true);
    // A retry of the same tick would be another run, with another `limits.perRun`.
    expect(sweep.asyncInvokeConfig.maxAsyncRetryAttempts).toBe(0);
    expect(dispatch.asyncInvokeConfig.maxAsyncRetryAttempts).toBe(2);
    expect(readTarget(dispatch.environmentVariables, undefined)).toEqual({
      functionName: sweep.functionName,
      serviceName: undefined,
      qualifier: 'LATEST',
      regionId: sweep.region,
    });
    expect(readConcurrency(dispatch.environmentVariables)).toBe(readConcurrency({}));
  });
});

describe('with every variable set', () => {
  const { sweep, dispatch } = changed;

  test('each switch is heard', () => {
    const rendered = JSON.stringify(changed);
    const values = Object.entries(ALL).filter(
      ([name]) => !['SWEEP_TRIGGER', 'SWEEP_TUNNEL_EVENTS', 'SWEEP_SAMPLING'].includes(name),
    );
    expect(values.filter(([, value]) => !rendered.includes(value))).toEqual([]);
    expect(sweep.concurrencyConfig.reservedConcurrency).toBe(25);
    expect([sweep.region, dispatch.region]).toEqual(['eu-central-1', 'eu-central-1']);
    expect([sweep.role, dispatch.role]).toEqual(['janitor', 'janitor-dispatch']);
    expect(sweep.asyncInvokeConfig.destinationConfig.onFailure?.destination).toBe(ALL.SWEEP_DEAD_LETTER);
    expect(dispatch.asyncInvokeConfig.destinationConfig.onFailure?.destination).toBe(ALL.SWEEP_DEAD_LETTER);
  });

  test('the bucket is mounted into both functions, in their region and to be written, where each looks for its store', () => {
    for (const { environmentVariables, ossMountConfig } of [sweep, dispatch]) {
      const [mount, ...others] = ossMountConfig.mountPoints;
      expect(others).toEqual([]);
      expect(mount).toMatchObject({
        bucketName: ALL.SWEEP_STORE_BUCKET,
        endpoint: `https://oss-${ALL.SWEEP_REGION}-internal.aliyuncs.com`,
        readOnly: false,
      });
      const { store } = loadPolicy({ env: environmentVariables, readFile: () => '' }).policy;
      expect(mount?.mountDir).toBe(store);
    }
  });

  test('the table of docs/deploy.md has each switch, with its default', () => {
    const used = [...readFileSync('s.yaml', 'utf8').matchAll(/env\('(\w+)', (?:'([^']*)')?/g)];
    const defaultOf = new Map(used.map(([, name = '', value]) => [name, value ?? '1']));
    expect([...defaultOf.keys()].sort()).toEqual(Object.keys(ALL).sort());
    const told = [...readFileSync('docs/deploy.md', 'utf8').matchAll(/^\| `([A-Z_]+)` \| (?:`([^`]+)`|none) \|/gm)];
    expect(new Map(told.map(([, name = '', value = '']) => [name, value]))).toEqual(defaultOf);
  });

  test('the dispatcher has the triggers, and several sweeps run at once', () => {
    expect(on(sweep)).toEqual([]);
    expect(on(dispatch)).toEqual(['nightly', 'sampling', 'changes', 'negotiations']);
    const { sweep: dispatched } = preview({ SWEEP_TRIGGER: 'dispatch' });
    expect(dispatched.concurrencyConfig.reservedConcurrency).toBeGreaterThan(1);
  });

  test('with SWEEP_TRIGGER=none nothing is triggered at all', () => {
    const { sweep: quiet, dispatch: silent } = preview({
      ...{ SWEEP_TRIGGER: 'none', SWEEP_TUNNEL_EVENTS: 'on', SWEEP_SAMPLING: 'on', SWEEP_MODE: 'sweep' },
    });
    expect([...on(quiet), ...on(silent)]).toEqual([]);
  });
});

describe('sampling', () => {
  const samplingOf = ({ triggers }: Fc3Function) =>
    triggers.find(({ triggerName }) => triggerName === 'sampling')?.triggerConfig;

  test('is off, and with SWEEP_SAMPLING=on of the function that is triggered, in a mode that marks', () => {
    expect([on(defaults.sweep), on(defaults.dispatch)].flat()).not.toContain('sampling');
    const marking = preview({ SWEEP_SAMPLING: 'on', SWEEP_MODE: 'mark' });
    expect(on(marking.sweep)).toEqual(['nightly', 'sampling', 'changes']);
    expect(on(marking.dispatch)).toEqual([]);
    expect(on(preview({ SWEEP_SAMPLING: 'on' }).sweep)).not.toContain('sampling');
    expect(on(preview({ SWEEP_SAMPLING: 'yes', SWEEP_MODE: 'mark' }).sweep)).not.toContain('sampling');
  });

  test.each([changed.sweep, changed.dispatch])('marks every 4 hours, and not when the nightly run begins', (fn) => {
    const timer = samplingOf(fn);
    expect(timer).toMatchObject({ payload: '{"mode":"mark"}' });
    const { cronExpression = '', payload = '' } = timer !== undefined && 'payload' in timer ? timer : {};
    const [, hours = ''] = /^CRON_TZ=UTC 0 0 ([\d,]+) \* \* \*$/.exec(cronExpression) ?? [];
    expect(hours.split(',').map(Number)).toEqual([1, 5, 9, 13, 17, 21]);
    const event = JSON.stringify({ triggerTime: '2026-11-22T01:00:00Z', triggerName: 'sampling', payload });
    const policy = { mode: 'sweep', regions: ['cn-hangzhou'], accounts: [] } as const;
    expect(parseEvent(event, policy, undefined).parts).toMatchObject([{ mode: 'mark', regions: undefined }]);
  });
});

describe('the report function', () => {
  const { report } = changed;
  const policy = { notify: { channels: [{ type: 'dingtalk', urlEnv: 'DINGTALK_URL', secretEnv: 'DINGTALK_SECRET' }] } };
  const channelsOf = (fn: Fc3Function) =>
    loadPolicy({ env: { ...fn.environmentVariables, SWEEP_POLICY: JSON.stringify(policy) }, readFile: () => '' }).policy
      .notify.channels;

  test('has a timer, which is off without a store and when nothing is triggered', () => {
    expect(on(defaults.report)).toEqual([]);
    expect(on(report)).toEqual(['daily']);
    expect(on(preview({ SWEEP_STORE_BUCKET: 'of-mine' }).report)).toEqual(['daily']);
    expect(on(preview({ SWEEP_STORE_BUCKET: 'of-mine', SWEEP_TRIGGER: 'none' }).report)).toEqual([]);
  });

  test('has a role, a mount and a schedule of its own, and the platform runs it again when it fails, a single run at a time', () => {
    expect([defaults.report.role, report.role]).toEqual(['vco-sweeper-report', 'janitor-report']);
    expect(report.ossMountConfig).toEqual(changed.sweep.ossMountConfig);
    expect(report.environmentVariables.SWEEP_STORE).toBe(changed.sweep.environmentVariables.SWEEP_STORE);
    expect(defaults.report.ossMountConfig.mountPoints).toEqual([]);
    expect(report.asyncInvokeConfig.maxAsyncRetryAttempts).toBe(2);
    expect(report.concurrencyConfig.reservedConcurrency).toBe(1);
    expect(report.memorySize).toBeLessThanOrEqual(512);
    expect(load(report.code)).toHaveProperty('handler');
  });

  test('gets addresses and keys of channels, and the other functions get no address and no key', () => {
    expect(report.environmentVariables).toMatchObject(CHANNEL_VARIABLES);
    expect(() => checkChannels(channelsOf(report), report.environmentVariables)).not.toThrow();
    expect(() => checkChannels(channelsOf(defaults.report), defaults.report.environmentVariables)).toThrow(
      'DINGTALK_URL is not set',
    );
    for (const { environmentVariables } of [changed.sweep, changed.dispatch]) {
      expect(Object.keys(environmentVariables).filter((name) => name in CHANNEL_VARIABLES)).toEqual([]);
    }
  });
});

describe('a function reads the variables that it is given', () => {
  const real = process.env;
  afterEach(() => {
    process.env = real;
  });

  const ELSEWHERE = {
    packed: ['SWEEP_POLICY', 'SWEEP_POLICY_FILE'],
    platform: ['FC_ACCOUNT_ID', 'FC_REGION'],
    realHosts: ['CBN', 'FC', 'STS', 'VPC'].map((service) => `ALIBABA_CLOUD_${service}_ENDPOINT`),
    neverSet: ['DEBUG'],
  };

  async function namesRead(folder: string, env: Readonly<Record<string, string>>): Promise<readonly string[]> {
    const names = new Set<string>();
    const nowhere = Object.fromEntries(ELSEWHERE.realHosts.map((name) => [name, 'http://127.0.0.1:9']));
    const { handler } = load(folder);
    process.env = new Proxy(
      { ...env, ...nowhere, LOG_LEVEL: 'silent', FC_REGION: 'cn-hangzhou', FC_ACCOUNT_ID: '1234567890123456' },
      {
        get: (target, name) => {
          if (typeof name === 'string') {
            names.add(name);
          }
          return Reflect.get(target, name);
        },
      },
    );
    await handler(Buffer.from('[]'), { credentials: { accessKeyId: 'testid', accessKeySecret: 'testsecret' } });
    return [...names].filter((name) => /^(SWEEP|DISPATCH|ALIBABA_CLOUD|FC|LOG)_|^DEBUG$/.test(name)).sort();
  }

  test.each([
    ['sweep', ['ALIBABA_CLOUD_RESOURCEDIRECTORY_ENDPOINT']],
    ['dispatch', ['SWEEP_FUNCTION_SERVICE']],
  ] as const)('%s', async (name, besides) => {
    const { code, environmentVariables } = defaults[name];
    const read = await namesRead(code, environmentVariables);
    expect(read).toEqual([...Object.keys(environmentVariables), ...Object.values(ELSEWHERE).flat(), ...besides].sort());
  });
});

describe('the rules of EventBridge pass hints on', () => {
  const patternsOf = ({ triggers }: Fc3Function): ReadonlyMap<string, Pattern> =>
    new Map(
      triggers.flatMap((trigger) =>
        trigger.triggerType === 'eventbridge'
          ? [[trigger.triggerName, JSON.parse(trigger.triggerConfig.eventRuleFilterPattern)]]
          : [],
      ),
    );
  const patterns = patternsOf(defaults.sweep);
  const changes = patterns.get('changes') ?? {};
  const call = (eventName: string, userName = 'ops', type = 'vpc:ActionTrail:ApiCall') => ({
    ...{ source: 'acs.vpc', specversion: '1.0', id: 'e-1', type },
    data: { eventName, userIdentity: { type: 'ram-user', userName } },
  });

  test('by asynchronous invocation, as the pages of 3.0 spell it, and docs/deploy.md names the other reading', () => {
    for (const { triggers } of [defaults.sweep, defaults.dispatch, changed.sweep, changed.dispatch]) {
      const types = triggers.flatMap((trigger) =>
        trigger.triggerType === 'eventbridge' ? [trigger.triggerConfig.asyncInvocationType] : [],
      );
      expect(types).toEqual([false, false]);
    }
    const page = readFileSync('docs/deploy.md', 'utf8');
    expect(page).toContain('`asyncInvocationType: false` means asynchronous');
    expect(page).not.toContain('`asyncInvocationType: true` means asynchronous');
  });

  test('all functions together within the 10 rules that the default bus takes', () => {
    const rules = [defaults.sweep, defaults.dispatch].flatMap((fn) => [...patternsOf(fn).keys()]);
    expect(rules.length).toBeLessThanOrEqual(10);
    expect(readFileSync('docs/deploy.md', 'utf8')).toContain('The default bus takes at most 10 rules.');
  });

  test('the same for both functions, at most five expressions to a field', () => {
    expect([...patterns.keys()]).toEqual(['changes', 'negotiations']);
    expect(patternsOf(defaults.dispatch)).toEqual(patterns);
    expect([...patterns.values()].flatMap(sizes).filter((size) => size > 5)).toEqual([]);
  });

  test('for each call of the table of docs/events.md, by program and by hand, and the timer covers tags', () => {
    for (const type of ['vpc:ActionTrail:ApiCall', 'cen:ActionTrail:ConsoleOperation']) {
      const passed = [...HINT_OF.keys()].filter((name) => fits(changes, call(name, 'ops', type)));
      expect(passed).toEqual([...HINT_OF].filter(([, hint]) => hint === 'always').map(([name]) => name));
    }
    expect(fits(changes, call('RunInstances'))).toBe(false);
    expect(fits(changes, call('DeleteCen', 'ops', 'vpc:Config:ConfigurationItemChangeNotification'))).toBe(false);
  });

  test("but not for the sweep's own calls, under any name of its role", () => {
    const name = 'DeleteTransitRouterVpnAttachment';
    expect(fits(changes, call(name, 'vco-sweeper:session'))).toBe(false);
    expect(fits(changes, call(name, 'vco-sweeper-team'))).toBe(true);
    const renamed = patternsOf(changed.dispatch).get('changes') ?? {};
    expect(fits(renamed, call(name, 'janitor:session'))).toBe(false);
    expect(fits(renamed, call(name, 'vco-sweeper:session'))).toBe(true);
  });

  test('each kind of failed negotiation', () => {
    expect(patterns.get('negotiations')).toEqual({ type: [...HINT_TYPES] });
  });
});

type Handler = (event: Uint8Array, context: object) => Promise<string>;

function load(folder: string): { readonly handler: Handler } {
  return createRequire(import.meta.url)(resolve(folder, 'index.js'));
}
