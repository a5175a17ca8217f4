import { createScenario } from './scenario.ts';
import { type Stats, simulate } from './world.ts';

const argument = (name: string): string | undefined => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
};

const runs = Number(argument('runs') ?? 1_000);
const first = Number(argument('seed') ?? 1);
const seeds = argument('seed') !== undefined && argument('runs') === undefined ? 1 : runs;
const totals: Record<string, number> = {};
let bad = 0;
const started = Date.now();
for (let seed = first; seed < first + seeds; seed += 1) {
  const story = await simulate(createScenario(seed));
  for (const [name, count] of Object.entries(story.stats) as [keyof Stats, number][])
    totals[name] = (totals[name] ?? 0) + count;
  if (story.violations.length > 0) {
    bad += 1;
    if (bad <= 5) {
      process.stdout.write(`seed ${seed}: ${JSON.stringify(story.violations.slice(0, 3))}\n`);
    }
  }
  if (seeds === 1)
    process.stdout.write(`${JSON.stringify(createScenario(seed).policy)}\n${story.history.join('\n')}\n`);
}
process.stdout.write(
  `${seeds} scenarios, ${bad} with violations, ${((Date.now() - started) / seeds).toFixed(1)} ms each; ${JSON.stringify(totals)}\n`,
);
