import { expect, test } from 'vitest';
import { createJournal } from '../../lib/wiring/create-log.ts';

function logged(fields: Record<string, unknown>, bindings: Record<string, unknown> = {}) {
  const lines: string[] = [];
  const journal = createJournal({ level: 'info', bindings, write: (line) => lines.push(line) });
  journal('detach.done', fields);
  return lines.map((line): unknown => JSON.parse(line));
}

test('a line has its event, level and message, and the fields as they are', () => {
  const evidence = [{ witness: 'transit-router', says: 'absent' }];
  expect(logged({ connectionId: 'vco-1', code: null, evidence }, { runId: 'r-1' })).toEqual([
    expect.objectContaining({
      level: 'info',
      event: 'detach.done',
      msg: 'detach done',
      runId: 'r-1',
      connectionId: 'vco-1',
      code: null,
      evidence,
    }),
  ]);
});

test.each(['accessKeyId', 'accessKeySecret', 'securityToken', 'Signature', 'Psk', 'AuthKey'])(
  'a field named %s is never printed, nor two levels further down or in the bindings',
  (name) => {
    const places = [
      logged({ [name]: 'hush-1' }),
      logged({ reply: { [name]: 'hush-2' } }),
      logged({ reply: { inner: { [name]: 'hush-3' } } }),
      logged({ replies: [{ [name]: 'hush-4' }] }),
      logged({ connectionId: 'vco-1' }, { [name]: 'hush-5' }),
    ];
    const text = JSON.stringify(places);
    expect(text).not.toContain('hush');
    expect(text.split('"[secret]"')).toHaveLength(places.length + 1);
  },
);

test('a terminal obeys no character of a line, for any name or tag', () => {
  const controls = '\u001b[2J\u0007\u007f\u0085\u009b31m\r\n\t';
  const invisible = '\u200b\u200e\u202e\u2028\u2029\u2066\ufeff\u00ad\u{e0041}\ud800';
  const hostile = `a${controls}b${invisible}z\u{1f600}caf\u00e9`;
  const lines: string[] = [];
  const journal = createJournal({ level: 'info', bindings: { from: hostile }, write: (line) => lines.push(line) });
  journal('connection.judged', { name: hostile, evidence: [hostile], [hostile]: 1, outcome: 'unknown' });
  journal('step.failed', { name: hostile, Psk: 'hush' });
  expect(lines).toHaveLength(2);
  for (const line of lines) {
    expect(line.endsWith('}\n')).toBe(true);
    expect(line.slice(0, -1)).toMatch(/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u);
    expect(line).toContain('\u{1f600}caf\u00e9');
    expect(JSON.parse(line)).toMatchObject({ name: hostile, from: hostile });
  }
});
