import type { ChannelPolicy } from '../../lib/core/domain/policy.ts';
import type { RunningEmulator } from '../../lib/emulator/emulator-types.ts';
import { parseEstate } from '../../lib/emulator/estate/parse-estate.ts';
import { startEmulator } from '../../lib/emulator/start-emulator.ts';
import type { MessageDeps } from '../../lib/report/messages/send-message.ts';
import { createPost } from '../../lib/wiring/post-once.ts';
import { aChannel } from '../report/messages/message-support.ts';

export const start = (options: Partial<Parameters<typeof startEmulator>[0]> = {}): Promise<RunningEmulator> =>
  startEmulator({ estate: parseEstate('{}', 'test'), ...options });

/** The addresses and keys of the emulator's receivers, under the names of its `--env`. */
export const envOf = ({ url, receiver }: RunningEmulator): Record<string, string> =>
  Object.fromEntries(
    receiver.channels.flatMap(({ type, path, secret }) => [
      [`${type.toUpperCase()}_URL`, `${url}${path}`],
      ...(secret === null ? [] : [[`${type.toUpperCase()}_SECRET`, secret]]),
    ]),
  );

/** Dependencies with real HTTP, and with waits that take no time. */
export function realDeps(emulator: RunningEmulator, change: Partial<MessageDeps> = {}) {
  const waits: number[] = [];
  const deps: MessageDeps = {
    env: envOf(emulator),
    post: createPost(),
    clock: {
      now: () => Date.now(),
      sleep: async (ms) => {
        waits.push(ms);
      },
    },
    random: () => 0,
    log: () => undefined,
    ...change,
  };
  return { deps, waits };
}

export const channelOf = (type: ChannelPolicy['type'], change: Partial<ChannelPolicy> = {}): ChannelPolicy =>
  aChannel(type, { language: 'zh', ...change });
