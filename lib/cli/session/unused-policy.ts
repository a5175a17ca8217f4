import type { Io } from '../io.ts';
import type { Output } from '../output.ts';
import type { RunOptions } from '../run-options.ts';

const PATH = 'policy.yaml';

/**
 * Warns that the command ignores the policy in the current folder. A deploy packs that policy, so a person may believe
 * that it also protects connections here.
 */
export function sayUnusedPolicy({ policy }: RunOptions, { env, readFile }: Io, output: Output): void {
  const isGiven = policy !== undefined || [env.SWEEP_POLICY, env.SWEEP_POLICY_FILE].some((text) => text?.trim());
  if (isGiven || !canRead(readFile)) {
    return;
  }
  output.say(`${PATH} is here and was not used. To use it, add --policy ${PATH}.`);
}

function canRead(readFile: Io['readFile']): boolean {
  try {
    readFile(PATH);
    return true;
  } catch {
    return false;
  }
}
