import { toPrintable } from '../../core/text/printable.ts';
import type { ReceivedMessage } from '../../emulator/receiver/receiver-types.ts';

/** A message that arrived at the emulator, as its channel shows it: a header, and the lines of the message. */
export function describeMessage({ channel, accepted, code, fault, shown }: ReceivedMessage): string {
  const how = accepted ? 'accepted' : `refused, ${code}`;
  const head = `message to ${channel}: ${how}${fault === undefined ? '' : ` (fault ${fault})`}`;
  const lines = shown === '' ? [] : shown.split('\n').map((line) => `  ${toPrintable(line)}`.trimEnd());
  return [toPrintable(head), ...lines].join('\n');
}
