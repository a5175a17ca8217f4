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
  vco-sweeper demo                                      show the whole product, without an account
  vco-sweeper plan --region cn-hangzhou                 list the deletions that are due in this region
  vco-sweeper plan --owner team-a --csv team-a.csv      show one owner only, and write a file for a spreadsheet
  vco-sweeper plan --html plan.html                     write a page for a browser
  vco-sweeper explain vco-bp1a2b3c4d                    explain the verdict on a connection
  vco-sweeper sweep --policy policy.yaml                delete, after a question
  vco-sweeper sweep --policy policy.yaml --yes --json   delete from a script
  vco-sweeper plan --out plan.json --html plan.html     save the plan, to read and approve it
  vco-sweeper sweep --plan plan.json                    delete exactly the connections of a saved plan
  vco-sweeper invoke --mode plan                        list the deletions that the deployed function finds due
  vco-sweeper store init results-of-sweeps              make a folder for results, for --store results-of-sweeps
  vco-sweeper restore vco-bp1a2b3c4d --dry-run          show the steps that bring a deleted connection back

Credentials come from --profile, or from ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET and, if they are
temporary, ALIBABA_CLOUD_SECURITY_TOKEN. Without both, they come from the files of the official tools: docs/deploy.md,
"Credentials".
For a proxy, set HTTPS_PROXY and NO_PROXY. If neither the policy nor --region names a region, ALIBABA_CLOUD_REGION_ID
counts. To change endpoints, set ALIBABA_CLOUD_VPC_ENDPOINT, ALIBABA_CLOUD_CBN_ENDPOINT, ALIBABA_CLOUD_STS_ENDPOINT or
ALIBABA_CLOUD_FC_ENDPOINT. To keep whole results, name a store with SWEEP_STORE or --store.

Results go to standard output. Progress and the log go to standard error. The log is JSON lines, from warnings up or from
LOG_LEVEL up. On a terminal, warnings are sentences unless LOG_LEVEL is set. NO_COLOR and FORCE_COLOR are honoured.

The first Ctrl-C during a sweep starts no new step and reads back the steps under way. A second Ctrl-C ends the sweep at
once. SIGTERM and SIGHUP do the same. If output cannot be written, because of a full disk or a closed pipe, the run
continues.

Exit codes:
  0    no work is left
  1    an unexpected error, or output that could not be written
  2    bad usage or policy
  3    orphans remain (with --fail-on due: a connection is due), or an id of --connection was not found
  4    incomplete: a place was not read, a step failed, or Ctrl-C stopped a sweep with work left
  5    halted by a guard
  130  interrupted: at the question, while only reading, or by a second Ctrl-C
"No" at the question exits like plan. The --help of each command lists its own exit codes.`;

/** The `--help` text of a command after its options. */
export const AFTER_PLAN_HELP = `
--out saves the due deletions for "sweep --plan", as a JSON file with a hash that only you can read. If a place could not
be read, --out writes no file. To have a plan approved, see docs/approve.md.

Exit codes:
  0    no connection will be deleted, now or later
  3    orphans are due, held or waiting (with --fail-on due: due, deferred or blocked), or an id of --connection was not found
  4    a place was not read
  5    a guard would halt a sweep
  130  Ctrl-C`;

export const AFTER_SWEEP_HELP = `
Marks and sweeps in every mode of the policy. To write marks only, deploy the function with SWEEP_MODE=mark.

Before it deletes, it shows the number of connections in each account and region. You agree by typing the total number.
Any other answer is "no", and so are text from before the question and the end of the input. If the sweep
would only write marks, it does not ask.

--plan sweeps a saved plan. A connection is deleted only if it is in the plan and is still as planned: due by the same rule,
since the same time, and bound to the same attachment or detached from it by an earlier sweep. If it has changed, its
outcome is unknown, and the reason names the change. Other connections and their tags are not touched. A plan that was
edited, that was made by another policy, or that is older than --max-age is refused as a whole.

Exit codes:
  0    no orphan is left
  2    there was no terminal for the question and no --yes, or the plan was refused
  3    orphans remain: waiting, held, deferred or blocked (with --fail-on due: deferred or blocked), or an id of --connection or of the plan was not found
  4    a place was not read, a step failed, or Ctrl-C stopped the sweep with work left
  5    halted by a guard
  130  Ctrl-C at the question, or a second Ctrl-C later
"No" at the question exits like plan.`;

export const AFTER_INVOKE_HELP = `
Without --mode the function runs in its own mode, so a function in mode sweep deletes. These variables name the function:
  SWEEP_FUNCTION            its name (default: vco-sweeper)
  SWEEP_FUNCTION_REGION     its region (default: ALIBABA_CLOUD_REGION_ID)
  SWEEP_FUNCTION_QUALIFIER  a version or an alias
  SWEEP_FUNCTION_SERVICE    its service, for Function Compute 2.0 only
The function may also be the dispatcher, which starts its sweeps and does not wait for them.

Exit codes of a sweep, as of a local run:
  0    no work is left
  1    the function failed, or could not be called
  2    the function refused the policy or the event, or it is not a vco-sweeper function
  3    orphans remain
  4    incomplete
  5    halted by a guard
  130  Ctrl-C, and the function continues
Exit codes of the dispatcher, with 1, 2 and 130 as above:
  0    all sweeps were started
  4    some sweeps were not started
With --async, 0 means that the invocation was accepted.`;

export const AFTER_EXPLAIN_HELP = `
Exit codes:
  0    the connection stays: in use, protected or in doubt
  2    no connection has this id
  3    the connection is an orphan: due, held or waiting
  4    the facts could not be read in full
  5    the connection is due, and a guard halts its region
  130  Ctrl-C`;

export const AFTER_NOTIFY_HELP = `
Addresses and signing keys come from the environment variables that the policy names: docs/notify.md.

Exit codes:
  0    every channel accepted the message
  2    bad usage or policy, or an unusable variable. No message was sent
  4    a channel refused the message, or did not answer`;

export const AFTER_EXPORT_HELP = `
The file contains ids, names and tags of your connections, but neither keys nor addresses. Only you may read it.
If a place cannot be read, the command names the place and writes no file.

Exit codes:
  0    the file was written
  1    the file could not be written
  2    bad usage or policy
  4    a place was not read
  130  Ctrl-C`;

export const AFTER_REHEARSE_HELP = `
Every night is a sweep, in every mode of the policy. The estate changes only by the sweeps. No message is sent, and the
store is kept in memory. The first night is the moment of the export, so the same files give the same output.

Examples:
  vco-sweeper export --policy policy.yaml --out estate.yaml
  vco-sweeper rehearse --policy policy.yaml --estate estate.yaml
  vco-sweeper rehearse --policy policy.yaml --estate estate.yaml --expect must-stay.txt --html rehearsal.html

Exit codes:
  0    the rehearsal is complete, and all expected connections survived
  2    bad usage, policy or estate
  3    a connection of --expect was detached or deleted, or is not in the estate
  4    the last night was incomplete`;

export const AFTER_STORE_INIT_HELP = `
Exit codes:
  0    the folder is now a store, or was a store before
  2    the folder cannot be a store`;

export const AFTER_BACKUPS_HELP = `
Exit codes:
  0    all backups were listed, even if there are none
  2    there is no store, or it cannot be read
  4    some files in it are damaged backups`;

export const AFTER_RESTORE_HELP = `
Takes the newest backup that has an attachment, or the newest backup if no backup has an attachment. If the restore stops,
run it again. It continues, and never creates a resource twice. docs/restore.md lists the values that come back.

Exit codes:
  0    the connection is restored
  2    bad usage, no backup, or a needed resource that does not exist any more
  3    the restore only planned
  4    the connection is partly restored. The output names the step, so run the restore again
  130  Ctrl-C. Run the restore again to continue`;

export const AFTER_REPORT_HELP = `
Without --notify it takes every result of the last 7 days, writes no file into the store and sends no message. With --notify
it takes the results that no report names yet, and writes its page and its table into the store: docs/report.md.

Exit codes:
  0    the report was made, or with --notify there was no news
  2    bad usage, no store, no results, or a file that is not a result
  4    with --notify: a channel did not accept its message, so run the command again`;

export const AFTER_DEMO_HELP = `
Without options, it plans, marks and sweeps in this process. With --accounts, a timer ticks, and a dispatcher starts one
sweep for each account and region on a local Function Compute. Each sweep is a separate process. --accounts needs a build
(npm run build).

Exit codes:
  0    the demo ended as expected
  3    with --accounts: orphans remain
  4    with --accounts: a sweep failed
  5    with --accounts: halted by a guard
  130  Ctrl-C`;

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
