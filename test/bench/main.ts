import type { RunResult } from '../../lib/core/domain/outcome.ts';
import { bareFloor, type Floor, promiseFloor, routersFloor } from './floor.ts';
import { runSequential, runUnbounded } from './scripts.ts';
import { BenchWorld, runSweeper, type Task } from './world.ts';

/** The result of one contender in one task: requests, times in seconds of the bench, and the orphans that are left. */
export type Measured = {
  readonly task: Task;
  readonly contender: string;
  readonly calls: number;
  readonly throttled: number;
  readonly seconds: number;
  readonly left: number;
  /** Only of the sweeper: how its run ended, and how many outcomes have which error code. */
  readonly status?: string;
  readonly codes?: Readonly<Record<string, number>>;
};

const CONTENDERS: Readonly<Record<string, (world: BenchWorld) => Promise<RunResult | undefined>>> = {
  'vco-sweeper': runSweeper,
  sequential: runSequential,
  unbounded: runUnbounded,
};

const TASKS: readonly Task[] = [
  { orphans: 200, attached: 0, regions: 1, limits: false },
  ...[false, true].flatMap((limits) =>
    [200, 1_000, 5_000].map((orphans) => ({ orphans, attached: 0.5, regions: 4, limits })),
  ),
];

/** Only its calls say something, because the limits of a second do not fit its times. */
const COMPRESSED: Task = { orphans: 1_000, attached: 0.5, regions: 4, limits: true, isCompressed: true };

/**
 * Every list of attachments takes a call of 300 a minute, and one reading of them all takes more than `recheck.maxAge`.
 */
const ROUTERS: Task = { orphans: 150, attached: 1 / 3, regions: 1, limits: true, transitRouters: 100 };

async function measure(task: Task, contender: string): Promise<Measured> {
  const world = new BenchWorld(task);
  const result = await CONTENDERS[contender]?.(world);
  return {
    task,
    contender,
    calls: world.calls,
    throttled: world.throttled,
    seconds: world.elapsedMs() / 1_000,
    left: world.left(),
    ...(result && { status: result.status, codes: countCodes(result) }),
  };
}

function countCodes({ outcomes }: RunResult): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { code } of outcomes) {
    if (code) {
      counts[code] = (counts[code] ?? 0) + 1;
    }
  }
  return counts;
}

/** A JSON object for each line, as they come. */
async function main(): Promise<void> {
  for (const task of [...TASKS, COMPRESSED, ROUTERS]) {
    // The scripts delete every listed connection, and some connections of the last task are in use.
    for (const contender of TASKS.includes(task) ? Object.keys(CONTENDERS) : ['vco-sweeper']) {
      process.stdout.write(`${JSON.stringify(await measure(task, contender))}\n`);
    }
    for (const [contender, floor] of Object.entries(floorsOf(task))) {
      process.stdout.write(`${JSON.stringify({ task, contender, ...floor, throttled: 0, left: 0 })}\n`);
    }
  }
}

const floorsOf = (task: Task): Readonly<Record<string, Floor>> =>
  task === ROUTERS
    ? { 'bare floor': routersFloor(task) }
    : { 'bare floor': bareFloor(task), 'promise floor': promiseFloor(task) };

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
