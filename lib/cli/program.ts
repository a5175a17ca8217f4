import { Command, Option } from 'commander';
import { MODES } from '../core/domain/policy.ts';
import { type BackupsOptions, backupsCommand } from './commands/backups-command.ts';
import { type EmulatorCommandOptions, emulatorCommand } from './commands/emulator-command.ts';
import { explainCommand } from './commands/explain-command.ts';
import { type InvokeOptions, invokeCommand } from './commands/invoke-command.ts';
import { type NotifyOptions, notifyCommand } from './commands/notify-command.ts';
import { planCommand } from './commands/plan-command.ts';
import { type ExportOptions, exportCommand } from './commands/rehearse/export-command.ts';
import { type RehearseOptions, rehearseCommand } from './commands/rehearse/rehearse-command.ts';
import { type RestoreOptions, restoreCommand } from './commands/restore-command.ts';
import { storeInitCommand } from './commands/store-command.ts';
import { type SweepOptions, sweepCommand } from './commands/sweep-command.ts';
import { type DemoOptions, demoCommand } from './demo/demo-command.ts';
import { FAIL_ON } from './exit-code.ts';
import { formatOptions } from './formats.ts';
import {
  AFTER_BACKUPS_HELP,
  AFTER_DEMO_HELP,
  AFTER_EXPLAIN_HELP,
  AFTER_EXPORT_HELP,
  AFTER_HELP,
  AFTER_INVOKE_HELP,
  AFTER_NOTIFY_HELP,
  AFTER_PLAN_HELP,
  AFTER_REHEARSE_HELP,
  AFTER_RESTORE_HELP,
  AFTER_STORE_INIT_HELP,
  AFTER_SWEEP_HELP,
  COLUMNS_MIN,
  helpAfter,
} from './help.ts';
import type { Io } from './io.ts';
import { helpOutput } from './output.ts';
import {
  listOf,
  parseAccount,
  parseConnection,
  parseFunction,
  parseInterval,
  parseLimits,
  parseMoment,
  parseRegion,
  type RunOptions,
  wholeNumber,
} from './run-options.ts';
import { withOut, withSavedPlan } from './saved-plan/plan-options.ts';
import { VERSION } from './version.ts';
import { parseFile, withViewOptions } from './view-options.ts';

const PROFILE_HELP = 'credentials of this profile of the official tools, whatever the environment says';
const POLICY_HELP = 'the policy, YAML or JSON (default: SWEEP_POLICY, SWEEP_POLICY_FILE, or defaults)';
const FROM_STORE = 'where the backups are (default: SWEEP_STORE, or as the policy says)';

/**
 * The commands and their options.
 *
 * @param ended gets the exit code of the command that ran
 */
export function createProgram(io: Io, ended: (exitCode: number) => void): Command {
  const program = new Command(io.invokedAs)
    .description('Finds IPsec-VPN connections (vco-…) on Alibaba Cloud that nobody uses any more, and deletes them.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .exitOverride()
    .configureOutput(helpOutput(io))
    .configureHelp({ minWidthToWrap: COLUMNS_MIN })
    .addHelpText('after', helpAfter(io, AFTER_HELP));
  addRunCommands(program, io, ended);
  addInvokeCommand(program, io, ended);
  addRehearseCommands(program, io, ended);
  addStoreCommand(program, io, ended);
  addUndoCommands(program, io, ended);
  addNotifyCommand(program, io, ended);
  addEmulatorCommands(program, io, ended);
  return program;
}

function addRunCommands(program: Command, io: Io, ended: (exitCode: number) => void): void {
  withOut(withStore(withRunOptions(program.command('plan'))))
    .description('show what a sweep would delete, and why; changes nothing')
    .addHelpText('after', helpAfter(io, AFTER_PLAN_HELP))
    .action(async (options: RunOptions) => ended(await planCommand(options, io)));

  withSavedPlan(withStore(withRunOptions(program.command('sweep'))))
    .description('mark orphans, and detach and delete those whose grace has run out; asks before it deletes')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', helpAfter(io, AFTER_SWEEP_HELP))
    .action(async (options: SweepOptions) => ended(await sweepCommand(options, io)));

  withStore(withRunOptions(program.command('explain'), false))
    .description('every rule, its evidence, protections and mark of one connection, and what would happen when')
    .argument('<connection>', 'its id, vco-…', parseConnection)
    .addHelpText('after', helpAfter(io, AFTER_EXPLAIN_HELP))
    .action(async (id: string, options: RunOptions) => ended(await explainCommand(id, options, io)));
}

function addInvokeCommand(program: Command, io: Io, ended: (exitCode: number) => void): void {
  withRunOptions(program.command('invoke'), true, 'the deployed policy, for dates in the report; it is not sent')
    .description('run the deployed function, which has its own policy, and show what it answers')
    .addOption(new Option('-m, --mode <mode>', "at most this; the function's own mode or a lower one").choices(MODES))
    .option('--async', 'do not wait for it')
    .addHelpText('after', helpAfter(io, AFTER_INVOKE_HELP))
    .action(async (options: InvokeOptions) => ended(await invokeCommand(options, io)));
}

function addRehearseCommands(program: Command, io: Io, ended: (exitCode: number) => void): void {
  withScopeOptions(program.command('export'))
    .description('write what plan reads to a file, without secrets, as an estate to rehearse on; changes nothing')
    .requiredOption('-o, --out <file>', 'the estate', parseFile)
    .addHelpText('after', helpAfter(io, AFTER_EXPORT_HELP))
    .action(async (options: ExportOptions) => ended(await exportCommand(options, io)));

  withFormats(program.command('rehearse'))
    .description('live through nights of sweeps on an estate, in seconds; calls nothing and needs no credentials')
    .requiredOption('-e, --estate <file>', 'what exists: of export, or written by hand as for the emulator')
    .option('-p, --policy <file>', POLICY_HELP)
    .option('--nights <number>', 'how many sweeps (default: 30)', wholeNumber(1, 1_000))
    .option('--every <duration>', 'the time between two of them (default: 24h)', parseInterval)
    .option('--html <file>', 'also write a page of the rehearsal to this file, to open in a browser', parseFile)
    .option('--expect <file>', 'connections that must survive, one id a line; exit code 3 if one does not')
    .addHelpText('after', helpAfter(io, AFTER_REHEARSE_HELP))
    .action(async (options: RehearseOptions) => ended(await rehearseCommand(options, io)));
}

function addStoreCommand(program: Command, io: Io, ended: (exitCode: number) => void): void {
  program
    .command('store')
    .description('the folder where results are kept')
    .command('init')
    .description('make a folder a store, by a file that says so; what is in it stays')
    .argument('<folder>', 'made if it does not exist')
    .addHelpText('after', helpAfter(io, AFTER_STORE_INIT_HELP))
    .action(async (folder: string) => ended(await storeInitCommand(folder, io)));
}

function addUndoCommands(program: Command, io: Io, ended: (exitCode: number) => void): void {
  withFormats(program.command('backups'))
    .description('list the backups in a store')
    .argument('[connection]', 'of this connection only, vco-…', parseConnection)
    .option('-p, --policy <file>', POLICY_HELP)
    .option('--store <folder>', FROM_STORE)
    .addHelpText('after', AFTER_BACKUPS_HELP)
    .action(async (id: string | undefined, options: BackupsOptions) => ended(await backupsCommand(id, options, io)));

  withFormats(program.command('restore'))
    .description('bring a deleted connection back from its backup, or attach a held one again; asks before it does')
    .argument('<connection>', 'its old id, vco-…', parseConnection)
    .option('-p, --policy <file>', POLICY_HELP)
    .addOption(new Option('--store <folder>', FROM_STORE).conflicts('backup'))
    .option('--backup <file>', 'this backup, instead of one in a store')
    .option('--at <time>', 'the newest backup until this ISO date or date-time', parseMoment)
    .option('--profile <name>', PROFILE_HELP)
    .option('--psk-file <file>', 'pre-shared keys, YAML: tunnel index to key (default: the cloud makes new ones)')
    .option('-y, --yes', 'do not ask')
    .option('--dry-run', 'only show what would be done')
    .addHelpText('after', AFTER_RESTORE_HELP)
    .action(async (id: string, options: RestoreOptions) => ended(await restoreCommand(id, options, io)));
}

function addNotifyCommand(program: Command, io: Io, ended: (exitCode: number) => void): void {
  program
    .command('notify')
    .description('try the channels that messages go to')
    .requiredOption('--test', 'send one test message to each channel of the policy')
    .option('-p, --policy <file>', POLICY_HELP)
    .addHelpText('after', helpAfter(io, AFTER_NOTIFY_HELP))
    .action(async (options: NotifyOptions) => ended(await notifyCommand(options, io)));
}

const withStore = (command: Command): Command =>
  command.option('--store <folder>', 'keep the result there, or "off" (default: SWEEP_STORE, or as the policy says)');

const withScopeOptions = (command: Command, policyHelp = POLICY_HELP): Command =>
  command
    .option('-p, --policy <file>', policyHelp)
    .option('--profile <name>', PROFILE_HELP)
    .option('-a, --account <id>', 'only this account of the policy; the same way for several', listOf(parseAccount))
    .option('-r, --region <region>', 'only this region; repeat it, or use commas, for several', listOf(parseRegion));

function withRunOptions(command: Command, narrowing = true, policyHelp = POLICY_HELP): Command {
  withScopeOptions(command, policyHelp);
  if (narrowing) {
    command.option('-c, --connection <id>', 'only this connection; the same way for several', listOf(parseConnection));
    command.addOption(
      new Option('--fail-on <what>', 'what exit code 3 means: "due", or "orphans" remain (default)').choices(FAIL_ON),
    );
    withViewOptions(command);
  }
  return withFormats(command);
}

function withFormats(command: Command): Command {
  for (const [name, help] of formatOptions()) {
    command.option(`--${name}`, help);
  }
  return command;
}

function addEmulatorCommands(program: Command, io: Io, ended: (exitCode: number) => void): void {
  program
    .command('emulator')
    .description('serve a small cloud on 127.0.0.1 to try everything on, until it is stopped')
    .option('--port <number>', 'where to listen (default: any free port)', wholeNumber(0, 65_535))
    .addOption(
      new Option('--estate <file>', 'what exists in it, JSON or YAML (default: a generated one)').conflicts([
        'connections',
        'regions',
        'accounts',
        'owners',
      ]),
    )
    .option('--connections <number>', 'generated: how many connections (default: 40)', wholeNumber(0, 100_000))
    .option('--regions <list>', 'generated: where (default: three regions)', listOf(parseRegion))
    .option('--accounts <number>', 'generated: how many accounts (default: 1)', wholeNumber(1, 100))
    .option('--owners <number>', 'generated: how many of them own connections (default: 1)', wholeNumber(1, 100))
    .option('--seed <number>', 'decides everything that chance decides (default: 1)', wholeNumber(0, 4_294_967_295))
    .option('--limits <scale>', '"off", or a factor on the published rate limits (default: 1)', parseLimits)
    .option('--latency <ms>', 'how long a call takes (default: 0)', wholeNumber(0, 600_000))
    .option('--faults <file>', 'what goes wrong, and when, JSON or YAML')
    .option(
      '--function <name=folder>',
      'run this code package; repeat it, or use commas, for several',
      listOf(parseFunction),
    )
    .option('--functions <file>', 'functions with all their settings, JSON or YAML')
    .option('--save <file>', 'write the estate here when it is stopped; JSON, or YAML by its ending')
    .option(
      '--tls [file]',
      'serve HTTPS with a certificate made now, and write it here for clients to trust (default: vco-sweeper-emulator.pem)',
    )
    .option('--env', 'print lines for eval in a shell instead, and then close the output')
    .action(async (options: EmulatorCommandOptions) => ended(await emulatorCommand(options, io)));

  program
    .command('demo')
    .description('see it work on an emulated cloud; needs no account')
    .option('--accounts <number>', 'so many accounts, with dispatcher and Function Compute', wholeNumber(1, 10))
    .option('--refused <number>', 'of them, so many do not let the sweep in (default: 0)', wholeNumber(0, 10))
    .addHelpText('after', helpAfter(io, AFTER_DEMO_HELP))
    .action(async (options: DemoOptions) => ended(await demoCommand(options, io)));
}
