import type { DispatchResult } from '../../lib/core/domain/dispatch-result.ts';
import type { Journal, JournalFields } from '../../lib/core/domain/journal.ts';
import type { RunResult } from '../../lib/core/domain/outcome.ts';
import type { ChannelPolicy, Policy } from '../../lib/core/domain/policy.ts';
import type { ToldClock } from '../../lib/core/told/told-document.ts';
import { makeReport, type ReportRun } from '../../lib/report/make-report/make-report.ts';
import type { MessageRequest, Sent } from '../../lib/report/messages/send-message.ts';
import { type FileSystem, machineFiles, type StoreFile } from '../../lib/store/file-system.ts';
import { openStore } from '../../lib/store/open-store.ts';
import { aStoreFolder, filesIn, withHash } from '../store/store-support.ts';
import { ACCOUNT, aPolicy, DAY, HOUR, NOW, ORIGIN, REGION } from '../support/builders.ts';
import { aResult, manyOutcomes } from '../support/digests.ts';

export const iso = (ms: number): string => new Date(ms).toISOString();
const timeOf = (ms: number): string => `${iso(ms).slice(11, 19).replaceAll(':', '')}Z`;

/** The path and the text of a stored result. */
export function stored(ms: number, id: string, document: object): readonly [path: string, text: string] {
  const path = `results/${iso(ms).slice(0, 10)}/${timeOf(ms)}-${id}.json`;
  return [path, withHash({ format: 'vco-sweeper/result@1', ...document })];
}

/** The stored result of a sweep that began `agoMs` ago. */
export function aSweep(runId: string, agoMs: number, change: Partial<RunResult> = {}): readonly [string, string] {
  const startedAt = iso(NOW - agoMs);
  return stored(NOW - agoMs, runId, aResult(manyOutcomes(3), { runId, startedAt, policy: ORIGIN, ...change }));
}

export function aDispatch(
  dispatchId: string,
  agoMs: number,
  scopes: DispatchResult['scopes'],
): readonly [string, string] {
  const counts = { started: 0, 'already-started': 0, failed: 0 };
  const startedAt = iso(NOW - agoMs);
  return stored(NOW - agoMs, dispatchId, {
    dispatchId,
    moment: 't',
    startedAt,
    durationMs: 1,
    counts,
    scopes,
    calls: {},
  });
}

export const aScope = (change: Partial<DispatchResult['scopes'][number]> = {}): DispatchResult['scopes'][number] => ({
  accountId: ACCOUNT,
  regionId: REGION,
  state: 'started',
  taskId: 'task',
  requestId: null,
  code: null,
  reason: null,
  advice: null,
  ...change,
});

const aChannel = (name: string): ChannelPolicy => ({
  type: 'slack',
  name,
  urlEnv: 'SLACK_URL',
  secretEnv: undefined,
  on: ['marked', 'due', 'held', 'deleted', 'attention', 'missing'],
  language: 'en',
});

export class Killed extends Error {
  override readonly name = 'Killed';
}

/** Counts the writes and sends of a run, and ends the run at a chosen write or send, like a killed process. */
export class KillSwitch {
  readonly #at: number;
  #steps = 0;

  constructor(at = Number.POSITIVE_INFINITY) {
    this.#at = at;
  }

  get steps(): number {
    return this.#steps;
  }

  /** A killed process never answers, even if it handled its last failure. */
  orThrow<T>(answer: T): T {
    if (this.#steps > this.#at) {
      throw new Killed();
    }
    return answer;
  }

  /** Throws once the moment has come. */
  step(): void {
    this.#steps += 1;
    if (this.#steps > this.#at) {
      throw new Killed();
    }
  }

  /** The machine's file system. The chosen write is the last write, and writes only half of its text. */
  files(): FileSystem {
    return {
      ...machineFiles,
      mkdir: async (path, options) => {
        this.step();
        return await machineFiles.mkdir(path, options);
      },
      open: async (path, flags, mode) => {
        if (mode !== undefined) {
          this.step();
        }
        const file = await machineFiles.open(path, flags, mode);
        return mode === undefined ? file : this.#mortal(file);
      },
    };
  }

  #mortal(file: StoreFile): StoreFile {
    return {
      read: file.read.bind(file),
      stat: file.stat.bind(file),
      sync: file.sync.bind(file),
      write: async (bytes, offset, length) => {
        if (this.#steps + 1 > this.#at) {
          await file.write(bytes, offset, Math.floor(length / 2));
        }
        this.step();
        return await file.write(bytes, offset, length);
      },
      close: async () => {
        await file.close();
        this.step();
      },
    };
  }
}

export type Attempt = {
  readonly folder: string;
  readonly nowMs?: number;
  readonly channels?: readonly string[];
  readonly policy?: Partial<Policy>;
  readonly kill?: KillSwitch;
  /** The answer of a channel. Default: it accepts a message that names every clock. */
  readonly answer?: (request: MessageRequest) => Sent | undefined;
};

type Sending = { readonly channel: string; readonly reportId: string; readonly toldBefore: number };

let runs = 0;

/** Runs of the report function over a single store, and the messages that the channels have received. */
export function aReporter() {
  const got: Sending[] = [];
  const lines: ({ readonly event: string } & JournalFields)[] = [];
  const journal: Journal = (event, fields) => {
    lines.push({ event, ...fields });
  };
  const run = async (attempt: Attempt): Promise<ReportRun> => {
    const { folder, nowMs = NOW, channels = [], kill = new KillSwitch(), answer } = attempt;
    const clock = { now: () => nowMs, sleep: () => Promise.resolve() };
    const store = await openStore(folder, { clock, deadlineMs: Number.POSITIVE_INFINITY }, kill.files());
    runs += 1;
    const send = (request: MessageRequest): Promise<Sent> => {
      kill.step();
      const sent = answer?.(request) ?? { kind: 'accepted', named: clocksOf(request), acceptedMs: nowMs };
      if (sent.kind === 'accepted') {
        const { channel, digest, toldBefore } = request;
        got.push({ channel: channel.name, reportId: digest.reportId, toldBefore: toldBefore.size });
      }
      kill.step();
      return Promise.resolve(sent);
    };
    const base = aPolicy(attempt.policy);
    const policy = { ...base, notify: { ...base.notify, channels: channels.map(aChannel) } };
    const runId = `report-${String(runs).padStart(6, '0')}`;
    return kill.orThrow(await makeReport({ policy, policyHash: ORIGIN.hash }, { store, clock, journal, runId, send }));
  };
  return { run, got, lines };
}

const clocksOf = ({ digest }: MessageRequest): readonly ToldClock[] =>
  digest.outcomes.flatMap(({ accountId, regionId, connectionId, rule, since }) =>
    rule === null || rule === 'half-done' || since === null ? [] : [{ accountId, regionId, connectionId, rule, since }],
  );

export type Report = {
  readonly path: string;
  readonly reportId: string;
  readonly status: string;
  readonly results: readonly string[];
  readonly missing: readonly { readonly regionId: string; readonly lastAt: string | null }[];
  readonly notDispatched: readonly object[];
  readonly problems: readonly string[];
  readonly unusable: readonly string[];
  readonly outcomes: readonly { readonly connectionId: string; readonly backup: string | null }[];
};

/** The reports with a right hash in a store, oldest first. */
export const reportsIn = (folder: string): readonly Report[] =>
  Object.entries(filesIn(folder)).flatMap(([path, text]) => {
    if (!/^reports\/.*\.json$/.test(path)) {
      return [];
    }
    const { sha256, ...document } = parse(text);
    return withHash(document) === text ? [{ path, ...(document as unknown as Omit<Report, 'path'>) }] : [];
  });

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

export const recordsIn = (folder: string): readonly Record<string, unknown>[] =>
  Object.entries(filesIn(folder)).flatMap(([path, text]) => {
    const { sha256, ...document } = path.startsWith('told/') ? parse(text) : {};
    return path.startsWith('told/') && withHash(document) === text ? [document] : [];
  });

/** A store with two sweeps of the last night. */
export const aNight = (): string =>
  aStoreFolder(Object.fromEntries([aSweep('sweep-1', 3 * HOUR), aSweep('sweep-2', 2 * HOUR)]));

export { DAY, HOUR, NOW };
