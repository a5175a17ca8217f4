import type { ConnectionId } from '../../core/domain/estate.ts';
import type { Journal, JournalEvent, JournalFields } from '../../core/domain/journal.ts';
import { toPrintable } from '../../core/text/printable.ts';
import type { Problem } from '../../report/text/summary.ts';
import type { OnReading } from '../../sweep/survey/watch-reading.ts';
import { createJournal, type Level } from '../../wiring/create-log.ts';
import type { Io } from '../io.ts';
import { createOutput, logFormOf } from '../output.ts';
import { createProgress, type Progress } from './progress.ts';
import { createScreen, type Screen } from './screen.ts';

/** Events whose content is also in the result. */
const OF_THE_RESULT: ReadonlySet<JournalEvent> = new Set(['guard.halted', 'policy.warned', 'result.failed']);

/** The watcher of a command's runs: the log, the status line, and notes for the report. */
export type RunWatcher = {
  readonly journalOf: (runId: string) => Journal;
  readonly progress: Progress;
  /** Receives the progress of the reads. */
  readonly onReading: OnReading;
  readonly screen: Screen;
  /** Every judged connection, including kept connections. */
  readonly names: ReadonlyMap<ConnectionId, string>;
  /** Failures of a region, an account or a role, which belong to no connection. */
  readonly problems: readonly Problem[];
};

/**
 * Starts to watch. The log is JSON lines on standard error, from `warn` or from `LOG_LEVEL` up. On a terminal without
 * `LOG_LEVEL`, a warning is a sentence.
 *
 * @throws ConfigError for an unknown `LOG_LEVEL`
 */
export function createRunWatcher(io: Io): RunWatcher {
  const form = logFormOf(io);
  const progress = createProgress();
  const screen = createScreen(createOutput(io).log, io.clock, progress.status);
  const names = new Map<ConnectionId, string>();
  const problems: Problem[] = [];
  const note: Journal = (event, fields) => {
    const { connectionId, name } = fields;
    if (connectionId !== undefined && typeof name === 'string') {
      names.set(connectionId, name);
    }
    const isProblem = connectionId === undefined && !OF_THE_RESULT.has(event);
    const sentence = isProblem ? toSentence(event, fields) : undefined;
    if (sentence !== undefined) {
      problems.push({ text: sentence, code: fields.code ?? null });
    }
  };
  const sentences: Journal = (event, fields) => {
    const sentence = toSentence(event, fields);
    if (sentence !== undefined) {
      screen.line(`warning: ${toPrintable(sentence)}`);
    }
  };
  const journalOf = (runId: string): Journal => {
    const log = form === 'sentences' ? sentences : toJsonLog(runId, form, screen);
    return (event, fields) => {
      note(event, fields);
      progress.journal(event, fields);
      log(event, fields);
      screen.update();
    };
  };
  const onReading: OnReading = (reading) => {
    progress.onReading(reading);
    screen.update();
  };
  return { journalOf, progress, onReading, screen, names, problems };
}

const toJsonLog = (runId: string, level: Level, screen: Screen): Journal =>
  createJournal({ level, bindings: { runId }, write: (line) => screen.line(line.trimEnd()) });

/** A warning for a person. Undefined for other events. */
function toSentence(event: JournalEvent, fields: JournalFields): string | undefined {
  const { regionId, connectionId, action, code, reason } = fields;
  const why = reason ?? [action, code].filter((part) => part !== undefined && part !== null).join(' ');
  switch (event) {
    case 'region.listed':
      return fields.listing === 'unread' ? `${regionId} was not read: ${why}` : undefined;
    case 'guard.halted':
      return `${regionId} is halted: ${fields.ripe} of its ${fields.ours} connections would be deleted`;
    case 'policy.warned':
      // The report shows the entries.
      return fields.entries === undefined ? `the policy: ${reason}` : undefined;
    case 'result.failed':
      return `the result was not stored: ${why}`;
    case 'step.failed':
      return `${connectionId ?? regionId ?? fields.roleArn ?? nameOf(fields.accountId)}: ${why}`;
    default:
      return undefined;
  }
}

/** If the id of the account is unknown, the name is "the credentials". */
const nameOf = (accountId: string | undefined): string =>
  accountId === undefined || accountId === 'unknown' ? 'the credentials' : `account ${accountId}`;
