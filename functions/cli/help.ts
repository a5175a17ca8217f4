/** What `--help` says after the commands. */
export const AFTER_HELP = `
Examples:
  vco-sweeper demo                                      see it work, without an account
  vco-sweeper plan --region cn-hangzhou                 what would be deleted there
  vco-sweeper explain vco-bp1a2b3c4d                    why, or why not
  vco-sweeper sweep --policy policy.yaml                delete, after a question
  vco-sweeper sweep --policy policy.yaml --yes --json   the same from a script

Credentials: ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET and, for temporary ones,
ALIBABA_CLOUD_SECURITY_TOKEN. Region, where neither policy nor --region names one: ALIBABA_CLOUD_REGION_ID.
Endpoints: ALIBABA_CLOUD_VPC_ENDPOINT, ALIBABA_CLOUD_CBN_ENDPOINT, ALIBABA_CLOUD_STS_ENDPOINT.

Results go to standard output; progress and the log (JSON lines: warnings, or what LOG_LEVEL says) to standard
error. On a terminal warnings are sentences unless LOG_LEVEL is set. NO_COLOR and FORCE_COLOR are honoured.

Ctrl-C during a sweep starts nothing new and reads back what was sent; a second one leaves at once.

Exit codes: 0 nothing left to do, 1 unexpected error, 2 bad usage or policy, 3 orphans remain,
4 incomplete (something was not read, or a step failed), 5 halted by a guard, 130 interrupted.`;
