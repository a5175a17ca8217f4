import { describe, expect, test } from 'vitest';
import { isAccountId, isConnectionId, isRegionId, ROLE_ARN_PATTERN } from '../../../lib/core/domain/ids.ts';
import { placeKey } from '../../../lib/core/domain/place.ts';
import {
  ceilToSecond,
  floorToSecond,
  parseDayEnd,
  parseExpiry,
  parseInstant,
  toIso,
  toIsoSeconds,
} from '../../../lib/core/domain/time.ts';

describe('ids', () => {
  test.each(['cn-hangzhou', 'ap-southeast-1', 'cn-wuhan-lr', 'cn-a-b-c-d-e', `cn-${'a'.repeat(37)}`])(
    '%s is a region',
    (id) => {
      expect(isRegionId(id)).toBe(true);
    },
  );

  test.each([
    '',
    'cn',
    'c-hangzhou',
    'CN-hangzhou',
    'cn-',
    'cn--a',
    '1-cn-a',
    'cn-hangzhou.',
    'cn-a-b-c-d-e-f',
    `cn-${'a'.repeat(38)}`,
  ])('"%s" is no region', (id) => {
    expect(isRegionId(id)).toBe(false);
  });

  test('an account has 1 to 20 digits', () => {
    expect(['1', '9'.repeat(20)].map(isAccountId)).toEqual([true, true]);
    expect(['', '9'.repeat(21), 'a1', '1a', '١'].map(isAccountId)).toEqual([false, false, false, false, false]);
  });

  test('a connection begins with vco- and goes on with small letters and digits', () => {
    expect(['vco-1', 'vco-bp1abc'].map(isConnectionId)).toEqual([true, true]);
    expect(['vco-', 'vco-A', 'vco-1 ', ' vco-1', 'vpn-1', 'vco_1'].map(isConnectionId)).toEqual(Array(6).fill(false));
  });

  test('the ARN of a role names its account', () => {
    expect(ROLE_ARN_PATTERN.exec('acs:ram::123:role/a.b@c-d_1')?.[1]).toBe('123');
    const wrong = [
      'acs:ram::123:user/a',
      'acs:ram:::role/a',
      'acs:ram::1:role/',
      'acs:ram::1:role/a b',
      'xacs:ram::1:role/a',
    ];
    expect([...wrong, `acs:ram::1:role/${'a'.repeat(65)}`].filter((arn) => ROLE_ARN_PATTERN.test(arn))).toEqual([]);
  });

  test('places of different accounts or regions have different keys', () => {
    expect(placeKey({ accountId: '1', regionId: 'cn-hangzhou' })).toBe('1 cn-hangzhou');
  });
});

describe('times', () => {
  const ms = Date.parse('2026-11-22T01:02:03Z');

  test('a moment needs a zone', () => {
    expect(parseInstant('2026-11-22T01:02:03Z')).toBe(ms);
    expect(parseInstant('2026-11-22T03:02:03+02:00')).toBe(ms);
    const wrong = ['2026-11-22', '2026-11-22T01:02:03', '2026-02-30T01:02:03Z', 'now', ''];
    expect(wrong.map(parseInstant)).toEqual(wrong.map(() => undefined));
  });

  test('a day ends when the next day begins in UTC', () => {
    expect(parseDayEnd('2026-11-22')).toBe(Date.parse('2026-11-23T00:00:00Z'));
    expect([parseDayEnd('2026-02-30'), parseDayEnd('2026-11-22T01:02:03Z')]).toEqual([undefined, undefined]);
    expect(parseExpiry('2026-11-22')).toBe(Date.parse('2026-11-23T00:00:00Z'));
    expect(parseExpiry('2026-11-22T01:02:03Z')).toBe(ms);
    expect(parseExpiry('soon')).toBeUndefined();
  });

  test('texts have milliseconds or whole seconds', () => {
    expect([toIso(ms), toIsoSeconds(ms)]).toEqual(['2026-11-22T01:02:03.000Z', '2026-11-22T01:02:03Z']);
  });

  test('seconds are rounded down or up, and a whole second stays', () => {
    expect([ms, ms + 1, ms + 999].map(floorToSecond)).toEqual([ms, ms, ms]);
    expect([ms, ms + 1, ms + 999].map(ceilToSecond)).toEqual([ms, ms + 1_000, ms + 1_000]);
  });
});
