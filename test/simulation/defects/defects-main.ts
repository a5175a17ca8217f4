import { parseArgs } from 'node:util';
import { createScenario } from '../stories/scenario.ts';
import { simulate } from '../world/world.ts';

/**
 * Lives through scenarios until a scenario breaks a promise, and answers a JSON object with the seed, or null, and how
 * often other promises were broken before. Without `--promise` any promise will do.
 */
const { values } = parseArgs({ options: { promise: { type: 'string' }, seeds: { type: 'string' } } });

async function search() {
  const others: Record<string, number> = {};
  for (let seed = 1; seed <= Number(values.seeds); seed += 1) {
    const { violations } = await simulate(createScenario(seed));
    const found = violations.find(({ promise }) => values.promise === undefined || promise === values.promise);
    if (found) {
      return { seed, promise: found.promise, text: found.text, others };
    }
    for (const { promise } of violations.slice(0, 1)) {
      others[promise] = (others[promise] ?? 0) + 1;
    }
  }
  return { seed: null, others };
}

search().then(
  (found) => process.stdout.write(JSON.stringify(found)),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 1;
  },
);
