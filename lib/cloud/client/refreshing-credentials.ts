import type { Clock } from '../../core/domain/cloud-api.ts';
import type { AssumedCredentials } from '../wire/wire-account.ts';
import type { Credentials } from './transport.ts';

const REFRESH_BEFORE_MS = 5 * 60_000;
/** The shortest time between two renewals, however short-lived the credentials seem by our clock. */
const REFRESH_INTERVAL_MS_MIN = 60_000;

/**
 * Credentials that are renewed when five minutes or less are left of them.
 *
 * @param first the result of the first `assume`
 */
export function createRefreshing(
  clock: Clock,
  first: AssumedCredentials,
  assume: () => Promise<AssumedCredentials>,
): () => Promise<Credentials> {
  const refreshAt = ({ expiresAtMs }: AssumedCredentials) =>
    Math.max(expiresAtMs - REFRESH_BEFORE_MS, clock.now() + REFRESH_INTERVAL_MS_MIN);

  let current = first;
  let refreshAtMs = refreshAt(first);
  let refresh: Promise<void> | undefined;

  const renew = async (): Promise<void> => {
    try {
      current = await assume();
      refreshAtMs = refreshAt(current);
    } finally {
      refresh = undefined;
    }
  };

  return async () => {
    if (clock.now() >= refreshAtMs) {
      // Requests that come meanwhile wait for the same renewal.
      refresh ??= renew();
      await refresh;
    }
    return current.credentials;
  };
}
