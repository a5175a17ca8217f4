import type { Defect } from '../defect.ts';

/** Mistakes about the permitted content of an event. */
export const EVENT_DEFECTS: readonly Defect[] = [
  {
    id: 'event-raises-the-mode',
    happened: 'An event turned a plan into a sweep.',
    file: 'lib/event/parse-event-request.ts',
    from: 'const allowed = MODES.slice(0, MODES.indexOf(limits.mode) + 1);',
    to: 'const allowed = MODES;',
    promise: 'S8',
  },
  {
    id: 'empty-list-is-all',
    happened: 'An event with an empty list of connections was taken to mean all connections.',
    file: 'lib/event/parse-event-request.ts',
    from: 'Array.isArray(value) ? [...new Set',
    to: 'Array.isArray(value) && value.length > 0 ? [...new Set',
    promise: 'S8',
  },
  {
    id: 'plan-writes',
    happened: 'A dry run wrote tags.',
    file: 'lib/core/plan/narrow.ts',
    from: "mode === 'mark' || mode === 'sweep'",
    to: 'mode !== undefined',
    promise: 'S8',
  },
  {
    id: 'event-skips-the-grace',
    happened: 'A connection that an event named was removed at once, without its grace.',
    file: 'lib/sweep/run-sweep.ts',
    from: '  const startedMs = deps.clock.now();\n  deps.journal(',
    to: "  const startedMs = deps.clock.now();\n  const hurried = request.parts.some(({ connections }) => connections !== undefined);\n  const rules = Object.fromEntries(Object.entries(request.policy.rules).map(([name, grace]) => [name, grace === 'off' ? grace : 0]));\n  if (hurried) request = { ...request, policy: { ...request.policy, rules } };\n  deps.journal(",
    promise: 'S4',
  },
];
