import type { Defect } from '../defect.ts';

/** Mistakes about connections that are held after their detach. */
export const HOLD_DEFECTS: readonly Defect[] = [
  {
    id: 'hold-not-kept',
    happened: 'A connection with a hold of days was deleted by the next run after its detach.',
    file: 'lib/core/judge/judge.ts',
    from: 'const heldUntilMs = nowMs < noteMs + holdMs ? noteMs + holdMs : undefined;',
    to: 'const heldUntilMs = holdMs < 0 ? noteMs + holdMs : undefined;',
    promise: 'S11',
  },
  {
    id: 'hold-runs-on-over-a-gap',
    happened: 'Nobody had looked at a held connection for weeks, and the first run that did deleted it.',
    file: 'lib/core/judge/judge.ts',
    from: "{ kind: 'valid', atMs: nowMs, attachmentId: note.attachmentId }",
    to: "{ kind: 'valid', atMs: nowMs - holdMs, attachmentId: note.attachmentId }",
    promise: 'S11',
  },
  {
    id: 'lapsed-hold-is-none',
    happened: 'The hold of a connection had lapsed, and a rule without grace deleted it at once.',
    file: 'lib/core/judge/judge.ts',
    from: "note.kind === 'lapsed' && holdMs > 0",
    to: "note.kind === 'lapsed' && holdMs < 0",
    promise: 'S11',
  },
  {
    id: 'old-note-beside-new-seen',
    happened: 'A hold was to start again, but only the time of the last look was renewed, and so the old note counted.',
    file: 'lib/sweep/marks/mark-upkeep.ts',
    from: "if (verdict.restartsHold && verdict.note.kind === 'valid') {",
    to: "if (verdict.restartsHold && verdict.note.kind === 'none') {",
    promise: 'S11',
  },
];
