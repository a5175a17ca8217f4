import type { Clock } from '../../core/domain/cloud-api.ts';

/** The parts of a process that decide its identity and its proxies. */
export type Surroundings = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Throws as the function of `node:fs` does. */
  readonly readFile: (path: string) => string;
  /** The proxy for a URL, as the environment says. Empty for no proxy. */
  readonly proxyFor: (url: string) => string;
  readonly clock: Clock;
};
