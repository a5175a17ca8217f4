/**
 * A machine that reads a text once, character by character, and follows every way through a pattern at the same time.
 * So its time grows with the length of the text and the size of the pattern, never with the number of ways.
 */
export type Automaton = {
  /** The state in which it begins. */
  readonly start: number;
  /** A state without a way to it yet. */
  addState(): number;
  /** A new state that is reached from another state without reading. */
  addSkip(from: number): number;
  /** A new state that is reached by reading a character that passes the test. */
  addStep(from: number, isTaken: (char: string) => boolean): number;
  /** A new state that is reached without reading. Any character leads from it back to it. */
  addLoop(from: number): number;
  /** Reach an existing state from another state without reading. */
  join(from: number, to: number): void;
  /** Declare the state in which the whole text must end. */
  end(at: number): void;
  matches(text: string): boolean;
};

type State = {
  /** The states that are reached without reading. */
  readonly skips: number[];
  /** The next state after a character that passes the test. */
  step: { readonly isTaken: (char: string) => boolean; readonly to: number } | undefined;
};

export function createAutomaton(): Automaton {
  const states: State[] = [];
  let endState = 0;
  const addState = (): number => states.push({ skips: [], step: undefined }) - 1;
  const stateAt = (index: number): State => {
    const state = states[index];
    if (state === undefined) {
      throw new RangeError(`no state ${index}`);
    }
    return state;
  };
  const join = (from: number, to: number): void => {
    stateAt(from).skips.push(to);
  };
  const addSkip = (from: number): number => {
    const to = addState();
    join(from, to);
    return to;
  };
  /** All states that are reached from these without reading, each once. */
  const close = (entered: readonly number[]): ReadonlySet<number> => {
    const reached = new Set(entered);
    // A set that grows during the loop. The loop visits the new elements as well.
    for (const index of reached) {
      for (const skip of stateAt(index).skips) {
        reached.add(skip);
      }
    }
    return reached;
  };
  const addStep = (from: number, isTaken: (char: string) => boolean): number => {
    // A state has at most one step, so a state with skips needs a new state for the step.
    const source = addSkip(from);
    const to = addState();
    stateAt(source).step = { isTaken, to };
    return to;
  };
  return {
    start: addState(),
    addState,
    addSkip,
    addStep,
    addLoop: (from) => {
      const loop = addSkip(from);
      stateAt(loop).step = { isTaken: () => true, to: loop };
      return loop;
    },
    join,
    end: (at) => {
      endState = at;
    },
    matches: (text) => {
      let reached = close([0]);
      for (const char of text) {
        const entered: number[] = [];
        for (const index of reached) {
          const { step } = stateAt(index);
          if (step?.isTaken(char)) {
            entered.push(step.to);
          }
        }
        if (entered.length === 0) {
          return false;
        }
        reached = close(entered);
      }
      return reached.has(endState);
    },
  };
}
