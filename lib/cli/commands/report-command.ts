import { randomUUID } from 'node:crypto';
import { ConfigError } from '../../core/domain/errors.ts';
import type { RunResult } from '../../core/domain/outcome.ts';
import { toIso } from '../../core/domain/time.ts';
import { toFileProblem } from '../../core/store/file-problem.ts';
import { StoreError } from '../../core/store/store-error.ts';
import { RESULT_FORMAT } from '../../core/store/store-layout.ts';
import { toPrintable } from '../../core/text/printable.ts';
import { type LoadedPolicy, loadPolicy } from '../../policy/load-policy.ts';
import { reportCsvPieces } from '../../report/csv/to-csv.ts';
import { digestRuns } from '../../report/digest/digest-runs.ts';
import type { FailedDispatch, ReportDigest } from '../../report/digest/report-digest.ts';
import { collectReport, toFailed } from '../../report/make-report/collect-report.ts';
import { makeReport, refuseEmpty } from '../../report/make-report/make-report.ts';
import { readHistory } from '../../report/make-report/report-history.ts';
import { findResults } from '../../report/make-report/stored-files.ts';
import { renderPage } from '../../report/page/render-page.ts';
import { toResult } from '../../report/results/read-result.ts';
import { SharedTexts } from '../../report/results/shared-texts.ts';
import { reportDigest } from '../../report/text/digest-summary.ts';
import { count } from '../../report/text/summary.ts';
import { readDocumentText } from '../../store/document-text.ts';
import { createProxyRoute } from '../../wiring/access/proxies.ts';
import { createJournal } from '../../wiring/create-log.ts';
import { createReportDeps } from '../../wiring/create-report-deps.ts';
import { openPolicyStore } from '../../wiring/open-policy-store.ts';
import { EXIT } from '../exit-code.ts';
import type { FormatOptions } from '../formats.ts';
import { type Io, UnwritableOutput } from '../io.ts';
import { createOutput, logFormOf } from '../output.ts';
import type { StoreOptions } from './backups-command.ts';

export type ReportOptions = FormatOptions &
  StoreOptions & {
    readonly result?: readonly string[];
    readonly html?: string;
    readonly csv?: string;
    readonly notify?: true;
  };

/**
 * Makes a report of stored results, or of results in files. Without `--notify` it neither writes into the store nor
 * sends messages.
 */
export async function reportCommand(options: ReportOptions, io: Io): Promise<number> {
  const loaded = loadPolicy({ env: io.env, file: options.policy, store: options.store, readFile: io.readFile });
  try {
    return options.notify === true ? await notify(options, loaded, io) : await show(options, loaded, io);
  } catch (error) {
    throw error instanceof StoreError ? new ConfigError(error.message) : error;
  }
}

/** Page and table show a report here, not a run. */
const formatOnly = ({ html, csv, ...options }: ReportOptions): FormatOptions => options;

/** Does the work of the report function. */
async function notify(options: ReportOptions, { policy, origin }: LoadedPolicy, io: Io): Promise<number> {
  const { env, clock } = io;
  const output = createOutput(io, formatOnly(options));
  const form = logFormOf(io);
  const deps = await createReportDeps({
    env,
    policy,
    clock,
    deadlineMs: Number.POSITIVE_INFINITY,
    route: createProxyRoute(io),
    journal: (runId) =>
      createJournal({ level: form === 'sentences' ? 'error' : form, bindings: { runId }, write: output.log.write }),
  });
  const data = await makeReport({ policy, policyHash: origin.hash }, deps);
  const lines = [
    data.report === null
      ? 'Nothing is new since the last report.'
      : `${data.report.storedAs}: ${count(data.report.connections, 'connection')} from ${count(data.report.results, 'result')}, ${data.report.status}`,
    ...data.messages.map(
      ({ channel, state, code, reason }) => `${channel}: ${state}${reason === null ? '' : `, ${code}: ${reason}`}`,
    ),
    ...data.problems,
  ];
  output.answer({ kind: 'undo', data, lines });
  return data.messages.some(({ reason }) => reason !== null) ? EXIT.incomplete : EXIT.nothingLeft;
}

async function show(options: ReportOptions, loaded: LoadedPolicy, io: Io): Promise<number> {
  const files = [
    { option: '--html', path: options.html, render: renderPage },
    { option: '--csv', path: options.csv, render: (digest: ReportDigest) => [...reportCsvPieces(digest)].join('') },
  ].flatMap(({ path, ...file }) => (path === undefined ? [] : [{ path, ...file }]));
  const problemOf = (option: string, path: string, error: unknown): string =>
    `${option} ${JSON.stringify(path)} cannot be written: ${toFileProblem(error)}`;
  for (const { option, path } of files) {
    try {
      io.checkWritable(path);
    } catch (error) {
      throw new ConfigError(problemOf(option, path, error));
    }
  }
  const output = createOutput(io, formatOnly(options));
  const digest = options.result === undefined ? await ofStore(loaded, io) : ofFiles(options.result, loaded, io);
  output.answer({ kind: 'undo', data: digest, lines: reportDigest(digest, output.style).trimEnd().split('\n') });
  for (const { option, path, render } of files) {
    try {
      io.writeFile(path, render(digest));
    } catch (error) {
      throw new UnwritableOutput(problemOf(option, path, error));
    }
    output.say(`${toPrintable(path)}: ${count(digest.outcomes.length, 'connection')}`);
  }
  return EXIT.nothingLeft;
}

/** The report of every result of the last 7 days, even if an earlier report named the result. */
async function ofStore({ policy, origin }: LoadedPolicy, { clock }: Io): Promise<ReportDigest> {
  const store = await openPolicyStore(policy, { clock, deadlineMs: Number.POSITIVE_INFINITY });
  if (store === undefined) {
    throw new ConfigError(
      'no store is named: give --store or --result, set SWEEP_STORE, or name a policy that has a store',
    );
  }
  const nowMs = clock.now();
  const history = await readHistory(store, nowMs);
  const files = await findResults(store, nowMs);
  refuseEmpty(store, files, history);
  const request = { reportId: randomUUID(), nowMs, files, history };
  return await collectReport(store, request, { policy, policyHash: origin.hash });
}

/** Throws a `ConfigError` that names each file without a result. */
function ofFiles(paths: readonly string[], { policy, origin }: LoadedPolicy, io: Io): ReportDigest {
  const problems: string[] = [];
  const runs: { readonly result: RunResult; readonly rules?: LoadedPolicy['policy']['rules'] }[] = [];
  const notDispatched: FailedDispatch[] = [];
  for (const path of paths) {
    const found = readResultFile(path, io);
    if ('problem' in found) {
      problems.push(`--result ${JSON.stringify(path)}: ${found.problem}`);
    } else if (found.kind === 'run') {
      runs.push({
        result: found.result,
        ...(found.result.policy.hash === origin.hash ? { rules: policy.rules } : {}),
      });
    } else {
      notDispatched.push(...toFailed(found.result));
    }
  }
  if (problems.length > 0) {
    throw new ConfigError(problems.join('\n'));
  }
  const madeAt = toIso(io.clock.now());
  return digestRuns({ reportId: randomUUID(), madeAt, runs, notDispatched, price: policy.report.price });
}

type FoundFile = Exclude<ReturnType<typeof toResult>, { readonly kind: 'none' }> | { readonly problem: string };

/** A document of a store needs a right hash. The output of `--json` and the answer of a function have no hash. */
function readResultFile(path: string, { readFile }: Io): FoundFile {
  try {
    const text = readFile(path);
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) {
      return { problem: 'it is no result' };
    }
    if ('format' in value || 'sha256' in value) {
      const reading = readDocumentText(Buffer.from(text), RESULT_FORMAT);
      if (reading.kind !== 'document') {
        return { problem: reading.kind === 'absent' ? 'it is gone' : reading.reason };
      }
    }
    const found = toResult(value, new SharedTexts());
    return found.kind === 'none' ? { problem: found.reason } : found;
  } catch (error) {
    return { problem: error instanceof SyntaxError ? 'it is no JSON, or was cut off' : toFileProblem(error) };
  }
}
