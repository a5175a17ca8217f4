import * as z from 'zod/mini';
import { CHANNEL_TYPES, LANGUAGES, NEWS_KINDS } from '../../core/domain/policy.ts';
import { age, flag, key, list, mapping, optionalKey, text, withNotes } from './policy-fields.ts';

const oneOf = <const Values extends readonly string[]>(values: Values) => {
  const allowed = `one of ${values.join(', ')}`;
  return { allowed, schema: z.enum(values, { error: allowed }) };
};

/** An address or a key in place of a name would make the policy a secret. This pattern matches no address and no key. */
const variable = text(/^[A-Z_][A-Z0-9_]*$/, 'the name of an environment variable, such as DINGTALK_URL');

const channelType = oneOf(CHANNEL_TYPES);
const channel = mapping({
  type: withNotes(channelType.schema, {
    description: 'The kind of channel.',
    allowed: channelType.allowed,
    examples: ['dingtalk'],
  }),
  urlEnv: withNotes(variable.schema, {
    description: 'The environment variable that contains the address of the channel.',
    allowed: variable.allowed,
    examples: ['DINGTALK_URL'],
  }),
  secretEnv: optionalKey(variable, 'The environment variable that contains the signing key. Default: no signature.', [
    'DINGTALK_SECRET',
  ]),
  on: key(
    list(oneOf(NEWS_KINDS)),
    NEWS_KINDS.filter((kind) => kind !== 'always'),
    'The news that this channel gets. With `always` it also gets a message when there is no news.',
    [['due', 'attention']],
  ),
  language: key(oneOf(LANGUAGES), 'en', 'The language of its messages: English or Chinese.', ['zh']),
});

/** The section `notify` of the policy. */
export const notify = mapping({
  channels: key(
    {
      allowed: 'a list of mappings with the keys type, urlEnv, secretEnv, on and language',
      schema: list({ allowed: 'a channel', schema: channel }).schema,
    },
    [],
    'Where the report function sends its messages.',
    [[{ type: 'dingtalk', urlEnv: 'DINGTALK_URL', secretEnv: 'DINGTALK_SECRET' }]],
  ),
  required: key(
    flag,
    false,
    'Whether a connection is detached or deleted only after a message named it. Needs a `store`.',
    [true],
  ),
  notice: key(age, '24h', 'How long before its deletion the message must have been accepted.', ['72h']),
});
