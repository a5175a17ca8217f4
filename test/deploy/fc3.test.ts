import { describe, expect, test } from 'vitest';
import { preview } from '../support/deployment.ts';
import { fc3Function } from '../support/fc3.ts';

const { sweep, dispatch } = preview({ SWEEP_DEAD_LETTER: 'acs:mns:cn-hangzhou::/topics/failures/messages' });

type Path = readonly (string | number)[];

/** The same function with a part replaced. Undefined removes it. */
function change(given: object, path: Path, value: unknown): object {
  const copy = structuredClone(given);
  const [last = '', ...back] = [...path].reverse();
  const place = back.reverse().reduce<object>((at, key) => Reflect.get(at, key), copy);
  if (value === undefined) {
    Reflect.deleteProperty(place, last);
  } else {
    Reflect.set(place, last, value);
  }
  return copy;
}

const fits = (given: object): boolean => fc3Function.safeParse(given).success;

/**
 * The keys that the component's schema requires, and their types. It takes a trigger's configuration as it is, and so
 * does this schema.
 */
const ANY: readonly Path[] = [
  ...[['region'], ['functionName'], ['runtime'], ['handler'], ['code']],
  ...[
    ['logConfig', 'project'],
    ['logConfig', 'logstore'],
  ],
  ...[['concurrencyConfig', 'reservedConcurrency']],
  ...[
    ['tags', 0, 'key'],
    ['tags', 0, 'value'],
  ],
  ...[
    ['triggers', 0, 'triggerName'],
    ['triggers', 0, 'triggerType'],
    ['triggers', 0, 'triggerConfig'],
  ],
  ...['cronExpression', 'enable', 'payload'].map((key) => ['triggers', 0, 'triggerConfig', key]),
];
const OF_EVENTS: readonly Path[] = [
  ...['triggerEnable', 'asyncInvocationType', 'eventRuleFilterPattern', 'runOptions'].map((key) => [key]),
  ...[['eventSourceConfig'], ['eventSourceConfig', 'eventSourceType'], ['eventSourceConfig', 'eventSourceParameters']],
  ...[['eventSinkConfig'], ['eventSinkConfig', 'deliveryOption']],
].map((path) => ['triggers', 2, 'triggerConfig', ...path]);
const REQUIRED = [...ANY, ...OF_EVENTS];

describe.each([
  ['sweep', sweep],
  ['dispatch', dispatch],
])('the component takes %s as s.yaml renders it,', (_name, given) => {
  test('and every trigger of it is of a type that it knows', () => {
    expect(fits(given)).toBe(true);
    expect(given.triggers.map(({ triggerType }) => triggerType)).toEqual([
      'timer',
      'timer',
      'eventbridge',
      'eventbridge',
    ]);
  });

  test.each(REQUIRED.map((path) => [path.join('.'), path] as const))('but not without %s', (_path, path) => {
    expect(fits(change(given, path, undefined))).toBe(false);
    expect(fits(change(given, path, { other: 'type' }))).toBe(false);
  });

  test.each<[string, Path, unknown]>([
    ['a synchronous trigger', ['triggers', 2, 'triggerConfig', 'asyncInvocationType'], true],
    ['a trigger whose kind is text', ['triggers', 3, 'triggerConfig', 'asyncInvocationType'], 'false'],
    ['a pattern that is no JSON', ['triggers', 2, 'triggerConfig', 'eventRuleFilterPattern'], '{"type":'],
    ['a variable that is no text', ['environmentVariables', 'SWEEP_THROW'], false],
    ['a variable of the platform', ['environmentVariables', 'FC_REGION'], 'cn-hangzhou'],
    ['a region that it does not know', ['region'], 'cn-guangzhou'],
    ['a role that it would lower-case', ['role'], 'Sweeper'],
    ['more retries than there are', ['asyncInvokeConfig', 'maxAsyncRetryAttempts'], 9],
    ['a destination that is none', ['asyncInvokeConfig', 'destinationConfig', 'onFailure', 'destination'], null],
    ['a key that is mistyped, which the component itself would let pass', ['memorySiez'], 512],
  ])('and not with %s', (_what, path, value) => {
    expect(fits(change(given, path, value))).toBe(false);
  });
});
