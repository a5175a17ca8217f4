import { resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { ConfigError } from '../../core/domain/errors.ts';
import { toFileProblem } from '../../core/store/file-problem.ts';
import type { RunningEmulator } from '../../emulator/emulator-types.ts';
import type { Estate } from '../../emulator/estate/estate-types.ts';
import { formatEstate, parseEstate } from '../../emulator/estate/parse-estate.ts';
import type { FunctionConfig } from '../../emulator/fc/function-config.ts';
import { generateEstate } from '../../emulator/generate/generate-estate.ts';
import { startEmulator } from '../../emulator/start-emulator.ts';
import { EXIT } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { createOutput, type Output } from '../output.ts';
import { freshKey, toAccessLine, toExports, withFreshKeys } from './emulator-access.ts';
import { describeInvocation } from './invocation-line.ts';
import { describeMessage } from './message-text.ts';

export type EmulatorCommandOptions = {
  readonly port?: number;
  readonly estate?: string;
  readonly connections?: number;
  readonly regions?: readonly string[];
  readonly accounts?: number;
  readonly owners?: number;
  readonly seed?: number;
  readonly limits?: 'off' | number;
  readonly latency?: number;
  readonly faults?: string;
  readonly function?: readonly string[];
  readonly functions?: string;
  readonly save?: string;
  /** Serves HTTPS. A text is the file for the certificate. */
  readonly tls?: string | true;
  readonly env?: boolean;
};

/** The default file for the certificate. */
const CERTIFICATE_FILE = 'vco-sweeper-emulator.pem';

const GENERATED = {
  connections: 40,
  regions: ['cn-hangzhou', 'cn-shanghai', 'ap-southeast-1'],
  accounts: 1,
  owners: 1,
  seed: 1,
};

/**
 * Serves an emulator until the process is told to stop. Standard output gets a line with the address and the key, or
 * the lines for a shell. Standard error gets a line for each ended invocation of a function, and the text of each
 * received message.
 */
export async function emulatorCommand(options: EmulatorCommandOptions, io: Io): Promise<number> {
  const output = createOutput(io);
  const emulator = await start(options, io);
  try {
    emulator.fc.onEnded((invocation) => output.say(describeInvocation(invocation)));
    emulator.receiver.onMessage((message) => output.say(describeMessage(message)));
    if (options.faults !== undefined) {
      await setFaults(emulator, options.faults, io);
    }
    const stopped = new Promise<void>((resolve) => {
      const ignore = io.onStop(() => {
        ignore();
        resolve();
      });
    });
    tellAccess(emulator, options, { io, output });
    await stopped;
    if (options.save !== undefined) {
      save(emulator.estate, options.save, io);
    }
  } finally {
    await emulator.close();
  }
  return EXIT.nothingLeft;
}

function tellAccess(
  emulator: RunningEmulator,
  options: EmulatorCommandOptions,
  { io, output }: { readonly io: Io; readonly output: Output },
): void {
  const certificateFile = saveCertificate(emulator.certificate, options, io);
  if (options.env !== true) {
    output.print(toAccessLine(emulator, certificateFile));
    return;
  }
  const lines = toExports(emulator, { certificateFile, pid: process.pid });
  output.print(lines.join('\n'));
  // `eval "$(vco-sweeper emulator --env &)"` continues after the end of the output.
  io.endOutput();
}

/** @returns the file of the certificate that clients have to trust, undefined over HTTP */
function saveCertificate(certificate: string | undefined, { tls }: EmulatorCommandOptions, io: Io): string | undefined {
  if (certificate === undefined) {
    return undefined;
  }
  const path = resolve(typeof tls === 'string' ? tls : CERTIFICATE_FILE);
  try {
    io.writeFile(path, certificate);
  } catch (error) {
    throw new ConfigError(`--tls ${JSON.stringify(path)} cannot be written: ${toFileProblem(error)}`);
  }
  return path;
}

async function start(options: EmulatorCommandOptions, io: Io): Promise<RunningEmulator> {
  const { port = 0, seed = GENERATED.seed, limits = 1, latency: latencyMs = 0 } = options;
  const tls = options.tls !== undefined;
  const estate = readOrGenerate(options, io);
  const functions = readFunctions(options, io);
  try {
    return await startEmulator({ estate, port, seed, limits, latencyMs, functions, tls, key: freshKey() });
  } catch (error) {
    if (error instanceof Error && error.name !== 'EstateError') {
      throw new ConfigError(`the emulator cannot listen: ${error.message}`);
    }
    throw error;
  }
}

function readOrGenerate(options: EmulatorCommandOptions, io: Io): Estate {
  if (options.estate !== undefined) {
    return parseEstate(readText('--estate', options.estate, io), options.estate, freshKey());
  }
  const { seed, connections, regions, accounts, owners } = { ...GENERATED, ...options };
  if (owners > accounts) {
    throw new ConfigError(`--owners ${owners} is more than there are: --accounts ${accounts}`);
  }
  return withFreshKeys(generateEstate({ seed, connections, regions, accounts, owners, nowMs: io.clock.now() }));
}

/** The functions of the file, then the functions of the command line. The emulator checks each function. */
function readFunctions(options: EmulatorCommandOptions, io: Io): FunctionConfig[] {
  const listed = options.functions === undefined ? [] : readDocument('--functions', options.functions, io);
  if (!Array.isArray(listed)) {
    throw new ConfigError(`${options.functions}: not a list of functions`);
  }
  const named = (options.function ?? []).map((text) => {
    const [functionName = '', code = ''] = text.split(/=(.*)/s);
    return { functionName, code };
  });
  return [...listed, ...named];
}

function readDocument(option: string, path: string, io: Io): unknown {
  const document = parseDocument(readText(option, path, io), { logLevel: 'silent' });
  const [problem] = document.errors;
  if (problem) {
    throw new ConfigError(`${path}: neither JSON nor YAML (${problem.code})`);
  }
  return document.toJS();
}

/** Uses the emulator's control endpoint, because it checks every rule. */
async function setFaults(emulator: RunningEmulator, path: string, io: Io): Promise<void> {
  const body = JSON.stringify(readDocument('--faults', path, io));
  const reply = await emulator.handle({ method: 'PUT', url: '/_emulator/faults', headers: {}, body });
  if (reply === 'reset' || reply.status !== 200) {
    throw new ConfigError(`${path}: ${reply === 'reset' ? 'refused' : messageIn(reply.body)}`);
  }
}

function messageIn(body: string): string {
  const parsed: unknown = JSON.parse(body);
  return typeof parsed === 'object' && parsed !== null && 'error' in parsed ? String(parsed.error) : 'refused';
}

function save(estate: Estate, path: string, io: Io): void {
  try {
    io.writeFile(path, formatEstate(estate, /\.ya?ml$/i.test(path) ? 'yaml' : 'json'));
  } catch (error) {
    throw new ConfigError(`--save ${JSON.stringify(path)} cannot be written: ${toFileProblem(error)}`);
  }
}

function readText(option: string, path: string, io: Io): string {
  try {
    return io.readFile(path);
  } catch (error) {
    throw new ConfigError(`${option} ${JSON.stringify(path)} cannot be read: ${toFileProblem(error)}`);
  }
}
