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
import { type ReportOptions, reportCommand } from './commands/report-command.ts';
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
  AFTER_REPORT_HELP,
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

const PROFILE_HELP = 'use this profile of the official tools instead of the credentials in the environment';
const POLICY_HELP = 'the policy, YAML or JSON (default: SWEEP_POLICY, SWEEP_POLICY_FILE, or defaults)';
const FROM_STORE = 'the store with the backups (default: SWEEP_STORE, or the store of the policy)';

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
  addReportCommand(program, io, ended);
  addNotifyCommand(program, io, ended);
  addEmulatorCommands(program, io, ended);
  return program;
}

function addRunCommands(program: Command, io: Io, ended: (exitCode: number) => void): void {
  withOut(withStore(withRunOptions(program.command('plan'))))
    .description('show the deletions of a sweep with their reasons; changes nothing')
    .addHelpText('after', helpAfter(io, AFTER_PLAN_HELP))
    .action(async (options: RunOptions) => ended(await planCommand(options, io)));

  withSavedPlan(withStore(withRunOptions(program.command('sweep'))))
    .description('mark orphans, and detach and delete them after their grace; asks before it deletes')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', helpAfter(io, AFTER_SWEEP_HELP))
    .action(async (options: SweepOptions) => ended(await sweepCommand(options, io)));

  withStore(withRunOptions(program.command('explain'), false))
    .description('explain one connection: its rules, evidence, protections and mark, and its next steps')
    .argument('<connection>', 'its id, vco-…', parseConnection)
    .addHelpText('after', helpAfter(io, AFTER_EXPLAIN_HELP))
    .action(async (id: string, options: RunOptions) => ended(await explainCommand(id, options, io)));
}

function addInvokeCommand(program: Command, io: Io, ended: (exitCode: number) => void): void {
  withRunOptions(program.command('invoke'), true, 'the deployed policy, for dates in the report; it is not sent')
    .description('run the deployed function, which has its own policy, and show its answer')
    .addOption(
      new Option('-m, --mode <mode>', "run in this mode: the function's own mode or a lower mode").choices(MODES),
    )
    .option('--async', 'do not wait for the end of the run')
    .addHelpText('after', helpAfter(io, AFTER_INVOKE_HELP))
    .action(async (options: InvokeOptions) => ended(await invokeCommand(options, io)));
}

function addRehearseCommands(program: Command, io: Io, ended: (exitCode: number) => void): void {
  withScopeOptions(program.command('export'))
    .description('write the data of a plan to a file, without secrets, as an estate for a rehearsal; changes nothing')
    .requiredOption('-o, --out <file>', 'the file for the estate', parseFile)
    .addHelpText('after', helpAfter(io, AFTER_EXPORT_HELP))
    .action(async (options: ExportOptions) => ended(await exportCommand(options, io)));

  withFormats(program.command('rehearse'))
    .description('rehearse nights of sweeps on an estate, in seconds; calls no cloud and needs no credentials')
    .requiredOption('-e, --estate <file>', 'an estate from export, or written by hand as for the emulator')
    .option('-p, --policy <file>', POLICY_HELP)
    .option('--nights <number>', 'the number of sweeps (default: 30)', wholeNumber(1, 1_000))
    .option('--every <duration>', 'the time between two sweeps (default: 24h)', parseInterval)
    .option('--html <file>', 'also write a page of the rehearsal to this file, to open in a browser', parseFile)
    .option('--expect <file>', 'connections that must survive, one id a line; otherwise exit code 3')
    .addHelpText('after', helpAfter(io, AFTER_REHEARSE_HELP))
    .action(async (options: RehearseOptions) => ended(await rehearseCommand(options, io)));
}

function addStoreCommand(program: Command, io: Io, ended: (exitCode: number) => void): void {
  program
    .command('store')
    .description('manage the folder for results')
    .command('init')
    .description('make a folder a store, and keep its content')
    .argument('<folder>', 'the folder, made if it does not exist')
    .addHelpText('after', helpAfter(io, AFTER_STORE_INIT_HELP))
    .action(async (folder: string) => ended(await storeInitCommand(folder, io)));
}

function addReportCommand(program: Command, io: Io, ended: (exitCode: number) => void): void {
  withFormats(program.command('report'))
    .description('show the results of the runs of the last 7 days, from a store')
    .option('-p, --policy <file>', POLICY_HELP)
    .option('--store <folder>', 'the store with the results (default: SWEEP_STORE, or the store of the policy)')
    .addOption(
      new Option('--result <file>', 'report this result instead of the results in a store; repeat it for several')
        .argParser((path: string, before: readonly string[] = []) => [...before, path])
        .conflicts('notify'),
    )
    .addOption(new Option('--html <file>', 'also write the page to this file').conflicts('notify'))
    .addOption(new Option('--csv <file>', 'also write a table to this file').conflicts('notify'))
    .option('--notify', 'work like the report function: write the report into the store, and send the messages')
    .addHelpText('after', helpAfter(io, AFTER_REPORT_HELP))
    .action(async (options: ReportOptions) => ended(await reportCommand(options, io)));
}

function addUndoCommands(program: Command, io: Io, ended: (exitCode: number) => void): void {
  withFormats(program.command('backups'))
    .description('list the backups in a store')
    .argument('[connection]', 'only the backups of this connection, vco-…', parseConnection)
    .option('-p, --policy <file>', POLICY_HELP)
    .option('--store <folder>', FROM_STORE)
    .addHelpText('after', AFTER_BACKUPS_HELP)
    .action(async (id: string | undefined, options: BackupsOptions) => ended(await backupsCommand(id, options, io)));

  withFormats(program.command('restore'))
    .description('create a deleted connection again from its backup, or attach a held connection again; asks first')
    .argument('<connection>', 'its id before the deletion, vco-…', parseConnection)
    .option('-p, --policy <file>', POLICY_HELP)
    .addOption(new Option('--store <folder>', FROM_STORE).conflicts('backup'))
    .option('--backup <file>', 'restore this backup instead of a backup in a store')
    .option('--at <time>', 'restore the newest backup until this ISO date or date-time', parseMoment)
    .option('--profile <name>', PROFILE_HELP)
    .option('--psk-file <file>', 'pre-shared keys, YAML: tunnel index to key (default: the cloud makes new ones)')
    .option('-y, --yes', 'do not ask')
    .option('--dry-run', 'only show the steps')
    .addHelpText('after', AFTER_RESTORE_HELP)
    .action(async (id: string, options: RestoreOptions) => ended(await restoreCommand(id, options, io)));
}

function addNotifyCommand(program: Command, io: Io, ended: (exitCode: number) => void): void {
  program
    .command('notify')
    .description('test the channels for messages')
    .requiredOption('--test', 'send one test message to each channel of the policy')
    .option('-p, --policy <file>', POLICY_HELP)
    .addHelpText('after', helpAfter(io, AFTER_NOTIFY_HELP))
    .action(async (options: NotifyOptions) => ended(await notifyCommand(options, io)));
}

const withStore = (command: Command): Command =>
  command.option(
    '--store <folder>',
    'store the result in this folder, or "off" (default: SWEEP_STORE, or the store of the policy)',
  );

const withScopeOptions = (command: Command, policyHelp = POLICY_HELP): Command =>
  command
    .option('-p, --policy <file>', policyHelp)
    .option('--profile <name>', PROFILE_HELP)
    .option(
      '-a, --account <id>',
      'only this account of the policy; repeat it, or use commas, for several',
      listOf(parseAccount),
    )
    .option('-r, --region <region>', 'only this region; repeat it, or use commas, for several', listOf(parseRegion));

function withRunOptions(command: Command, narrowing = true, policyHelp = POLICY_HELP): Command {
  withScopeOptions(command, policyHelp);
  if (narrowing) {
    command.option(
      '-c, --connection <id>',
      'only this connection; repeat it, or use commas, for several',
      listOf(parseConnection),
    );
    command.addOption(
      new Option('--fail-on <what>', 'the meaning of exit code 3: "due", or "orphans" remain (default)').choices(
        FAIL_ON,
      ),
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
    .description('serve a small cloud for tests on 127.0.0.1, until it is stopped')
    .option('--port <number>', 'the port (default: any free port)', wholeNumber(0, 65_535))
    .addOption(
      new Option('--estate <file>', 'the estate, JSON or YAML (default: a generated estate)').conflicts([
        'connections',
        'regions',
        'accounts',
        'owners',
      ]),
    )
    .option('--connections <number>', 'generated: the number of connections (default: 40)', wholeNumber(0, 100_000))
    .option('--regions <list>', 'generated: the regions (default: three regions)', listOf(parseRegion))
    .option('--accounts <number>', 'generated: the number of accounts (default: 1)', wholeNumber(1, 100))
    .option('--owners <number>', 'generated: the number of accounts with connections (default: 1)', wholeNumber(1, 100))
    .option('--seed <number>', 'the seed of all random choices (default: 1)', wholeNumber(0, 4_294_967_295))
    .option('--limits <scale>', '"off", or a factor on the published rate limits (default: 1)', parseLimits)
    .option('--latency <ms>', 'the duration of a call (default: 0)', wholeNumber(0, 600_000))
    .option('--faults <file>', 'the faults and their times, JSON or YAML')
    .option(
      '--function <name=folder>',
      'run this code package; repeat it, or use commas, for several',
      listOf(parseFunction),
    )
    .option('--functions <file>', 'functions with all their settings, JSON or YAML')
    .option('--save <file>', 'write the estate to this file at the end; JSON, or YAML by its extension')
    .option(
      '--tls [file]',
      'serve HTTPS with a new certificate, and write the certificate for clients to this file (default: vco-sweeper-emulator.pem)',
    )
    .option('--env', 'print lines for eval in a shell instead, and then close the output')
    .action(async (options: EmulatorCommandOptions) => ended(await emulatorCommand(options, io)));

  program
    .command('demo')
    .description('show the whole product on an emulated cloud; needs no account')
    .option('--accounts <number>', 'the number of accounts, with dispatcher and Function Compute', wholeNumber(1, 10))
    .option(
      '--refused <number>',
      'the number of accounts that refuse the role of the sweep (default: 0)',
      wholeNumber(0, 10),
    )
    .addHelpText('after', helpAfter(io, AFTER_DEMO_HELP))
    .action(async (options: DemoOptions) => ended(await demoCommand(options, io)));
}
