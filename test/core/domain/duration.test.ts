import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDuration, parseDuration } from '../../../lib/core/domain/duration.ts';

describe('parseDuration', () => {
  test.each([
    ['250ms', 250],
    ['30s', 30_000],
    ['10m', 600_000],
    ['24h', 86_400_000],
    ['14d', 1_209_600_000],
    ['0s', 0],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each([
    ['', 'nothing'],
    ['30', 'no unit'],
    ['s', 'no number'],
    ['-1s', 'negative'],
    ['1.5h', 'a fraction'],
    ['1e3s', 'an exponent'],
    ['1 h', 'a space'],
    [' 1h', 'a space before'],
    ['1h\n', 'a line end'],
    ['1H', 'upper case'],
    ['1w', 'an unknown unit'],
    ['1h30m', 'two units'],
    ['٣s', 'other digits'],
    ['9007199254740993ms', 'too long to count exactly'],
    ['99999999999999999999d', 'far too long'],
  ])('%j is not a duration: %s', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe('formatDuration', () => {
  test.each([
    [0, '0s'],
    [250, '250ms'],
    [1_500, '1s 500ms'],
    [1, '1ms'],
    [90_000, '90s'],
    [999_000, '999s'],
    [1_000_000, '16m 40s'],
    [5_400_000, '90m'],
    [86_400_000, '1d'],
    [129_600_000, '36h'],
    [93_784_123, '1d 2h'],
    [3_600_001, '1h'],
    [365 * 86_400_000, '365d'],
    [1_000 * 86_400_000, '1000d'],
    [-1_000, '-1s'],
    [-1_500, '-1s 500ms'],
    [0.4, '0s'],
    [Number.POSITIVE_INFINITY, 'forever'],
  ])('%d ms reads %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  test('a text with a single unit is read back as the same length', () => {
    const duration = fc.tuple(fc.nat(999), fc.constantFrom('ms', 's', 'm', 'h', 'd'));
    fc.assert(
      fc.property(duration, ([count, unit]) => {
        const ms = parseDuration(`${count}${unit}`) ?? Number.NaN;
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
  });
});
