import type { Clock } from '../../core/domain/cloud-api.ts';

/** What of a process decides as whom it calls the cloud, and by which way. */
export type Surroundings = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Throws as the function of `node:fs` does. */
  readonly readFile: (path: string) => string;
  /** The proxy for a URL, as the environment says; empty for none. */
  readonly proxyFor: (url: string) => string;
  readonly clock: Clock;
};
