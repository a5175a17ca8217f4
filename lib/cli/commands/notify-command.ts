import { randomUUID } from 'node:crypto';
import { formatDuration } from '../../core/domain/duration.ts';
import { ConfigError } from '../../core/domain/errors.ts';
import type { Journal } from '../../core/domain/journal.ts';
import { toPrintable } from '../../core/text/printable.ts';
import { loadPolicy } from '../../policy/load-policy.ts';
import { checkChannels, type Sent, sendTest } from '../../report/messages/send-message.ts';
import { createProxyRoute } from '../../wiring/access/proxies.ts';
import { createPost } from '../../wiring/post-once.ts';
import { refuseDebug } from '../../wiring/refuse-debug.ts';
import { EXIT } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { createOutput } from '../output.ts';

export type NotifyOptions = { readonly policy?: string };

/**
 * Sends a test message to each channel of the policy, and prints a line for each channel.
 *
 * @throws ConfigError for a wrong policy, a policy without channels, or an unusable variable
 */
export async function notifyCommand({ policy: file }: NotifyOptions, io: Io): Promise<number> {
  const { env, readFile, clock } = io;
  refuseDebug(env);
  const { channels } = loadPolicy({ env, file, readFile }).policy.notify;
  if (channels.length === 0) {
    throw new ConfigError(
      'the policy has no channel: add one to notify.channels, or name another policy with --policy',
    );
  }
  checkChannels(channels, env);
  const output = createOutput(io);
  const log: Journal = (_event, { channel, code, delayMs }) =>
    output.say(toPrintable(`${channel}: ${code}, trying again in ${formatDuration(Number(delayMs))}`));
  const deps = { env, post: createPost(createProxyRoute(io)), clock, random: Math.random, log };
  const testId = `test-${randomUUID()}`;
  const answers: Sent[] = [];
  for (const channel of channels) {
    const sent = await sendTest(channel, testId, deps);
    answers.push(sent);
    output.print(toPrintable(`${channel.name}: ${describe(sent)}`));
  }
  return answers.every(({ kind }) => kind === 'accepted') ? EXIT.nothingLeft : EXIT.incomplete;
}

const describe = (sent: Sent): string =>
  sent.kind === 'refused' ? `refused, ${sent.code}: ${sent.reason}` : 'accepted';
