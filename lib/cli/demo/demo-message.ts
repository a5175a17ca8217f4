import type { ChannelPolicy } from '../../core/domain/policy.ts';
import { toPrintable } from '../../core/text/printable.ts';
import type { RunningEmulator } from '../../emulator/emulator-types.ts';
import type { ReportDigest } from '../../report/digest/report-digest.ts';
import { sendMessage } from '../../report/messages/send-message.ts';
import { paletteOf } from '../../report/text/report-style.ts';
import { count } from '../../report/text/summary.ts';
import { cutTo } from '../../report/text/text-width.ts';
import { createPost } from '../../wiring/post-once.ts';
import type { Io } from '../io.ts';
import type { Output } from '../output.ts';
import { createTeller } from './demo-story.ts';

const CHANNEL: ChannelPolicy = {
  type: 'dingtalk',
  name: 'dingtalk',
  urlEnv: 'DINGTALK_URL',
  secretEnv: 'DINGTALK_SECRET',
  on: ['marked', 'due', 'held', 'deleted', 'attention', 'missing'],
  language: 'en',
};
const NOTICE_MS = 86_400_000;
/** The whole message would push the end of the story off the screen. */
const LINES_SHOWN = 8;
const COLUMNS_MAX = 120;
const MARGIN = '  | ';
/** A DingTalk client shows these lines in bold. */
const HEADING = /^(?:#+ |\*\*)(.+?)(?:\*\*)?$/;

type Sending = { readonly emulator: RunningEmulator; readonly io: Io };

/**
 * A chapter with the message that people get of this digest. It is really posted, to the emulator's own DingTalk robot.
 *
 * Throws if the robot does not accept the message.
 */
export async function tellMessage(
  title: string,
  digest: ReportDigest,
  { output, ...sending }: Sending & { readonly output: Output },
): Promise<void> {
  const shown = await sendDigest(digest, sending);
  const { style, print } = output;
  const palette = paletteOf(style);
  createTeller(output).chapter(
    title,
    'A report also sends its news to the channels of the policy (docs/notify.md). The robot of a DingTalk group, emulated ' +
      'on this machine, has accepted this message, and the group sees:',
  );
  const lines = shown.split('\n').filter((line) => line.trim() !== '');
  for (const line of lines.slice(0, LINES_SHOWN)) {
    const [, heading] = HEADING.exec(line) ?? [];
    const text = cutTo(toPrintable(heading ?? line), Math.min(style.columns, COLUMNS_MAX) - MARGIN.length);
    print(MARGIN + (heading === undefined ? text : palette.bold(text)));
  }
  if (lines.length > LINES_SHOWN) {
    print(`${MARGIN}… and ${count(lines.length - LINES_SHOWN, 'more line')}`);
  }
  print('');
}

/** Send it, and answer the text that the robot shows. Throws if the robot does not accept the message. */
async function sendDigest(
  digest: ReportDigest,
  { emulator: { receiver, url }, io: { clock } }: Sending,
): Promise<string> {
  const robot = receiver.channels.find(({ type }) => type === CHANNEL.type);
  const nowMs = Date.parse(digest.madeAt);
  const sent = await sendMessage(
    { channel: CHANNEL, digest, toldBefore: new Set(), noticeMs: NOTICE_MS, url: undefined, nowMs },
    {
      env: { DINGTALK_URL: `${url}${robot?.path}`, DINGTALK_SECRET: robot?.secret ?? undefined },
      post: createPost(),
      clock,
      random: Math.random,
      log: () => undefined,
    },
  );
  const arrived = receiver.messages.at(-1);
  if (sent.kind !== 'accepted' || arrived === undefined) {
    throw new Error(`the demo's message did not arrive: ${sent.kind === 'refused' ? sent.reason : sent.kind}`);
  }
  return arrived.shown;
}
