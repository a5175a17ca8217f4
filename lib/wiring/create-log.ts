import { pino } from 'pino';
import { ConfigError } from '../core/domain/errors.ts';
import type { Journal, JournalEvent, JournalFields } from '../core/domain/journal.ts';
import { toPrintableJson } from '../core/text/printable.ts';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type Level = (typeof LEVELS)[number];

/** A constant message for each event. Everything that varies is a field. */
const MESSAGES: Readonly<Record<JournalEvent, string>> = {
  'run.started': 'run started',
  'policy.warned': 'the policy may not do what it seems to',
  'region.listed': 'region listed',
  'connection.judged': 'connection judged',
  'mark.set': 'mark set',
  'mark.cleared': 'mark cleared',
  'backup.done': 'backup written and read back',
  'detach.requested': 'detach requested',
  'detach.done': 'detach done',
  'delete.requested': 'delete requested',
  'delete.done': 'delete done',
  'step.retried': 'step retried',
  'step.failed': 'step failed',
  'guard.halted': 'guard halted the region',
  'told.ignored': 'record of a message ignored',
  'result.failed': 'result not stored',
  'run.finished': 'run finished',
  'dispatch.started': 'dispatch started',
  'scope.started': 'sweep of one account and region started',
  'scope.failed': 'sweep of one account and region not started',
  'dispatch.finished': 'dispatch finished',
  'report.written': 'report written',
  'notify.retried': 'message sent again',
  'notify.accepted': 'message accepted',
  'notify.failed': 'message not accepted, or not recorded',
  'report.finished': 'report finished',
};

const SECRET_NAMES = ['accessKeyId', 'accessKeySecret', 'securityToken', 'Signature', 'Psk', 'AuthKey'];
const SECRET_PATHS = SECRET_NAMES.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/**
 * A log with a JSON object in each line.
 *
 * @param write gets whole lines. On Function Compute it must be `process.stdout.write`: the platform captures that
 *   function, not the file descriptor, so pino's own destination would bypass it.
 * @param bindings fields of every line, such as `runId` and the platform's `requestId`
 */
export function createJournal(options: {
  readonly level: Level;
  readonly write: (line: string) => void;
  readonly bindings: Readonly<Record<string, unknown>>;
}): Journal {
  const config = {
    level: options.level,
    base: options.bindings,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const stream = { write: (line: string) => options.write(toPrintableLine(line)) };
  const plain = pino(config, stream);
  // Fields with these names are never logged on purpose. Redacting is a second protection.
  const redacting = pino({ ...config, redact: { paths: SECRET_PATHS, censor: '[secret]' } }, stream);
  const always = holdsSecret(options.bindings);
  return (event, fields) => {
    const log = always || holdsSecret(fields) ? redacting : plain;
    log[levelOf(event, fields)]({ event, ...fields }, MESSAGES[event]);
  };
}

/**
 * Escape a line, because names and tags are other people's text, and a terminal or a log viewer obeys some characters.
 */
const toPrintableLine = (line: string): string => `${toPrintableJson(line.trimEnd())}\n`;

/** The greatest depth of a redacted path. */
const DEPTH_MAX = 3;

/**
 * Whether the redacting logger would find a secret. Redacting copies the fields and tries every path, which costs more
 * than the rest of the line. Looking for the names first costs almost nothing.
 */
function holdsSecret(value: unknown, depth = DEPTH_MAX): boolean {
  if (typeof value !== 'object' || value === null || depth === 0) {
    return false;
  }
  for (const [name, item] of Object.entries(value)) {
    if (SECRET_NAMES.includes(name) || holdsSecret(item, depth - 1)) {
      return true;
    }
  }
  return false;
}

const WARNED: ReadonlySet<JournalEvent> = new Set([
  'policy.warned',
  'guard.halted',
  'step.failed',
  'scope.failed',
  'told.ignored',
  'result.failed',
  'notify.failed',
]);

function levelOf(event: JournalEvent, fields: JournalFields): 'debug' | 'info' | 'warn' {
  if (WARNED.has(event)) {
    return 'warn';
  }
  if (event === 'region.listed') {
    return fields.listing === 'unread' ? 'warn' : 'info';
  }
  if (event === 'connection.judged') {
    return fields.outcome === 'kept' ? 'debug' : 'info';
  }
  return 'info';
}

/**
 * Read `LOG_LEVEL`. The default is `info`, also for a blank value. Throws `ConfigError` for a level that pino does not
 * know.
 */
export function parseLevel(text: string | undefined): Level {
  const wanted = text?.trim().toLowerCase() || 'info';
  const level = LEVELS.find((known) => known === wanted);
  if (level === undefined) {
    throw new ConfigError(`LOG_LEVEL is "${wanted}"; allowed: ${LEVELS.join(', ')}`);
  }
  return level;
}
