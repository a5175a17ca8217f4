import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAutomaton } from '../../../lib/core/text/glob-automaton.ts';

/** `{a,?}` repeated, and then a character that never comes. A name of `n` times `a` has 2^n ways through it. */
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

test('tests each character at most once for each step of the pattern, even with very many ways through it', () => {
  const sizes = fc.record({ steps: fc.integer({ min: 1, max: 60 }), chars: fc.integer({ min: 0, max: 128 }) });
  fc.assert(
    fc.property(sizes, ({ steps, chars }) => {
      const { automaton, asked } = createMaze(steps);
      expect(automaton.matches('a'.repeat(chars))).toBe(false);
      expect(asked()).toBeLessThanOrEqual((2 * steps + 1) * chars);
    }),
  );
});

test('matches only if the end state is reached after the whole text', () => {
  const automaton = createAutomaton();
  automaton.end(automaton.addStep(automaton.start, (char) => char === 'a'));
  expect(['a', '', 'aa', 'b'].map((text) => automaton.matches(text))).toEqual([true, false, false, false]);
});

test('matches only the empty text if no end was declared', () => {
  expect(createAutomaton().matches('')).toBe(true);
  expect(createAutomaton().matches('a')).toBe(false);
});

test('throws for a state that does not exist', () => {
  const automaton = createAutomaton();
  automaton.join(0, 7);
  expect(() => automaton.matches('')).toThrow(RangeError);
});
