import { randomUUID } from 'node:crypto';
import { isThrottling, isTokenProcessing } from '../../core/domain/disposition.ts';
import type { CloudError } from '../../core/domain/errors.ts';

/** ASCII, 48 characters. The services take at most 64. */
export const newClientToken = (): string => `vco-sweeper-${randomUUID()}`;

export type ClientToken = {
  /** The token to send with the next attempt. */
  current(): string;
  /** Learn from a failed attempt which token the next attempt needs. */
  failed(error: CloudError): void;
};

/**
 * The client token of a write over its attempts.
 *
 * The token stays the same while the fate of the request is unknown, so that it cannot take effect twice. After a
 * definite answer a fresh token is needed, because the service repeats that answer for as long as it remembers the
 * token.
 */
export function createClientToken(newToken: () => string): ClientToken {
  let token = newToken();
  return {
    current: () => token,
    failed: (error) => {
      if (isDefiniteAnswer(error)) {
        token = newToken();
      }
    },
  };
}

// A business code in a 200 (`Success: false`) is as definite as a code in a 400.
function isDefiniteAnswer({ code, status, effect }: CloudError): boolean {
  if (isTokenProcessing(code) || isThrottling(code, status)) {
    return false;
  }
  return effect === 'refused' || (status !== undefined && status < 300 && code !== 'UnreadableReply');
}
