import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import type { RunningEmulator } from '../../lib/emulator/emulator-types.ts';
import { ACCOUNT, REGION } from './builders.ts';

export type Invocation = {
  readonly event: unknown;
  /** Undefined to give no policy, so that the packed policy counts. */
  readonly policy: unknown;
  /** The code package. Default: the built package in place. */
  readonly folder?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Seconds. */
  readonly timeout?: number;
};

/** A run as on the platform, in a process of its own: the built bundle, its handler, an event and a context. */
const SCRIPT = `
  const { handler } = require(process.env.TEST_BUNDLE);
  const event = Buffer.from(process.env.TEST_EVENT);
  const context = JSON.parse(process.env.TEST_CONTEXT);
  handler(event, context).then(
    (answer) => process.stderr.write('ANSWER ' + answer + '\\n'),
    (error) => process.stderr.write('THROWN ' + JSON.stringify({ name: error.name, message: error.message, stack: error.stack }) + '\\n'),
  );
`;

export function invoke(
  cloud: Pick<RunningEmulator, 'url' | 'accessKeyId' | 'accessKeySecret'>,
  invocation: Invocation,
) {
  const credentials = { accessKeyId: cloud.accessKeyId, accessKeySecret: cloud.accessKeySecret };
  const context = {
    requestId: '1-00000000-00000000-000000000000',
    region: REGION,
    accountId: ACCOUNT,
    credentials,
    function: { name: 'vco-sweeper', timeout: invocation.timeout ?? 600 },
  };
  const child = spawn(process.execPath, ['-e', SCRIPT], {
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      TEST_BUNDLE: resolve(invocation.folder ?? 'dist/sweep', 'index.js'),
      TEST_EVENT: typeof invocation.event === 'string' ? invocation.event : JSON.stringify(invocation.event),
      TEST_CONTEXT: JSON.stringify(context),
      ...(invocation.policy === undefined ? {} : { SWEEP_POLICY: JSON.stringify(invocation.policy) }),
      ALIBABA_CLOUD_VPC_ENDPOINT: cloud.url,
      ALIBABA_CLOUD_CBN_ENDPOINT: cloud.url,
      ALIBABA_CLOUD_STS_ENDPOINT: cloud.url,
      ALIBABA_CLOUD_RESOURCEDIRECTORY_ENDPOINT: cloud.url,
      ...invocation.env,
    },
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  const ended = new Promise<Ended>((settle, fail) => {
    child.on('error', fail);
    child.on('close', () => settle({ ...output, ...readEnd(output.stderr), lines: readLines(output.stdout) }));
  });
  return { kill: () => child.kill('SIGKILL'), ended };
}

export type Ended = {
  readonly stdout: string;
  readonly stderr: string;
  /** The answer of the handler, as JSON. */
  readonly answer: unknown;
  readonly thrown: { readonly name: string; readonly message: string; readonly stack: string } | undefined;
  readonly lines: readonly Readonly<Record<string, unknown>>[];
};

function readEnd(stderr: string): Pick<Ended, 'answer' | 'thrown'> {
  const [, answer] = /^ANSWER (.*)$/m.exec(stderr) ?? [];
  const [, thrown] = /^THROWN (.*)$/m.exec(stderr) ?? [];
  return { answer: answer && JSON.parse(answer), thrown: thrown && JSON.parse(thrown) };
}

const readLines = (stdout: string): Ended['lines'] =>
  stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
