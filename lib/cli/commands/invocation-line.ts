import { toPrintable } from '../../core/text/printable.ts';
import type { Invocation } from '../../emulator/fc/invocation.ts';
import { count } from '../../report/text/summary.ts';

/** A line about an ended invocation on the local Function Compute. */
export function describeInvocation({ functionName, taskId, requestId, status, attempts, result }: Invocation): string {
  const how = attempts > 1 ? `${status} after ${count(attempts, 'run')}` : status;
  const said = describeAnswer(result ?? '');
  return toPrintable(`${functionName} ${taskId ?? requestId}: ${how}${said === '' ? '' : `, ${said}`}`);
}

/** Describes a result of the sweeper by its counts, and an error by its message. Any other answer is not shown. */
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
