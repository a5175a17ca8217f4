import { bareFloor, promiseFloor } from './floor.ts';
import { runSequential, runUnbounded } from './scripts.ts';
import { BenchWorld, runSweeper, type Task } from './world.ts';

/** What one contender took for one task: requests, times in seconds of the bench, and what is left to do. */
export type Measured = {
  readonly task: Task;
  readonly contender: string;
  readonly calls: number;
  readonly throttled: number;
  readonly seconds: number;
  readonly left: number;
};

const CONTENDERS: Readonly<Record<string, (world: BenchWorld, task: Task) => Promise<unknown>>> = {
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

async function measure(task: Task, contender: string): Promise<Measured> {
  const world = new BenchWorld(task);
  await CONTENDERS[contender]?.(world, task);
  return {
    task,
    contender,
    calls: world.calls,
    throttled: world.throttled,
    seconds: world.elapsedMs() / 1_000,
    left: world.left(),
  };
}

/** One JSON object a line, as they come. */
async function main(): Promise<void> {
  for (const task of TASKS) {
    for (const contender of Object.keys(CONTENDERS)) {
      process.stdout.write(`${JSON.stringify(await measure(task, contender))}\n`);
    }
    for (const [contender, floor] of [
      ['bare floor', bareFloor(task)],
      ['promise floor', promiseFloor(task)],
    ] as const) {
      process.stdout.write(`${JSON.stringify({ task, contender, ...floor, throttled: 0, left: 0 })}\n`);
    }
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
