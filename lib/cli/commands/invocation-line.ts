import { toPrintable } from '../../core/text/printable.ts';
import type { Invocation } from '../../emulator/fc/invocation.ts';
import { count } from '../../report/text/summary.ts';

/** How an invocation on the local Function Compute ended, in one line. */
export function describeInvocation({ functionName, taskId, requestId, status, attempts, result }: Invocation): string {
  const how = attempts > 1 ? `${status} after ${count(attempts, 'run')}` : status;
  const said = describeAnswer(result ?? '');
  return toPrintable(`${functionName} ${taskId ?? requestId}: ${how}${said === '' ? '' : `, ${said}`}`);
}

/** Results of ours have counts; what a function threw has a message. Of anything else nothing is shown. */
function describeAnswer(text: string): string {
  const { errorMessage, counts } = parseObject(text);
  if (typeof errorMessage === 'string') {
    return errorMessage;
  }
  if (typeof counts !== 'object' || counts === null) {
    return '';
  }
  const some = Object.entries(counts).filter(([, number]) => number !== 0);
  return some.length === 0 ? 'nothing to do' : some.map(([kind, number]) => `${number} ${kind}`).join(', ');
}

function parseObject(text: string): { readonly errorMessage?: unknown; readonly counts?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    // A function may answer any text.
    return {};
  }
}
