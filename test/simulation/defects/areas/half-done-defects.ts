import type { Defect } from '../defect.ts';

/** Mistakes about half-done connections, and about requests that are sent again. */
export const HALF_DONE_DEFECTS: readonly Defect[] = [
  {
    id: 'note-not-read-back',
    happened: 'A detach note counted as written although it was not. The run died, and nobody finished the connection.',
    file: 'lib/sweep/steps/recheck.ts',
    from: 'if (isMarkShown && isNoteShown) {',
    to: 'if (isMarkShown) {',
    promise: 'S11',
  },
  {
    id: 'refusal-removes-another-note',
    happened: 'A run whose detach was refused removed the note of another run that was still at it.',
    file: 'lib/sweep/marks/detach-note.ts',
    from: 'if (!isThis || (isDetachedNow && !isProtected)) {',
    to: "if (!isThis && note === '') {",
    promise: 'S11',
  },
  {
    id: 'half-done-forgotten',
    happened: 'A connection that a run had detached was deleted by no later run.',
    file: 'lib/core/judge/judge.ts',
    from: "if (association.kind === 'unbound' && holdNote.kind === 'valid') {",
    to: 'if (Number.isNaN(nowMs)) {',
    promise: 'S11',
  },
  {
    id: 'half-done-comes-last',
    happened: 'New work came first, and so half-done connections were never finished.',
    file: 'lib/core/plan/plan.ts',
    from: 'return halfDone;',
    to: 'return -halfDone;',
    promise: 'S11',
  },
  {
    id: 'new-token-for-lost-answer',
    happened: 'A request whose answer was lost was sent again with a new client token.',
    file: 'lib/cloud/client/client-token.ts',
    from: 'if (isDefiniteAnswer(error)) {',
    to: 'if (error) {',
    promise: 'S12',
  },
  {
    id: 'old-token-after-refusal',
    happened: 'A refused request was sent again with the same client token, and got the same refusal replayed.',
    file: 'lib/cloud/client/client-token.ts',
    from: 'if (isDefiniteAnswer(error)) {',
    to: 'if (error === undefined) {',
    promise: 'S12',
  },
];
