import { describe, expect, test } from 'vitest';
import { createScreen } from '../../../lib/cli/session/screen.ts';

const HOSTILE = 'a\u001b[2J\nb\u202ec\u009bd';
const clock = { now: () => 0, sleep: () => Promise.resolve() };

describe.each([true, false])('a screen (terminal: %s)', (isTTY) => {
  test('shows lines and status as text that moves no cursor and begins no line', () => {
    const written: string[] = [];
    const out = { isTTY, columns: 80, write: (text: string) => written.push(text) };
    let nowMs = 0;
    const screen = createScreen(out, { ...clock, now: () => nowMs }, () => HOSTILE);
    screen.line(HOSTILE);
    nowMs += 60_000;
    screen.update();
    screen.close();
    const text = written.join('').replaceAll('\r\u001b[K', '');
    expect(['\u001b', '\u009b', '\u202e'].filter((character) => text.includes(character))).toEqual([]);
    expect(text).toContain('a\\u001b[2J\\u000ab\\u202ec\\u009bd\n');
    expect(text.match(/\n/g)?.length).toBeLessThan(3);
  });
});
