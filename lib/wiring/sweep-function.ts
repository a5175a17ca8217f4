import { ConfigError } from '../core/domain/errors.ts';
import { REGION_PATTERN } from '../core/domain/ids.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The names of the deployed sweep function, from the environment. */
export type TargetNames = {
  readonly functionName: string;
  readonly serviceName: string | undefined;
  readonly qualifier: string | undefined;
  readonly regionId: string;
};

const NAME = '[A-Za-z_][A-Za-z0-9_-]{0,127}';
const FUNCTION_DEFAULT = 'vco-sweeper';

type NameKind = { readonly pattern: RegExp; readonly allowed: string };
const FUNCTION: NameKind = {
  // A function that was migrated from 2.0 has the form service$function.
  pattern: new RegExp(`^${NAME}(\\$${NAME})?$`),
  allowed: 'the name of a function, such as vco-sweeper, not its ARN',
};
const SERVICE: NameKind = {
  pattern: new RegExp(`^${NAME}$`),
  allowed: 'the name of a service of Function Compute 2.0',
};
const QUALIFIER: NameKind = { pattern: /^(LATEST|[A-Za-z0-9_][\w-]{0,127})$/, allowed: 'a version or an alias' };
const REGION: NameKind = { pattern: REGION_PATTERN, allowed: 'a region id such as cn-hangzhou' };

/**
 * Read `SWEEP_FUNCTION`, `SWEEP_FUNCTION_SERVICE` (set for generation 2.0), `SWEEP_FUNCTION_QUALIFIER` and
 * `SWEEP_FUNCTION_REGION`.
 *
 * @param ownRegion the default region of the function
 * @throws ConfigError naming the variable, its value and the allowed values
 */
export function readTarget(env: Environment, ownRegion: string | undefined): TargetNames {
  const regionId = read(env, 'SWEEP_FUNCTION_REGION', REGION) ?? ownRegion;
  if (regionId === undefined) {
    throw new ConfigError('no region of the function: set SWEEP_FUNCTION_REGION or ALIBABA_CLOUD_REGION_ID');
  }
  return {
    functionName: read(env, 'SWEEP_FUNCTION', FUNCTION) ?? FUNCTION_DEFAULT,
    serviceName: read(env, 'SWEEP_FUNCTION_SERVICE', SERVICE),
    qualifier: read(env, 'SWEEP_FUNCTION_QUALIFIER', QUALIFIER),
    regionId,
  };
}

function read(env: Environment, name: string, { pattern, allowed }: NameKind): string | undefined {
  const text = env[name]?.trim();
  if (!text) {
    return undefined;
  }
  if (!pattern.test(text)) {
    throw new ConfigError(`${name} is ${JSON.stringify(text.slice(0, 80))}; allowed: ${allowed}`);
  }
  return text;
}

const CONCURRENCY = { fallback: 8, max: 100 };

/** Read `DISPATCH_CONCURRENCY`: invocations at the same time. */
export function readConcurrency(env: Environment): number {
  const text = env.DISPATCH_CONCURRENCY?.trim();
  if (!text) {
    return CONCURRENCY.fallback;
  }
  const number = Number(text);
  if (/^\d{1,3}$/.test(text) && number >= 1 && number <= CONCURRENCY.max) {
    return number;
  }
  throw new ConfigError(
    `DISPATCH_CONCURRENCY is ${JSON.stringify(text.slice(0, 80))}; allowed: a whole number from 1 to ${CONCURRENCY.max}`,
  );
}
