// The emulator of the built command line, in a separate process.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

/**
 * Start an emulator, give it to `use`, and end it.
 *
 * @param args arguments of the command `emulator`
 * @param use gets the URL of the emulator and a key that may do everything
 */
export async function withEmulator(args, use) {
  const cloud = spawn(process.execPath, [resolve('dist/cli/index.js'), 'emulator', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    return await use(await readAccess(cloud));
  } finally {
    cloud.kill();
    if (cloud.exitCode === null && cloud.signalCode === null) {
      await once(cloud, 'exit');
    }
  }
}

/** The emulator's first line names its URL and its key. */
async function readAccess(cloud) {
  for await (const line of createInterface({ input: cloud.stdout })) {
    const [, url, accessKeyId, accessKeySecret] = /url=(\S+) accessKeyId=(\S+) accessKeySecret=(\S+)/.exec(line) ?? [];
    if (url) {
      return { url, credentials: { accessKeyId, accessKeySecret } };
    }
  }
  throw new Error('the emulator ended before it was reached');
}
