import type { Defect } from '../defect.ts';

/** Mistakes about the look just before a write. */
export const LOOK_DEFECTS: readonly Defect[] = [
  {
    id: 'listing-is-the-second-look',
    happened: 'The read before the delete was answered from the first listing.',
    file: 'lib/sweep/steps/recheck.ts',
    from: '  const { maxAgeMs } = region.policy.recheck;\n',
    to: "  const { maxAgeMs } = region.policy.recheck;\n  if (!detached) return { kind: 'same', connection: verdict.connection };\n",
    promise: 'S5',
  },
  {
    id: 'cache-is-the-second-look',
    happened: 'The read before the delete was answered from a cache of any age.',
    file: 'lib/sweep/steps/recheck.ts',
    from: '    const want = { afterSequence, notBeforeMs: region.clock.now() - maxAgeMs };\n    const read = await readEvidence(region, verdict, want, detached).catch(endUnread);\n    if (region.clock.now() - read.oldestMs <= maxAgeMs) {\n      return compare(region, verdict, read, detached);\n    }',
    to: '    const want = { afterSequence, notBeforeMs: 0 };\n    const read = await readEvidence(region, verdict, want, detached).catch(endUnread);\n    return compare(region, verdict, read, detached);',
    promise: 'S5',
  },
  {
    id: 'retry-does-not-look',
    happened: 'The first attempt read again, and its retries did not.',
    file: 'lib/sweep/steps/delete-connection.ts',
    from: '    answerLost ||= mayHaveEffect;\n',
    to: '    answerLost ||= mayHaveEffect;\n    if (sent) return;\n',
    promise: 'S5',
  },
  {
    id: 'detach-retry-does-not-look',
    happened: 'A detach whose answer was lost was sent again on evidence from before it.',
    file: 'lib/sweep/steps/detach-connection.ts',
    from: '    request.answerLost ||= mayHaveEffect;\n',
    to: '    request.answerLost ||= mayHaveEffect;\n    if (request.sent) return;\n',
    promise: 'S5',
  },
  {
    id: 'clock-set-back',
    happened: "The machine's clock was set back during a run, and a read from minutes ago was fresh again.",
    file: 'lib/wiring/machine-clock.ts',
    from: 'offsetMs = Math.max(offsetMs, machine.wallMs() - elapsedMs);',
    to: 'offsetMs = machine.wallMs() - elapsedMs;',
    promise: 'S5',
  },
  {
    id: 'second-look-not-compared',
    happened: 'The connection was read again, and nobody compared the reply with the judged state.',
    file: 'lib/sweep/steps/recheck.ts',
    from: 'if (changes.length === 0 && goes && sameHolder && sameRule && unplanned === undefined) {',
    to: "if (changes.length < 99 && verdict.kind !== 'not-ours') {",
    promise: 'S1',
  },
];
