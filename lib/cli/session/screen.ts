import type { Clock } from '../../core/domain/cloud-api.ts';
import { toPrintable } from '../../core/text/printable.ts';
import { cutTo } from '../../report/text/text-width.ts';
import type { OutputStream } from '../io.ts';

/** Standard error while a command works: a status that changes in place, and permanent lines. */
export type Screen = {
  /** Prints a permanent line. The status moves below it. */
  readonly line: (text: string) => void;
  /** Shows the present `status`, if its interval has passed. */
  readonly update: () => void;
  readonly close: () => void;
};

const CLEAR_LINE = '\r\u001b[K';
const REDRAW_MS = 1_000;
/** The interval of status lines on a stream that cannot be rewritten. */
const PLAIN_INTERVAL_MS = 10_000;

/** Line and status may hold other people's text, and are made printable here. */
export function createScreen(out: OutputStream, clock: Clock, status: () => string): Screen {
  const printable = () => toPrintable(status());
  const screen = out.isTTY ? createLive(out, clock, printable) : createPlain(out, clock, printable);
  return { ...screen, line: (text) => screen.line(toPrintable(text)) };
}

function createLive(out: OutputStream, clock: Clock, status: () => string): Screen {
  const startedMs = clock.now();
  let shown = '';
  const draw = () => {
    const seconds = Math.max(0, Math.round((clock.now() - startedMs) / 1000));
    const text = cutTo(`${seconds}s  ${status()}`, Math.max(20, (out.columns ?? 80) - 1));
    if (text !== shown) {
      out.write(CLEAR_LINE + text);
    }
    shown = text;
  };
  const clear = () => {
    shown = '';
    out.write(CLEAR_LINE);
  };
  const timer = setInterval(draw, REDRAW_MS);
  timer.unref();
  return {
    line: (text) => {
      clear();
      out.write(`${text}\n`);
      draw();
    },
    update: draw,
    close: () => {
      clearInterval(timer);
      clear();
    },
  };
}

function createPlain(out: OutputStream, clock: Clock, status: () => string): Screen {
  let shownMs = clock.now();
  let shown = '';
  return {
    line: (text) => out.write(`${text}\n`),
    update: () => {
      if (clock.now() - shownMs < PLAIN_INTERVAL_MS || status() === shown) {
        return;
      }
      shownMs = clock.now();
      shown = status();
      out.write(`${shown}\n`);
    },
    close: () => undefined,
  };
}
