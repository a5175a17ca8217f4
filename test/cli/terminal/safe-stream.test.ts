import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { createSafeStream } from '../../../lib/cli/terminal/safe-stream.ts';

const full = () => Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });

/** A stream that accepts a number of texts and then fails, in a way of Node's streams. */
function streamFor(taken: string[], room: number, how: 'throws' | 'reports' | 'reports late') {
  const stream = new Writable({
    decodeStrings: false,
    write(text: string, _encoding, done) {
      if (taken.length < room) {
        taken.push(text);
        done();
      } else if (how === 'reports late') {
        setImmediate(done, full());
      } else {
        done(full());
      }
    },
  });
  if (how === 'throws') {
    const { write } = stream;
    stream.write = (...args: unknown[]) => {
      if (taken.length >= room) {
        throw full();
      }
      return Reflect.apply(write, stream, args);
    };
  }
  return createSafeStream(stream);
}

test.each(['throws', 'reports', 'reports late'] as const)(
  'a failure that a stream %s does not end the process',
  async (how) => {
    const taken: string[] = [];
    const stream = streamFor(taken, 2, how);
    for (const text of ['a', 'b', 'c', 'd']) {
      stream.write(text);
    }
    await stream.flush();
    expect(taken).toEqual(['a', 'b']);
    expect(stream.failure()).toBe('ENOSPC');
    stream.write('e');
    await stream.flush();
    expect(taken).toEqual(['a', 'b']);
  },
);

test('a stream that works has no failure', async () => {
  const taken: string[] = [];
  const stream = streamFor(taken, 9, 'reports');
  stream.write('a');
  await stream.flush();
  expect(taken.filter((text) => text !== '')).toEqual(['a']);
  expect(stream.failure()).toBeUndefined();
});
