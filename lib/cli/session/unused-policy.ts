import type { Io } from '../io.ts';
import type { Output } from '../output.ts';
import type { RunOptions } from '../run-options.ts';

const PATH = 'policy.yaml';

/**
 * Say that a policy lies in the current folder and does not count: it is the one that a deploy packs, and a person may
 * believe that it protects something here too.
 */
export function sayUnusedPolicy({ policy }: RunOptions, { env, readFile }: Io, output: Output): void {
  const isGiven = policy !== undefined || [env.SWEEP_POLICY, env.SWEEP_POLICY_FILE].some((text) => text?.trim());
  if (isGiven || !canRead(readFile)) {
    return;
  }
  output.say(`${PATH} is here and was not used; --policy ${PATH} uses it.`);
}

function canRead(readFile: Io['readFile']): boolean {
  try {
    readFile(PATH);
    return true;
  } catch {
    return false;
  }
}
