import { ConfigError } from '../../core/domain/errors.ts';
import type { ChannelPolicy, ChannelType } from '../../core/domain/policy.ts';
import type { Access } from './channel.ts';
import { toShown } from './their-text.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const SECRET_BYTES_MIN = 24;
const SECRET_BYTES_MAX = 64;

/** The form of the signing keys of each type of channel. `none`: the type has no signature. */
const SECRET_FORMS: Readonly<Record<ChannelType, 'none' | { readonly allowed: string; test(text: string): boolean }>> =
  {
    dingtalk: { allowed: 'SEC followed by letters and digits', test: (text) => /^SEC[\w+/=-]+$/.test(text) },
    feishu: { allowed: 'the key of the robot, without blanks', test: (text) => /^[\x21-\x7e]+$/.test(text) },
    wecom: 'none',
    slack: 'none',
    cloudevents: {
      allowed: `whsec_ followed by ${SECRET_BYTES_MIN} to ${SECRET_BYTES_MAX} bytes in base64`,
      test: isWebhookSecret,
    },
  };

function isWebhookSecret(text: string): boolean {
  const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  const bytes = Buffer.from(base64 ?? '', 'base64').length;
  return bytes >= SECRET_BYTES_MIN && bytes <= SECRET_BYTES_MAX;
}

/**
 * The address and the signing key of a channel.
 *
 * @throws ConfigError naming the channel and the variable, but not the content of the variable
 */
export function readAccess({ type, name, urlEnv, secretEnv }: ChannelPolicy, env: Environment): Access {
  const fail = (variable: string, problem: string): never => {
    throw new ConfigError(`notify.channels: ${name}: ${variable} ${problem}`);
  };
  const required = (variable: string): string =>
    env[variable]?.trim() || fail(variable, 'is not set: it has to contain what the channel needs');
  const url = required(urlEnv);
  const problem = problemOf(url);
  if (problem !== undefined) {
    fail(urlEnv, problem);
  }
  const form = SECRET_FORMS[type];
  if (secretEnv === undefined) {
    return { url, secret: undefined };
  }
  if (form === 'none') {
    return fail(secretEnv, `is not used, because a ${type} address has no signing key: remove secretEnv`);
  }
  const secret = required(secretEnv);
  return form.test(secret) ? { url, secret } : fail(secretEnv, `is not a signing key; allowed: ${form.allowed}`);
}

const LOOPBACK = /^(localhost|\[::1\]|127(\.\d{1,3}){3})$/;

function problemOf(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['https:', 'http:'].includes(url.protocol) || url.hostname === '') {
    return 'is not an address; allowed: https://…';
  }
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname)) {
    return 'is plain http, which is allowed only to this machine; allowed: https://…';
  }
  if (url.username !== '' || url.password !== '') {
    return 'contains a user or a password; allowed: https://host/…';
  }
  return url.hash === '' ? undefined : 'contains a fragment (#…), which is never sent: remove it';
}

const SAID_CHARS_MAX = 200;
/** A shorter part of a path is a word such as `robot`. */
const SECRET_CHARS_MIN = 8;
/** The bound on the scheme keeps the time for a long word from growing with the square of its length. */
const ADDRESS = /[a-z][a-z0-9+.-]{0,15}:\/\/\S*/gi;

/** A server's text, printable and short, without the parts of the address and of the key that some servers repeat. */
export function withoutSecrets(text: string, { url, secret }: Access): string {
  const { pathname, searchParams, search, host, href } = new URL(url);
  const parts = [...pathname.split('/').filter((part) => part.length >= SECRET_CHARS_MIN), ...searchParams.values()];
  const secrets = [
    ...[url, href, host, search.slice(1), pathname.slice(1), ...parts],
    ...(secret === undefined ? [] : [secret, secret.replace(/^(SEC|whsec_)/, '')]),
  ];
  const forms = secrets.flatMap((one) => (one ? [one, encodeURIComponent(one), encodeURI(one)] : []));
  const longestFirst = forms.filter((form) => form.length > 1).sort((a, b) => b.length - a.length);
  const hidden = longestFirst.reduce((rest, form) => replaceAny(rest, form), text.replaceAll(ADDRESS, '…'));
  return toShown(hidden.trim(), SAID_CHARS_MAX);
}

/** In any letter case. */
const replaceAny = (text: string, part: string): string =>
  text.replace(new RegExp(part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'gi'), '…');
