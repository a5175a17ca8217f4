import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningEmulator } from '../../../lib/emulator/emulator-types.ts';
import type { EstateFile } from '../../../lib/emulator/estate/estate-schema.ts';
import { defineEstate } from '../../../lib/emulator/estate/parse-estate.ts';
import type { FunctionConfig } from '../../../lib/emulator/fc/function-config.ts';
import type { Invocation } from '../../../lib/emulator/fc/invocation.ts';
import { startEmulator } from '../../../lib/emulator/start-emulator.ts';
import { A, KEY, REGION } from '../emulator-support.ts';

type Reply = { headers: Record<string, string>; data: unknown };
type Options = {
  accessKeyID: string;
  accessKeySecret: string;
  securityToken?: string;
  region: string;
  endpoint: string;
};

/** The parts of the real client that are used here. */
export interface Client {
  version: string;
  invokeFunction(
    service: string,
    name: string,
    event: string | Buffer,
    headers?: Record<string, string>,
    qualifier?: string,
    options?: { rawBuf?: boolean },
  ): Promise<Reply>;
  post(
    path: string,
    body: string | Buffer,
    headers?: Record<string, string>,
    query?: Record<string, string>,
  ): Promise<Reply>;
}

const FC: new (accountId: string, options: Options) => Client = createRequire(import.meta.url)('@alicloud/fc2');

const folders: string[] = [];
const running: RunningEmulator[] = [];

/** A code package with this as its `index.js`. */
export function aPackage(source: string, file = 'index.js'): string {
  const folder = mkdtempSync(join(tmpdir(), 'vco-sweeper-fc-'));
  folders.push(folder);
  writeFileSync(join(folder, file), source);
  return folder;
}

type Setup = Omit<Parameters<typeof startEmulator>[0], 'estate' | 'functions'> & {
  readonly estate?: EstateFile;
  /** The code of the function `probe`, and its further settings. */
  readonly source?: string;
  readonly config?: Partial<FunctionConfig>;
  readonly functions?: readonly FunctionConfig[];
};

/** An emulator with a function, `probe`, and clients of both generations. */
export async function aPlatform(setup: Setup = {}) {
  const { estate, source = 'exports.handler = async () => "done"', config, functions = [], ...options } = setup;
  const emulator = await startEmulator({
    estate: defineEstate({ regions: [{ RegionId: REGION }], accounts: [{ accountId: A, keys: [KEY] }], ...estate }),
    limits: 'off',
    ...options,
    functions: [{ functionName: 'probe', code: aPackage(source), ...config }, ...functions],
  });
  running.push(emulator);
  const older = aClient(emulator);
  const newer = aClient(emulator);
  newer.version = '2023-03-30';
  return {
    emulator,
    fc: emulator.fc,
    older,
    newer,
    /** Invokes `probe` by the path of 3.0. */
    invoke: (event: string | Buffer, headers?: Record<string, string>, query?: Record<string, string>) =>
      newer.post('/functions/probe/invocations', event, headers, query),
  };
}

export const aClient = (
  { url }: RunningEmulator,
  key: { accessKeyId: string; accessKeySecret: string; securityToken?: string } = KEY,
  accountId = A,
): Client =>
  new FC(accountId, {
    accessKeyID: key.accessKeyId,
    accessKeySecret: key.accessKeySecret,
    ...(key.securityToken !== undefined && { securityToken: key.securityToken }),
    region: REGION,
    endpoint: url,
  });

/** After each test, stops every process and removes every folder. */
export async function cleanUp(): Promise<void> {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()));
  for (const folder of folders.splice(0)) {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A clock on which time passes only when a test says so. */
export function aStoppedClock(startMs = Date.now()) {
  let nowMs = startMs;
  const sleepers: { atMs: number; wake: () => void }[] = [];
  const asleep: (() => void)[] = [];
  return {
    now: () => nowMs,
    sleep: (ms: number) =>
      new Promise<void>((wake) => {
        sleepers.push({ atMs: nowMs + ms, wake });
        for (const tell of asleep.splice(0)) {
          tell();
        }
      }),
    /** The remaining wait of each sleeper. Resolves when any sleeper sleeps. */
    waits: async (): Promise<readonly number[]> => {
      while (sleepers.length === 0) {
        await new Promise<void>((resolve) => asleep.push(resolve));
      }
      return sleepers.map(({ atMs }) => atMs - nowMs);
    },
    pass: (ms: number) => {
      nowMs += ms;
      const due = sleepers.filter(({ atMs }) => atMs <= nowMs);
      for (const sleeper of due) {
        sleepers.splice(sleepers.indexOf(sleeper), 1);
        sleeper.wake();
      }
    },
  };
}

/** Turns of the event loop until the condition is true. The test's own time limit ends it. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    await new Promise((next) => setTimeout(next, 1));
  }
}

export const only = (invocations: readonly Invocation[]): Invocation => {
  const [one, ...others] = invocations;
  if (one === undefined || others.length > 0) {
    throw new Error(`${invocations.length} invocations instead of one`);
  }
  return one;
};
