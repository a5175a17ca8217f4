import { ConfigError } from '../../lib/core/errors.ts';
import type { Mode, Narrowing, Policy } from '../../lib/core/options.ts';
import { isRegionId, type RunOptions } from './options.ts';

/** Where a command looks: the policy's scope, narrowed by options as an event would narrow it. */
export type Scope = {
  readonly policy: Policy;
  readonly defaultRegion: string | undefined;
  readonly narrow: (mode: Mode, connections?: readonly string[]) => Narrowing;
};

/**
 * Narrow the policy's scope. Options never widen it: only where the policy names no region at all, `--region` says
 * where.
 *
 * @throws ConfigError when a region is outside the policy, or nothing says which region
 */
export function resolveScope(
  loaded: Policy,
  options: RunOptions,
  env: Readonly<Record<string, string | undefined>>,
): Scope {
  const { region: wanted, connection } = options;
  const silent = loaded.regions === undefined && loaded.accounts.every(({ regions }) => regions === undefined);
  const policy = silent && wanted !== undefined ? { ...loaded, regions: wanted } : loaded;
  const defaultRegion = readDefaultRegion(env);

  const declared = declaredRegions(policy);
  if (declared.includes(undefined) && defaultRegion === undefined) {
    throw new ConfigError(
      'no region to look at: give --region, set `regions` in the policy, or set ALIBABA_CLOUD_REGION_ID',
    );
  }
  const known = declared.map((regions) => regions ?? (defaultRegion === undefined ? [] : [defaultRegion]));
  if (!known.includes('all')) refuseOutside(wanted ?? [], new Set(known.flat()));
  return {
    policy,
    defaultRegion,
    narrow: (mode, connections = connection) => ({ mode, regions: wanted, connections }),
  };
}

/** The regions of each account in scope; undefined: the default region. */
const declaredRegions = ({ accounts, regions }: Policy): readonly Policy['regions'][] =>
  accounts.length === 0 ? [regions] : accounts.map((account) => account.regions ?? regions);

function readDefaultRegion(env: Readonly<Record<string, string | undefined>>): string | undefined {
  for (const name of ['ALIBABA_CLOUD_REGION_ID', 'ALIBABA_CLOUD_REGION']) {
    const text = env[name]?.trim();
    if (!text) continue;
    if (!isRegionId(text)) {
      throw new ConfigError(`${name}: ${JSON.stringify(text)} is not a region id such as cn-hangzhou`);
    }
    return text;
  }
  return undefined;
}

function refuseOutside(wanted: readonly string[], known: ReadonlySet<string>): void {
  const outside = wanted.find((regionId) => !known.has(regionId));
  if (outside === undefined) return;
  throw new ConfigError(
    `--region ${outside} is not in the policy's scope, which is ${[...known].join(', ')}; options only narrow it`,
  );
}
