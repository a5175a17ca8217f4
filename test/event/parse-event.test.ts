import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../lib/core/domain/errors.ts';
import type { Mode, Narrowing, Policy } from '../../lib/core/domain/policy.ts';
import { parseEvent } from '../../lib/event/parse-event.ts';

type Scope = Pick<Policy, 'mode' | 'regions' | 'accounts'>;

const policy: Scope = { mode: 'sweep', regions: ['cn-hangzhou', 'ap-southeast-1'], accounts: [] };
const whole: Narrowing = { mode: 'sweep', regions: undefined, connections: undefined };
const parse = (event: unknown, scope: Scope = policy, region: string | undefined = 'cn-hangzhou') =>
  parseEvent(typeof event === 'string' ? event : JSON.stringify(event), scope, region);

const timer = (payload?: unknown) => ({ triggerTime: '2026-11-22T19:30:00Z', triggerName: 'nightly', payload });
const cloudEvent = (data?: unknown, more: object = {}) => ({
  id: 'e-1',
  source: 'my.app',
  specversion: '1.0',
  type: 'sweep',
  data,
  ...more,
});

describe('a whole run is', () => {
  test.each<[string, unknown, string]>([
    ['no event at all', '', 'direct'],
    ['a blank event', ' \n\t', 'direct'],
    ['an empty object', {}, 'direct'],
    ['a byte order mark and an empty object', '\uFEFF{}', 'direct'],
    ['a timer without payload', timer(), 'timer'],
    ['a timer with a payload of null', timer(null), 'timer'],
    ['a timer with an empty payload', timer(''), 'timer'],
    ['a timer with a blank payload', timer(' \n'), 'timer'],
    ['a timer that asks for it', timer('{}'), 'timer'],
    ['an event without data', cloudEvent(), 'events'],
    ['an event with data of null', cloudEvent(null), 'events'],
    ['an event with empty data', cloudEvent({}), 'events'],
    ['an event with empty text', cloudEvent(' '), 'events'],
    ['an event with text of an empty object', cloudEvent('{}'), 'events'],
  ])('%s', (_what, event, source) => {
    expect(parse(event)).toEqual({ parts: [whole], whole: true, refused: [], source, notes: [] });
  });
});

describe('a request', () => {
  const request = { mode: 'plan', regions: ['cn-hangzhou'], connections: ['vco-bp1abc', 'vco-bp1abc'] };
  const expected: Narrowing = { mode: 'plan', regions: ['cn-hangzhou'], connections: ['vco-bp1abc'] };

  test.each<[string, unknown]>([
    ['of a direct call', request],
    ["in a timer's payload", timer(JSON.stringify(request))],
    ["in an event's data", cloudEvent(request)],
    ["in an event's data as text", cloudEvent(JSON.stringify(request))],
    ['in the data of an event of the cloud', cloudEvent(request, { source: 'acs.eventbridge' })],
    ['in an array', [cloudEvent(request)]],
    ['in an array of texts, as queues send it', [JSON.stringify(cloudEvent(request))]],
  ])('%s narrows the run', (_where, event) => {
    const answer = parse(event);
    expect(answer.parts).toMatchObject([expected]);
    expect(answer).toMatchObject({ whole: false, refused: [], notes: [] });
  });

  test.each<[object, Narrowing, boolean]>([
    [{ regions: [] }, { ...whole, regions: [] }, false],
    [{ connections: [] }, { ...whole, connections: [] }, false],
    [{ connections: ['vco-a'] }, { ...whole, connections: ['vco-a'] }, false],
    [{ mode: 'mark' }, { ...whole, mode: 'mark' }, true],
    [{ mode: 'sweep' }, whole, true],
  ])('%j: an empty list means nothing, a missing key means everything', (body, part, isWhole) => {
    expect(parse(body)).toMatchObject({ parts: [part], whole: isWhole });
  });

  test.each<[Mode, Mode, boolean]>([
    ['plan', 'plan', true],
    ['plan', 'mark', false],
    ['plan', 'sweep', false],
    ['mark', 'plan', true],
    ['mark', 'mark', true],
    ['mark', 'sweep', false],
    ['sweep', 'plan', true],
    ['sweep', 'mark', true],
    ['sweep', 'sweep', true],
  ])('when the policy says %s, a request for %s is allowed: %s', (mode, asked, allowed) => {
    const call = () => parse({ mode: asked }, { ...policy, mode });
    if (allowed) {
      expect(call().parts).toMatchObject([{ ...whole, mode: asked }]);
    } else {
      expect(call).toThrow(`mode: "${asked}" is more than the policy's mode ${mode}`);
    }
  });
});

describe('accounts', () => {
  const listed = (accountId: string, regions: Policy['regions']) => ({
    roleArn: `acs:ram::${accountId}:role/a`,
    accountId,
    regions,
  });
  const list: Scope = { ...policy, accounts: [listed('1', undefined), listed('2', ['eu-west-1'])] };
  const directory = { ...policy, accounts: { roleName: 'a', include: ['1', '2'], exclude: ['2'] } };

  test.each<[string, object, object, object]>([
    ['narrow a list', { accounts: ['1', '1'] }, list, { accounts: ['1'] }],
    ['narrow a directory', { accounts: ['1'] }, directory, { accounts: ['1'] }],
    ['may be any where the run knows its own', { accounts: ['7'] }, policy, { accounts: ['7'] }],
    ['may be none, which is nothing', { accounts: [] }, list, { accounts: [] }],
    ['come with their own regions', { accounts: ['2'], regions: ['eu-west-1'] }, list, { regions: ['eu-west-1'] }],
  ])('%s', (_what, request, scope, expected) => {
    expect(parse(request, scope as Scope)).toMatchObject({ parts: [expected], whole: false });
  });

  test.each<[string, object, object, string]>([
    ['outside the list', { accounts: ['3'] }, list, 'accounts[0]: "3" is not an account of the policy'],
    ['that the directory leaves out', { accounts: ['2'] }, directory, 'accounts[0]: "2" is not an account'],
    ['that the directory does not include', { accounts: ['1', '9'] }, directory, 'accounts[1]: "9" is not an account'],
    ['as a number', { accounts: [1] }, list, 'accounts[0]: 1 is not an account id in quotes'],
    ['as text', { accounts: '1' }, list, 'accounts: "1" is not a list of ids'],
    [
      "with another account's region",
      { accounts: ['1'], regions: ['eu-west-1'] },
      list,
      'regions[0]: "eu-west-1" is not a region of the policy (allowed: cn-hangzhou, ap-southeast-1)',
    ],
  ])('%s are refused', (_what, request, scope, message) => {
    expect(() => parse(request, scope as Scope)).toThrow(message);
    expect(() => parse(cloudEvent(request), scope as Scope)).toThrow(message);
    expect(() => parse(timer(JSON.stringify(request)), scope as Scope)).toThrow(message);
  });

  test('beside the data of an event are refused', () => {
    expect(() => parse(cloudEvent({}, { accounts: ['1'] }), list)).toThrow('accounts: has to be inside data');
  });
});

describe('a region may be named when it is', () => {
  const account = (regions: Policy['regions']) => ({ roleArn: 'acs:ram::1:role/a', accountId: '1', regions });
  test.each<[string, Scope, { readonly own: string | undefined; readonly region: string; readonly allowed: boolean }]>([
    ["in the policy's list", policy, { own: undefined, region: 'ap-southeast-1', allowed: true }],
    ["not in the policy's list", policy, { own: 'eu-west-1', region: 'eu-west-1', allowed: false }],
    [
      "the function's own, and the policy names none",
      { ...policy, regions: undefined },
      { own: 'eu-west-1', region: 'eu-west-1', allowed: true },
    ],
    [
      "not the function's own",
      { ...policy, regions: undefined },
      { own: 'eu-west-1', region: 'cn-hangzhou', allowed: false },
    ],
    [
      'any, and nothing says where the function is',
      { ...policy, regions: undefined },
      { own: undefined, region: 'cn-hangzhou', allowed: false },
    ],
    [
      'any, and the policy says all',
      { ...policy, regions: 'all' },
      { own: undefined, region: 'eu-west-1', allowed: true },
    ],
    [
      'any, and the policy leaves out others',
      { ...policy, regions: { except: ['eu-west-1'] } },
      { own: undefined, region: 'us-east-1', allowed: true },
    ],
    [
      'one that the policy leaves out',
      { ...policy, regions: { except: ['eu-west-1'] } },
      { own: undefined, region: 'eu-west-1', allowed: false },
    ],
    [
      'one that the policy leaves out, and an account has',
      { ...policy, regions: { except: ['eu-west-1'] }, accounts: [account(undefined), account(['eu-west-1'])] },
      { own: undefined, region: 'eu-west-1', allowed: true },
    ],
    [
      "in an account's list",
      { ...policy, accounts: [account(['eu-west-1']), account(['us-east-1'])] },
      { own: undefined, region: 'us-east-1', allowed: true },
    ],
    [
      "in the policy's list but in no account's",
      { ...policy, accounts: [account(['eu-west-1'])] },
      { own: undefined, region: 'cn-hangzhou', allowed: false },
    ],
    [
      "in the policy's list, and an account has none",
      { ...policy, accounts: [account(undefined)] },
      { own: undefined, region: 'cn-hangzhou', allowed: true },
    ],
    [
      'any, and an account says all',
      { ...policy, accounts: [account('all'), account([])] },
      { own: undefined, region: 'eu-west-1', allowed: true },
    ],
  ])('%s', (_what, scope, { own, region, allowed }) => {
    const call = () => parseEvent(JSON.stringify({ regions: [region] }), scope, own);
    if (allowed) {
      expect(call().parts).toMatchObject([{ ...whole, regions: [region] }]);
    } else {
      expect(call).toThrow(/regions\[0\]: ".*" is not a region of the policy \(allowed: /);
    }
    const hint = cloudEvent({ eventName: 'DeleteCen', acsRegion: region }, { source: 'acs.cen' });
    expect(parseEvent(JSON.stringify(hint), scope, own).parts).toHaveLength(allowed ? 1 : 0);
  });
});

describe('is refused, and nothing is done:', () => {
  test.each<[string, unknown, string]>([
    ['text that is not JSON', 'sweep everything', 'event refused: it is text that is not JSON'],
    ['null', 'null', 'request: null (nothing) is not a request'],
    ['a number', '1', 'request: 1 is not a request'],
    ['a JSON text', '"{}"', 'request: "{}" is not a request'],
    [
      'an unknown key',
      { dryRun: true },
      'request: dryRun: unknown key (allowed: mode, accounts, regions, connections)',
    ],
    ['a mistyped key', { region: ['cn-hangzhou'] }, 'region: unknown key; did you mean regions?'],
    ['a key that would be a prototype', '{"__proto__": {"mode": "plan"}}', '__proto__: unknown key'],
    ['an unknown mode', { mode: 'delete' }, 'mode: "delete" is not a mode (allowed: plan, mark, sweep)'],
    ['a mode of null', { mode: null }, 'mode: null (nothing) is not a mode'],
    ['a mode in a list', { mode: ['plan'] }, 'mode: a list is not a mode'],
    ['regions of null', { regions: null }, 'regions: null (nothing) is not a list of ids'],
    ['regions as text', { regions: 'cn-hangzhou' }, 'regions: "cn-hangzhou" is not a list of ids'],
    ['all regions', { regions: 'all' }, 'regions: "all" is not a list of ids'],
    ['a region that is no id', { regions: ['cn-*'] }, 'regions[0]: "cn-*" is not a region id'],
    ['an empty region', { regions: [''] }, 'regions[0]: "" is not a region id'],
    [
      'a region outside the policy among others',
      { regions: ['cn-hangzhou', 'eu-west-1'] },
      'regions[1]: "eu-west-1" is not a region of the policy (allowed: cn-hangzhou, ap-southeast-1)',
    ],
    ['a connection that is a pattern', { connections: ['vco-*'] }, 'connections[0]: "vco-*" is not a connection id'],
    ['a connection in upper case', { connections: ['VCO-ABC'] }, 'connections[0]: "VCO-ABC" is not a connection id'],
    ['a connection that is a number', { connections: [1] }, 'connections[0]: 1 is not a connection id'],
    ['a connection with a line end', { connections: ['vco-a\n'] }, 'connections[0]: "vco-a\\n" is not a connection id'],
    ['a payload that is not JSON', timer('plan'), 'payload: text that is not JSON'],
    ['a payload that is a list', timer('[]'), 'payload: an empty list is not a request'],
    ['a payload that is an object', timer({ mode: 'plan' }), 'payload: a mapping is not text'],
    ['a payload that asks for more', timer('{"regions":["eu-west-1"]}'), 'payload: regions[0]'],
    ['a timer with a key that would go unread', { ...timer(), mode: 'plan' }, 'timer: mode: unknown key'],
    ['a timer without a name', { triggerTime: 'now' }, 'triggerTime: unknown key'],
    ['an event with unknown data', cloudEvent({ limit: 1 }), 'data: limit: unknown key'],
    ['an event with data that asks for more', cloudEvent({ regions: ['eu-west-1'] }), 'data: regions[0]'],
    ['such an event of the cloud', cloudEvent({ regions: ['eu-west-1'] }, { source: 'acs.x' }), 'data: regions[0]'],
    ['an event with a list', cloudEvent(['plan']), 'data: a list is not a request'],
    ['an event with text that is not JSON', cloudEvent('plan'), 'data: text that is not JSON'],
    ['an event with a request beside its data', cloudEvent(undefined, { mode: 'plan' }), 'mode: has to be inside data'],
    [
      'an event with encoded data',
      cloudEvent(undefined, { data_base64: 'e30=' }),
      'data_base64: has to be inside data',
    ],
    ['an event without an id', { ...cloudEvent(), id: 1 }, 'id: unknown key'],
    ['more than a mebibyte', ' '.repeat(1024 * 1024 + 1), '1048577 bytes; at most 1048576 are read'],
    ['more than a mebibyte of other letters', 'é'.repeat(600_000), '1200000 bytes'],
  ])('%s', (_what, event, part) => {
    expect(() => parse(event)).toThrow(ConfigError);
    expect(() => parse(event)).toThrow(part);
  });

  test('bytes that are not UTF-8', () => {
    expect(() => parseEvent(Uint8Array.of(0x7b, 0xff, 0x7d), policy, undefined)).toThrow('it is not UTF-8 text');
  });

  test('in few words, for any input', () => {
    const secret = 'hunter2'.repeat(200);
    const keys = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`${secret}${index}`, secret]));
    for (const event of [keys, { mode: secret }, { regions: Array(500).fill(secret) }, `${secret}{`]) {
      expect(() => parse(event)).toThrow(expect.objectContaining({ message: expect.stringMatching(/^.{1,3000}$/s) }));
    }
  });
});

describe('of an array', () => {
  const good = cloudEvent({ mode: 'plan' }, { id: 'good' });
  const bad = cloudEvent({ regions: ['eu-west-1'] }, { id: 'bad' });
  const other = cloudEvent({}, { id: 'other', source: 'acs.oss' });

  test('each event is judged by itself, and the run is the union', () => {
    const hint = cloudEvent({ eventName: 'DeleteTransitRouter', acsRegion: 'ap-southeast-1' }, { source: 'acs.cen' });
    expect(parse([good, bad, hint, other, {}])).toMatchObject({
      parts: [
        { ...whole, mode: 'plan' },
        { ...whole, regions: ['ap-southeast-1'] },
      ],
      whole: true,
      source: 'events',
      refused: [
        {
          index: 1,
          id: 'bad',
          reason: 'data: regions[0]: "eu-west-1" is not a region of the policy (allowed: cn-hangzhou, ap-southeast-1)',
        },
        { index: 4, id: null, reason: expect.stringMatching(/^only CloudEvents may be in an array/) },
      ],
      notes: ['event 3 ignored: it is about something else'],
    });
  });

  test('if all events are refused, it throws and names each event', () => {
    expect(() => parse([bad, 'text', null])).toThrow(ConfigError);
    expect(() => parse([bad, 'text', null])).toThrow(
      /^all 3 events refused\n {2}- event 0 \(id "bad"\): data: regions\[0\].*\n {2}- event 1 \(no id\): only CloudEvents may be in an array.*\n.*event 2 /,
    );
  });

  test('an ignored event is not refused: nothing is looked at, and nothing is thrown', () => {
    expect(parse([bad, other])).toMatchObject({ parts: [], whole: false, refused: [{ index: 0 }] });
  });

  test('an empty array asks for nothing', () => {
    expect(parse([])).toEqual({ parts: [], whole: false, refused: [], source: 'events', notes: [] });
  });

  test('arrays within it are refused', () => {
    expect(() => parse([[good]])).toThrow('event 0 (no id): only CloudEvents may be in an array');
  });

  test.each([
    ['an event of the timer', timer()],
    ['a request', { mode: 'plan' }],
  ])('%s is refused, although it is valid by itself', (_what, event) => {
    expect(parse(event).parts).toHaveLength(1);
    expect(parse([good, event]).refused).toEqual([
      { index: 1, id: null, reason: expect.stringMatching(/^only CloudEvents may be in an array/) },
    ]);
  });

  test('more events than any batch holds are refused', () => {
    expect(() => parse(`[${'0,'.repeat(10_000)}0]`)).toThrow('an array of 10001 events; at most 10000 are read');
    expect(() => parse(`[${'0,'.repeat(9_999)}0]`)).toThrow('- and 9980 more');
  });
});
