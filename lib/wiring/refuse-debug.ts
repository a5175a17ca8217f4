import { ConfigError } from '../core/domain/errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The sections of `NODE_DEBUG` under which some Node from 20 to 26 prints a request (its headers, its options with the
 * headers, or at least its URL), or the contents of the same sockets.
 */
const NODE_SECTIONS = ['http', 'https', 'http2', 'net', 'tls', 'fetch', 'undici', 'websocket'];

/**
 * Refuse an environment in which the SDKs (`DEBUG`) or Node itself (`NODE_DEBUG`) print requests, because requests hold
 * tokens and signatures.
 *
 * @throws ConfigError naming the variable and its offending part
 */
export function refuseDebug({ DEBUG, NODE_DEBUG }: Environment): void {
  // The SDKs' HTTP layer prints headers and bodies.
  refuse('DEBUG', (DEBUG ?? '').split(/[\s,]+/).find(isLoudForSdk));
  refuse('NODE_DEBUG', (NODE_DEBUG ?? '').split(',').find(isLoudForNode));
}

/**
 * Names of the SDKs' HTTP layer, of the credentials package, and of the proxy agent, which prints the proxy's password.
 */
const LOUD = /\*|httpx|^lambda|^sign$|proxy-agent/;
const isLoudForSdk = (name: string): boolean => LOUD.test(name);

/** Matches as Node does: in any letter case, with `*` for any text, and with no other special character. */
function isLoudForNode(pattern: string): boolean {
  const parts = pattern.trim().split(/\*+/);
  const matcher = new RegExp(`^${parts.map(escapeRegExp).join('.*')}$`, 'i');
  return NODE_SECTIONS.some((section) => matcher.test(section));
}

const escapeRegExp = (text: string): string => text.replace(/[|\\{}()[\]^$+?.*]/g, '\\$&');

function refuse(variable: string, loud: string | undefined): void {
  if (loud !== undefined) {
    throw new ConfigError(
      `${variable} is ${JSON.stringify(loud.trim())}, which would print credentials and replies; unset it`,
    );
  }
}
