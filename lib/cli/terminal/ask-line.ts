import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { Io, Reply } from '../io.ts';

/** The source of keystrokes, such as standard input on a terminal. */
export type Keyboard = NodeJS.ReadableStream & { readonly setRawMode: (isRaw: boolean) => unknown };

/** Buffered input arrives within a turn of the event loop, but some systems deliver it from a thread. */
const QUIET_MS = 50;
/** If a person types without a pause for this many waits, the person does not read the question. */
const WAITS_MAX = 20;
const CTRL_C = '\u0003';

/**
 * Asks for a line. Discards everything that was typed before the question appears, whole lines and parts of a line.
 *
 * Only a line with its end counts as an answer.
 */
export async function askLine(
  input: Keyboard,
  output: NodeJS.WritableStream,
  question: string,
  onStop: Io['onStop'],
): Promise<Reply> {
  // In raw mode the terminal also delivers an unfinished line.
  input.setRawMode(true);
  try {
    const drained = await drain(input);
    return drained === 'drained' ? await readLine(input, output, question, onStop) : drained;
  } finally {
    input.setRawMode(false);
    input.pause();
  }
}

/** Reads and discards input until no more arrives. */
async function drain(input: Keyboard): Promise<'drained' | Exclude<Reply, object>> {
  let isQuiet = false;
  let end: Exclude<Reply, object> | undefined;
  const forget = (chunk: Buffer | string): void => {
    isQuiet = false;
    if (chunk.toString().includes(CTRL_C)) {
      end = 'cancelled';
    }
  };
  const close = (): void => {
    end ??= 'no-more-input';
  };
  input.on('data', forget);
  input.once('end', close);
  input.once('error', close);
  input.resume();
  for (let waits = 0; !isQuiet && end === undefined; waits += 1) {
    isQuiet = true;
    await delay(QUIET_MS);
    if (waits > WAITS_MAX) {
      close();
    }
  }
  input.off('data', forget);
  input.off('end', close);
  input.off('error', close);
  return end ?? 'drained';
}

function readLine(
  input: Keyboard,
  output: NodeJS.WritableStream,
  question: string,
  onStop: Io['onStop'],
): Promise<Reply> {
  return new Promise((resolve) => {
    const editor = createInterface({ input, output, terminal: true, historySize: 0 });
    const ignoreStop = onStop(() => finish('cancelled'));
    const finish = (reply: Reply): void => {
      resolve(reply);
      ignoreStop();
      editor.close();
    };
    editor.once('SIGINT', () => finish('cancelled'));
    // Ctrl-D, or a closed terminal.
    editor.once('close', () => finish('no-more-input'));
    editor.on('error', () => finish('no-more-input'));
    input.once('error', () => finish('no-more-input'));
    editor.question(question, (text) => finish({ text }));
  });
}
