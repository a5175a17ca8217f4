/** What `--help` says after the commands. */
export const AFTER_HELP = `
Examples:
  vco-sweeper demo                                      see it work, without an account
  vco-sweeper plan --region cn-hangzhou                 what would be deleted there
  vco-sweeper plan --owner team-a --csv team-a.csv      of one owner only, and as a file for a spreadsheet
  vco-sweeper plan --html plan.html                     and as a page for a browser
  vco-sweeper explain vco-bp1a2b3c4d                    why, or why not
  vco-sweeper sweep --policy policy.yaml                delete, after a question
  vco-sweeper sweep --policy policy.yaml --yes --json   the same from a script
  vco-sweeper invoke --mode plan                        what the deployed function would delete
  vco-sweeper store init results-of-sweeps              a folder that keeps results: then --store results-of-sweeps

Credentials: ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET and, for temporary ones,
ALIBABA_CLOUD_SECURITY_TOKEN. Region, where neither policy nor --region names one: ALIBABA_CLOUD_REGION_ID.
Endpoints: ALIBABA_CLOUD_VPC_ENDPOINT, ALIBABA_CLOUD_CBN_ENDPOINT, ALIBABA_CLOUD_STS_ENDPOINT,
ALIBABA_CLOUD_FC_ENDPOINT. Where whole results are kept: SWEEP_STORE, or --store.

Results go to standard output; progress and the log (JSON lines: warnings, or what LOG_LEVEL says) to standard
error. On a terminal warnings are sentences unless LOG_LEVEL is set. NO_COLOR and FORCE_COLOR are honoured.

Ctrl-C during a sweep starts nothing new and reads back what was sent; a second one leaves at once.

Exit codes: 0 nothing left to do, 1 unexpected error, 2 bad usage or policy, 3 orphans remain,
4 incomplete (something was not read, a step failed, or a Ctrl-C stopped a sweep with work left),
5 halted by a guard, 130 interrupted (at the question, while only reading, or by a second Ctrl-C).
"No" at the question exits like plan. What each command exits with is in its own --help.`;

/** What `--help` of one command says after its options. */
export const AFTER_PLAN_HELP = `
Exit codes: 0 nothing to delete, now or later; 3 orphans, due or waiting; 4 something was not read;
5 a sweep would be halted by a guard; 130 Ctrl-C.`;

export const AFTER_SWEEP_HELP = `
Marks and sweeps, whatever the policy's mode. To write marks only, deploy the function with SWEEP_MODE=mark.

Exit codes: 0 no orphan is left; 2 there was no terminal to ask on, and no --yes; 3 orphans remain: waiting, deferred or
blocked; 4 something was not read, a step failed, or a Ctrl-C stopped it with work left; 5 halted by a guard;
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
Exit codes: 0 it stays: in use, protected or in doubt; 2 there is none with this id; 3 an orphan, due or waiting;
4 it could not be read whole; 5 an orphan that is due, and a guard halts its region; 130 Ctrl-C.`;

export const AFTER_STORE_INIT_HELP = `
Exit codes: 0 it is a store, from now on or since before; 2 it cannot be one.`;

export const AFTER_DEMO_HELP = `
Without options: plan, mark and sweep in this process. With --accounts: a timer ticks, a dispatcher starts one sweep for
each account and region on a local Function Compute, and each is a process of its own; from a build (npm run build).

Exit codes: 0 it went as it should; with --accounts as a run: 3 orphans remain, 4 a sweep failed, 5 halted by a guard;
130 Ctrl-C.`;
