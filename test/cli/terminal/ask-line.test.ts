import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import type { Reply } from '../../../lib/cli/io.ts';
import { askLine } from '../../../lib/cli/terminal/ask-line.ts';

const QUESTION = 'Type 3 to delete them: ';

/**
 * Asks on a terminal in memory.
 *
 * @param early text that is typed before the question
 * @param onQuestion called once the question is on the screen
 */
async function ask(early: string, onQuestion: (keyboard: PassThrough, stop: () => void) => void) {
  const modes: boolean[] = [];
  const keyboard = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (isRaw: boolean) => modes.push(isRaw),
  });
  keyboard.write(early);
  const screen = new PassThrough();
  const listeners = new Set<() => void>();
  const stop = () => {
    for (const listener of listeners) {
      listener();
    }
  };
  let shown = '';
  screen.on('data', (chunk) => {
    const wasShown = shown.includes(QUESTION);
    shown += chunk;
    if (!wasShown && shown.includes(QUESTION)) {
      onQuestion(keyboard, stop);
    }
  });
  const reply = await askLine(keyboard, screen, QUESTION, (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  });
  expect(modes.at(-1)).toBe(false);
  expect(listeners.size).toBe(0);
  return { reply, shown };
}

test.each<[string, string, Reply]>([
  ['a line', '3\r', { text: '3' }],
  ['a line with a correction', '4\u007f3\r', { text: '3' }],
  ['an empty line', '\r', { text: '' }],
  ['Ctrl-D', '\u0004', 'no-more-input'],
  ['Ctrl-C', '\u0003', 'cancelled'],
  ['Ctrl-C after a number', '3\u0003', 'cancelled'],
])('the answer to %s', async (_what, typed, expected) => {
  expect((await ask('', (keyboard) => keyboard.write(typed))).reply).toEqual(expected);
});

test.each([['3\n'], ['3\r'], ['3'], ['sudo reboot\n3\n3\n'], ['\u0004'], ['3\r'.repeat(1_000)]])(
  'text from before the question is no answer: %#',
  async (early) => {
    const { reply, shown } = await ask(early, (keyboard) => keyboard.write('no\r'));
    expect(reply).toEqual({ text: 'no' });
    expect(shown.split(QUESTION)[0]).not.toContain('3');
  },
);

test('no question appears while a person types without a pause', async () => {
  const typing = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
  const timer = setInterval(() => typing.write('3\r'), 1);
  const screen = new PassThrough();
  const reply = await askLine(typing, screen, QUESTION, () => () => undefined);
  expect(reply).toBe('no-more-input');
  clearInterval(timer);
  expect(screen.read()).toBeNull();
});

test('a closed terminal gives no answer', async () => {
  expect((await ask('', (keyboard) => keyboard.end())).reply).toBe('no-more-input');
  const gone = Object.assign(new Error('gone'), { code: 'EIO' });
  expect((await ask('', (keyboard) => keyboard.emit('error', gone))).reply).toBe('no-more-input');
});

test('a signal at the question cancels it', async () => {
  expect((await ask('', (_keyboard, stop) => stop())).reply).toBe('cancelled');
});
