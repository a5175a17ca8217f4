import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAutomaton } from '../../../lib/core/text/glob-automaton.ts';

/** `{a,?}` repeated, then a character that never comes: a name of `a` has 2 to the power of its length ways through it. */
function createMaze(length: number) {
  let asked = 0;
  const ask = (isTaken: boolean) => () => {
    asked += 1;
    return isTaken;
  };
  const automaton = createAutomaton();
  let at = automaton.start;
  for (let index = 0; index < length; index += 1) {
    const exit = automaton.addState();
    automaton.join(automaton.addStep(automaton.addSkip(at), ask(true)), exit);
    automaton.join(automaton.addStep(automaton.addSkip(at), ask(true)), exit);
    at = automaton.addLoop(exit);
  }
  automaton.end(automaton.addStep(at, ask(false)));
  return { automaton, asked: () => asked };
}

test('each character is asked about at most once for each step of the pattern, however many ways there are', () => {
  const sizes = fc.record({ steps: fc.integer({ min: 1, max: 60 }), chars: fc.integer({ min: 0, max: 128 }) });
  fc.assert(
    fc.property(sizes, ({ steps, chars }) => {
      const { automaton, asked } = createMaze(steps);
      expect(automaton.matches('a'.repeat(chars))).toBe(false);
      expect(asked()).toBeLessThanOrEqual((2 * steps + 1) * chars);
    }),
  );
});

test('the end counts only when the whole text was read', () => {
  const automaton = createAutomaton();
  automaton.end(automaton.addStep(automaton.start, (char) => char === 'a'));
  expect(['a', '', 'aa', 'b'].map((text) => automaton.matches(text))).toEqual([true, false, false, false]);
});

test('without an end that was declared, only the empty text matches', () => {
  expect(createAutomaton().matches('')).toBe(true);
  expect(createAutomaton().matches('a')).toBe(false);
});

test('a state that does not exist is a defect', () => {
  const automaton = createAutomaton();
  automaton.join(0, 7);
  expect(() => automaton.matches('')).toThrow(RangeError);
});
