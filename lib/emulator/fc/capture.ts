import type { Readable } from 'node:stream';

/** The output of an invocation beyond this length is left out. */
const LETTERS_MAX = 1_000_000;

/** Both output streams of a process as a single text, cut at the end of each invocation. */
export class Capture {
  #text = '';
  #isCut = false;
  #marker: string | undefined;
  readonly #held = ['', ''];
  #markersLeft = 0;
  #reached: () => void = () => undefined;

  constructor(...streams: readonly (Readable | null)[]) {
    streams.forEach((stream, at) => {
      stream?.setEncoding('utf8').on('data', (text: string) => this.#add(at, text));
    });
  }

  /** Resolves when the marker has arrived on both streams. */
  until(marker: string): Promise<void> {
    this.#marker = marker;
    this.#markersLeft = 2;
    return new Promise((resolve) => {
      this.#reached = resolve;
    });
  }

  /** The output since the last call. */
  take(): string {
    const text = this.#text;
    const isCut = this.#isCut;
    this.#text = '';
    this.#isCut = false;
    return isCut ? `${text}\n… the rest of the output was left out\n` : text;
  }

  #add(at: number, chunk: string): void {
    const text = this.#held[at] + chunk;
    const marker = this.#marker;
    const end = marker === undefined ? -1 : text.indexOf(marker);
    if (marker !== undefined && end >= 0) {
      this.#keep(text.slice(0, end));
      this.#held[at] = '';
      this.#markersLeft -= 1;
      if (this.#markersLeft === 0) {
        this.#reached();
      }
      if (text.length > end + marker.length) {
        this.#add(at, text.slice(end + marker.length));
      }
      return;
    }
    // The end of a chunk may be the start of a marker.
    const start = marker === undefined ? -1 : text.lastIndexOf('\u0000');
    const isPart = start >= 0 && marker?.startsWith(text.slice(start)) === true;
    this.#held[at] = isPart ? text.slice(start) : '';
    this.#keep(isPart ? text.slice(0, start) : text);
  }

  #keep(text: string): void {
    if (this.#text.length + text.length > LETTERS_MAX) {
      this.#isCut = true;
    }
    this.#text += text.slice(0, LETTERS_MAX - this.#text.length);
  }
}
