import { parseArgs } from 'node:util';
import { createScenario } from './stories/scenario.ts';
import { shrink } from './stories/shrink.ts';
import { type Story, simulate } from './world/world.ts';

/**
 * With `--seed N` it lives through one scenario and tells it, shrunk if it breaks a promise. With `--from N --runs M` it
 * lives through many scenarios and answers one JSON object with the sums. With `--slices` it does the same for each
 * message of its parent process.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    from: { type: 'string' },
    runs: { type: 'string' },
    slices: { type: 'boolean' },
  },
});

const say = (text: string) => process.stdout.write(`${text}\n`);

async function tell(seed: number): Promise<void> {
  const scenario = createScenario(seed);
  const story = await simulate(scenario);
  const [violation] = story.violations;
  if (violation === undefined) {
    say(story.history.join('\n'));
    say(`seed ${seed}: no violation; ${JSON.stringify(story.stats)}`);
    return;
  }
  const shortest = await shrink(scenario, violation.promise);
  const retold = await simulate(shortest);
  say(`seed ${seed} breaks ${violation.promise}: ${retold.violations[0]?.text ?? violation.text}`);
  say(`adversity: ${scenario.adversity ?? 'none'}`);
  say(`policy: ${JSON.stringify(shortest.policy, null, 2)}`);
  say(`connections: ${JSON.stringify(shortest.estate.vpnConnections, null, 2)}`);
  say(retold.history.join('\n'));
  say(`replay: npm run simulate -- --seed ${seed}`);
  process.exitCode = 1;
}

type Sums = {
  scenarios: number;
  withFault: number;
  withCrash: number;
  withOverlap: number;
  withPeople: number;
  runs: number;
  calls: number;
  deletions: number;
  unclearable: number;
  violations: { seed: number; promise: string; text: string }[];
};

async function sum(from: number, runs: number): Promise<Sums> {
  const sums: Sums = {
    scenarios: 0,
    withFault: 0,
    withCrash: 0,
    withOverlap: 0,
    withPeople: 0,
    runs: 0,
    calls: 0,
    deletions: 0,
    unclearable: 0,
    violations: [],
  };
  for (let seed = from; seed < from + runs; seed += 1) {
    add(sums, seed, await simulate(createScenario(seed)));
  }
  return sums;
}

function add(sums: Sums, seed: number, { stats, violations }: Story): void {
  sums.scenarios += 1;
  sums.withFault += Number(stats.faults > 0);
  sums.withCrash += Number(stats.crashes > 0);
  sums.withOverlap += Number(stats.overlaps > 0);
  sums.withPeople += Number(stats.people > 0);
  sums.runs += stats.runs;
  sums.calls += stats.calls;
  sums.deletions += stats.deletions;
  sums.unclearable += stats.unclearable;
  const [first] = violations;
  if (first) {
    sums.violations.push({ seed, promise: first.promise, text: first.text });
  }
}

/** A failure ends the process, and its parent notices that. */
function serveSlices(): void {
  process.on('message', ({ from, runs }: { readonly from: number; readonly runs: number }) => {
    sum(from, runs).then((sums) => process.send?.(sums), fail);
  });
}

function fail(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
}

async function main(): Promise<void> {
  if (values.slices) {
    serveSlices();
    return;
  }
  if (values.seed !== undefined) {
    await tell(Number(values.seed));
  } else {
    say(JSON.stringify(await sum(Number(values.from ?? 1), Number(values.runs ?? 1))));
  }
}

main().catch(fail);
