import { type ChildProcess, spawn } from 'node:child_process';
import { BOOTSTRAP } from './bootstrap.ts';
import { Capture } from './capture.ts';

/** The JSON that the caller sees when a function failed. */
export type ThrownError = { errorMessage: string; errorType?: string; stackTrace?: string[] };

/** How an attempt ended. */
export type InstanceEnding = {
  readonly kind: 'result' | 'thrown' | 'crashed' | 'exited' | 'timeout';
  readonly body: Buffer;
  readonly error: ThrownError | undefined;
  /** The output of the attempt. */
  readonly output: string;
  readonly durationMs: number;
  readonly memoryMb: number;
};

export type Job = {
  readonly event: Buffer;
  readonly context: Readonly<Record<string, unknown>> & { readonly requestId: string };
  readonly timeoutMs: number;
};

export type InstanceOptions = {
  readonly folder: string;
  readonly handler: string;
  readonly memoryMb: number;
  readonly env: Readonly<Record<string, string>>;
};

type Message =
  | { kind: 'ready' }
  | { kind: 'result'; body: Uint8Array; memoryMb: number }
  | { kind: 'thrown' | 'crashed'; error: ThrownError; memoryMb: number };

/** Loading the code is not part of the function's time. An instance must be ready within this time. */
const START_MS_MAX = 120_000;

/** A process that has loaded a function's code, for a single invocation at a time. */
export class Instance {
  /** Resolves when the process and all of its output are gone. */
  readonly gone: Promise<undefined>;
  readonly #child: ChildProcess;
  readonly #capture: Capture;
  readonly #ready: Promise<void>;
  #isGone = false;
  #listener: (message: Message) => void = () => undefined;

  constructor(options: InstanceOptions) {
    const limit = `--max-old-space-size=${options.memoryMb}`;
    const args = [limit, '-e', BOOTSTRAP, '--', options.folder, options.handler, String(process.pid)];
    this.#child = spawn(process.execPath, args, {
      cwd: options.folder,
      env: { ...options.env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced',
      // The process has a group of its own, so that the handler's child processes end with it.
      detached: true,
    });
    this.#capture = new Capture(this.#child.stdout, this.#child.stderr);
    this.gone = new Promise((resolve) => {
      this.#child.once('error', () => resolve(undefined));
      // A child process may hold the output open.
      this.#child.once('exit', () => this.kill());
      this.#child.once('close', () => resolve(undefined));
    });
    this.gone.then(() => {
      this.#isGone = true;
    });
    this.#ready = new Promise((resolve) => {
      this.#child.on('message', (message: Message) => {
        if (message.kind === 'ready') {
          resolve();
        } else {
          this.#listener(message);
        }
      });
    });
  }

  get isUsable(): boolean {
    const { exitCode, signalCode, connected } = this.#child;
    return !this.#isGone && connected && exitCode === null && signalCode === null;
  }

  /** Ends the process and all of its child processes at once. */
  kill(): void {
    const { pid } = this.#child;
    if (pid === undefined) {
      return;
    }
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // The process group is already empty.
    }
  }

  /** Runs an invocation. The time starts when the code is loaded. Never rejects. */
  async invoke({ event, context, timeoutMs }: Job): Promise<InstanceEnding> {
    const marker = `\u0000end ${context.requestId}\u0000`;
    const captured = this.#capture.until(marker);
    let timer: NodeJS.Timeout | undefined;
    let isTimeout = false;
    const killAfter = (ms: number): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        isTimeout = true;
        this.kill();
      }, ms);
    };
    const told = new Promise<Message>((resolve) => {
      this.#listener = resolve;
    });
    killAfter(START_MS_MAX);
    let startedMs = performance.now();
    const started = this.#ready.then(() => {
      if (this.#isGone) {
        return;
      }
      killAfter(timeoutMs);
      startedMs = performance.now();
      this.#child.send({ event, context, marker }, () => undefined);
    });
    await Promise.race([started, this.gone]);
    const message = await Promise.race([told, this.gone]);
    if (message?.kind === 'crashed') {
      await this.gone;
    }
    await Promise.race([captured, this.gone]);
    clearTimeout(timer);
    const durationMs = performance.now() - startedMs;
    return { ...endOf(message, isTimeout), output: this.#capture.take(), durationMs };
  }
}

function endOf(message: Message | undefined, isTimeout: boolean): Omit<InstanceEnding, 'output' | 'durationMs'> {
  const none = { body: Buffer.alloc(0), error: undefined };
  if (message === undefined || message.kind === 'ready') {
    return { kind: isTimeout ? 'timeout' : 'exited', memoryMb: 0, ...none };
  }
  const { kind, memoryMb } = message;
  if (kind === 'result') {
    return { kind, memoryMb, body: Buffer.from(message.body), error: undefined };
  }
  return { kind, memoryMb, body: none.body, error: message.error };
}
