import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { refuseUnknownSwitches, SWITCHES } from '../../lib/policy/deploy-switches.ts';

test('every value of a switch is allowed, and no value at all as well', () => {
  for (const [name, words] of Object.entries(SWITCHES)) {
    for (const word of [...words, ` ${words[0]} `, '', ' ', undefined]) {
      expect(() => refuseUnknownSwitches({ [name]: word })).not.toThrow();
    }
  }
});

test('every allowed value of a switch passes, and an unset switch as well', () => {
  expect(() => refuseUnknownSwitches({ SWEEP_MODE: 'Sweep', SWEEP_THROW: 'no', SWEEP_TRIGGER: 'both' })).toThrow(
    'SWEEP_MODE: "Sweep" is not allowed; write one of plan, mark, sweep\n' +
      'SWEEP_THROW: "no" is not allowed; write one of incomplete, never\n' +
      'SWEEP_TRIGGER: "both" is not allowed; write one of sweep, dispatch, none',
  );
});

test('every other value is refused, with all problems at once', () => {
  const text = readFileSync('s.yaml', 'utf8');
  for (const [name, words] of Object.entries(SWITCHES)) {
    expect(text).toContain(
      `[${words.map((word) => `'${word}'`).join(', ')}].indexOf(env('${name}', '${words[0]}')) >= 0`,
    );
  }
});
