import type { Store } from '../../lib/core/store/store.ts';
import { aMemoryStore } from '../undo/undo-support.ts';
import { BenchWorld, runSweeper, type Task } from './world.ts';

const TASKS: readonly Task[] = [false, true].map((limits) => ({
  orphans: 1_000,
  attached: 0.5,
  regions: 4,
  limits,
  hasQuota: true,
}));

/** A store that takes half as long for a document as the cloud for a call. */
function slowly(store: Store, world: BenchWorld): Store {
  const latency = () => world.sleep(world.times.latencyMs / 2);
  return {
    ...store,
    put: async (path, document) => {
      await latency();
      await store.put(path, document);
    },
    get: async (path, format) => {
      await latency();
      return await store.get(path, format);
    },
  };
}

/** The same task without and with a store. */
async function measure(task: Task, hasStore: boolean) {
  const world = new BenchWorld(task);
  const { documents, store } = aMemoryStore();
  const { status } = await runSweeper(world, hasStore ? slowly(store, world) : undefined);
  const backups = [...documents.keys()].filter((path) => path.startsWith('backups/')).length;
  const { calls, throttled } = world;
  return { task, hasStore, status, calls, throttled, seconds: world.elapsedMs() / 1_000, left: world.left(), backups };
}

/** A JSON object a line, as they come. */
async function main(): Promise<void> {
  for (const task of TASKS) {
    for (const hasStore of [false, true]) {
      process.stdout.write(`${JSON.stringify(await measure(task, hasStore))}\n`);
    }
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
