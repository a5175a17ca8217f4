import { wrap } from '../report/text/text-width.ts';
import type { Io } from './io.ts';
import { helpOutput } from './output.ts';

/** The least width of a text beside its term. */
export const COLUMNS_MIN = 20;
/** The indentation of a text below its term. */
const APART = ' '.repeat(6);

/** The `--help` text after the commands. */
export const AFTER_HELP = `
Examples:
  vco-sweeper demo                                      see it work, without an account
  vco-sweeper plan --region cn-hangzhou                 what would be deleted there
  vco-sweeper plan --owner team-a --csv team-a.csv      of one owner only, and as a file for a spreadsheet
  vco-sweeper plan --html plan.html                     and as a page for a browser
  vco-sweeper explain vco-bp1a2b3c4d                    why, or why not
  vco-sweeper sweep --policy policy.yaml                delete, after a question
  vco-sweeper sweep --policy policy.yaml --yes --json   the same from a script
  vco-sweeper plan --out plan.json --html plan.html     save the plan, to read and approve it
  vco-sweeper sweep --plan plan.json                    and delete exactly what it lists
  vco-sweeper invoke --mode plan                        what the deployed function would delete
  vco-sweeper store init results-of-sweeps              a folder that keeps results: then --store results-of-sweeps
  vco-sweeper restore vco-bp1a2b3c4d --dry-run          what it takes to bring a deleted one back

Credentials: those of --profile; else ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET and, for temporary
ones, ALIBABA_CLOUD_SECURITY_TOKEN; else where the official tools have them: docs/deploy.md, "Credentials".
A proxy: HTTPS_PROXY and NO_PROXY. Region, where neither policy nor --region names one: ALIBABA_CLOUD_REGION_ID.
Endpoints: ALIBABA_CLOUD_VPC_ENDPOINT, ALIBABA_CLOUD_CBN_ENDPOINT, ALIBABA_CLOUD_STS_ENDPOINT,
ALIBABA_CLOUD_FC_ENDPOINT. Where whole results are kept: SWEEP_STORE, or --store.

Results go to standard output; progress and the log (JSON lines: warnings, or what LOG_LEVEL says) to standard
error. On a terminal warnings are sentences unless LOG_LEVEL is set. NO_COLOR and FORCE_COLOR are honoured.

Ctrl-C during a sweep starts nothing new and reads back what was sent; a second one leaves at once. SIGTERM and SIGHUP
do the same. Output that cannot be written, such as to a full disk or a closed pipe, stops nothing.

Exit codes: 0 nothing left to do, 1 unexpected error, or output that could not be written, 2 bad usage or policy,
3 orphans remain (with --fail-on due: something is due), or an id of --connection was not found, 4 incomplete (something was not read, a step failed, or a Ctrl-C stopped a sweep with work left),
5 halted by a guard, 130 interrupted (at the question, while only reading, or by a second Ctrl-C).
"No" at the question exits like plan. What each command exits with is in its own --help.`;

/** The `--help` text of one command after its options. */
export const AFTER_PLAN_HELP = `
--out saves what a sweep would delete, for "sweep --plan": a JSON file with a hash, which only you can read. If something
could not be read, it writes nothing. How to have a plan approved: docs/approve.md.

Exit codes: 0 nothing to delete, now or later; 3 orphans, due, held or waiting (with --fail-on due: due, deferred or blocked),
or an id of --connection was not found; 4 something was not read;
5 a sweep would be halted by a guard; 130 Ctrl-C.`;

export const AFTER_SWEEP_HELP = `
Marks and sweeps, whatever the policy's mode. To write marks only, deploy the function with SWEEP_MODE=mark.

Before it deletes, it says how many connections in which account and region, and you agree by typing that number.
Anything else is "no", and so are typing before the question and the end of input. If it would only write marks, it does
not ask.

--plan sweeps a saved plan. A connection is deleted only if it is in the plan and still is as planned: due by the same rule,
since the same moment, bound to the same attachment, or detached from it by an earlier sweep. If it has changed, its outcome
is unknown, and the reason says what changed. Other connections and their tags are not touched. A plan that was edited, or
made by another policy, or more than --max-age ago, is refused as a whole.

Exit codes: 0 no orphan is left; 2 there was no terminal to ask on, and no --yes, or the plan was refused; 3 orphans remain: waiting, held, deferred
or blocked (with --fail-on due: deferred or blocked), or an id of --connection or of the plan was not found; 4 something was not read, a step failed, or a Ctrl-C stopped it with work left; 5 halted by a guard;
130 Ctrl-C at the question, or a second one later. "No" at the question exits like plan.`;

export const AFTER_INVOKE_HELP = `
Without --mode it runs in the function's own mode, so a function that sweeps deletes. Which function:
  SWEEP_FUNCTION            its name (default: vco-sweeper)
  SWEEP_FUNCTION_REGION     where it is (default: ALIBABA_CLOUD_REGION_ID)
  SWEEP_FUNCTION_QUALIFIER  a version or an alias
  SWEEP_FUNCTION_SERVICE    its service, for Function Compute 2.0 only
It may be the dispatcher as well, which starts its sweeps and does not wait for them.

Exit codes: those of a run here, by the function's result: 0 nothing left to do, 3 orphans remain, 4 incomplete,
5 halted; of the dispatcher: 0 all were started, 4 some were not; 2 it refused policy or event, or is none of ours; 1 it
failed, or could not be called; 130 Ctrl-C, and the
function goes on. With --async: 0 it was accepted.`;

export const AFTER_EXPLAIN_HELP = `
Exit codes: 0 it stays: in use, protected or in doubt; 2 there is none with this id; 3 an orphan, due, held or waiting;
4 it could not be read whole; 5 an orphan that is due, and a guard halts its region; 130 Ctrl-C.`;

export const AFTER_NOTIFY_HELP = `
Addresses and signing keys come from the environment variables that the policy names: docs/notify.md.

Exit codes: 0 every channel accepted it; 2 bad usage or policy, or a variable that cannot be used, and nothing was sent;
4 a channel refused it, or did not answer.`;

export const AFTER_EXPORT_HELP = `
The file holds ids, names and tags of your connections, and neither keys nor addresses. Only you may read it.
A place that cannot be read is named, and then nothing is written.

Exit codes: 0 it was written; 1 it could not be written; 2 bad usage or policy; 4 something was not read; 130 Ctrl-C.`;

export const AFTER_REHEARSE_HELP = `
Every night is a sweep, whatever the policy's mode. Nothing else happens in the estate meanwhile. No message is sent, and a
store is kept in memory. The first night is the moment of the export, so the same files give the same output.

Examples:
  vco-sweeper export --policy policy.yaml --out estate.yaml
  vco-sweeper rehearse --policy policy.yaml --estate estate.yaml
  vco-sweeper rehearse --policy policy.yaml --estate estate.yaml --expect must-stay.txt --html rehearsal.html

Exit codes: 0 it was rehearsed; 2 bad usage, policy or estate; 3 a connection of --expect was detached or deleted, or is not in
the estate; 4 the last night was incomplete.`;

export const AFTER_STORE_INIT_HELP = `
Exit codes: 0 it is a store, from now on or since before; 2 it cannot be one.`;

export const AFTER_BACKUPS_HELP = `
Exit codes: 0 it was listed, even if there is none; 2 there is no store, or it cannot be read; 4 some files in it are no
right backups.`;

export const AFTER_RESTORE_HELP = `
Takes the newest backup that has an attachment, else the newest. Stopped anywhere, it goes on when you run it again, and
never creates anything twice. What comes back and what cannot: docs/restore.md.

Exit codes: 0 restored; 2 bad usage, no backup, or something that it takes does not exist any more; 3 only planned;
4 partly: it says at which step, so run it again; 130 Ctrl-C, and it goes on when you run it again.`;

export const AFTER_REPORT_HELP = `
Without --notify it takes every result of the last 7 days, writes nothing into the store and sends nothing. With it, it takes
those that no report names yet, and its page and table are in the store: docs/report.md.

Exit codes: 0 the report was made, or with --notify nothing was new; 2 bad usage, no store, no results, or a file that is no
result; 4 with --notify: a channel has not got its message, so run it again.`;

export const AFTER_DEMO_HELP = `
Without options: plan, mark and sweep in this process. With --accounts: a timer ticks, a dispatcher starts one sweep for
each account and region on a local Function Compute, and each is a process of its own; from a build (npm run build).

Exit codes: 0 it went as it should; with --accounts as a run: 3 orphans remain, 4 a sweep failed, 5 halted by a guard;
130 Ctrl-C.`;

type HelpContext = { readonly error: boolean };

/** A text after the options, wrapped to the terminal, with the command as the person started it. */
export const helpAfter =
  (io: Io, text: string) =>
  ({ error }: HelpContext): string => {
    const output = helpOutput(io);
    const columns = (error ? output.getErrHelpWidth?.() : output.getOutHelpWidth?.()) ?? 0;
    return layOut(text.replaceAll(/^ {2}vco-sweeper /gm, `  ${io.invokedAs} `), columns);
  };

/**
 * Joins and wraps the lines of a paragraph. An indented line is an item, and its further lines get the same
 * indentation.
 */
function layOut(text: string, columns: number): string {
  const blocks: string[] = [];
  for (const line of text.split('\n')) {
    const last = blocks.at(-1) ?? '';
    const flows = line !== '' && !line.startsWith(' ') && last !== '' && !last.startsWith(' ') && !last.endsWith(':');
    if (flows) {
      blocks[blocks.length - 1] = `${last} ${line}`;
    } else {
      blocks.push(line);
    }
  }
  return blocks.flatMap((block) => layOutBlock(block, columns)).join('\n');
}

function layOutBlock(block: string, columns: number): readonly string[] {
  const [, lead = '', rest = block] = /^( +\S.*? {2,})(\S.*)$/.exec(block) ?? [];
  // A number stays on the line of its noun.
  const kept = rest.replaceAll(/\b(\d{1,3}) (?=[a-z])/g, '$1\u00a0');
  const isApart = lead.length + COLUMNS_MIN > columns;
  const indent = isApart ? APART : ' '.repeat(lead.length);
  const lines = wrap(kept, Math.max(COLUMNS_MIN, columns - indent.length)).map((line) =>
    line.replaceAll('\u00a0', ' '),
  );
  const [first = '', ...more] = lines;
  return isApart
    ? [lead.trimEnd(), ...lines.map((line) => `${indent}${line}`)]
    : [`${lead}${first}`, ...more.map((line) => `${indent}${line}`)];
}
