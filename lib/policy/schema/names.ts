import * as z from 'zod/mini';
import { parseGlob } from '../../core/domain/glob.ts';
import { ACCOUNT_PATTERN, CONNECTION_PATTERN, REGION_PATTERN, ROLE_ARN_PATTERN } from '../../core/domain/ids.ts';
import { list, mapping, optionalKey, text, withNotes } from './policy-fields.ts';
import { seen } from './seen-text.ts';

export const accountId = text(ACCOUNT_PATTERN, 'an account id in quotes, such as "1234567890123456"');
export const roleName = text(/^[\w.@-]{1,64}$/, 'the name of a role such as vco-sweeper, not its ARN');
export const regionId = text(REGION_PATTERN, 'a region id such as cn-hangzhou');
export const connectionId = text(CONNECTION_PATTERN, 'a connection id such as vco-bp1a2b3c4d, not a pattern');
export const roleArn = text(ROLE_ARN_PATTERN, 'a role ARN such as acs:ram::1234567890123456:role/vco-sweeper');
/** The name of a group in place of its id would silently protect no connection. */
export const resourceGroupId = text(/^rg-[0-9A-Za-z-]+$/, 'a resource group id such as rg-acfm2example');
// A space beside the `=` would belong to the key or the value, so the tag would protect no connection.
const TAG_TEXT = /^[^=\s]([^=]*[^=\s])?(=(\S([\s\S]*\S)?)?)?$/;
const TAG_PART = /^\S([\s\S]*\S)?$/;
const TAG_ALLOWED = 'text of the form key or key=value, or a mapping with key and value for a key that holds =';
const tagPart = (allowed: string) => ({
  allowed,
  schema: z.string({ error: allowed }).check(z.regex(TAG_PART, { error: allowed, abort: true }), seen()),
});
export const tagKey = tagPart('the key of a tag');
/** A tag on connections. */
export const tag = {
  allowed: TAG_ALLOWED,
  schema: z
    .union(
      [
        z.string({ error: TAG_ALLOWED }).check(z.regex(TAG_TEXT, { error: TAG_ALLOWED })),
        mapping({
          key: withNotes(tagKey.schema, {
            description: 'The key, which may hold `=`.',
            allowed: tagKey.allowed,
          }),
          value: optionalKey(tagPart('the value of a tag'), 'Its value. Default: any value.'),
        }),
      ],
      { error: TAG_ALLOWED },
    )
    .check(seen()),
};

const regionList = list(regionId);
const exceptions = list(regionId);
const REGIONS_ALLOWED =
  'all, or a list of at least one region id such as cn-hangzhou, or a mapping with the keys all and except';
/** With an empty list, a run would read no region and still report a complete result. */
export const regions = {
  allowed: REGIONS_ALLOWED,
  schema: z.union(
    [
      z.literal('all'),
      regionList.schema.check(z.minLength(1, { error: REGIONS_ALLOWED })),
      mapping({
        all: withNotes(z.literal(true, { error: 'true' }), {
          description: 'All regions except a few.',
          allowed: 'true',
        }),
        except: withNotes(exceptions.schema, { description: 'Regions to leave out.', allowed: exceptions.allowed }),
      }),
    ],
    { error: REGIONS_ALLOWED },
  ),
};

const GLOB_LENGTH_MAX = 256;
const GLOB_ALLOWED = `a glob such as prod-*, with its brackets closed, that does not begin with !, at most 8 stars and ${GLOB_LENGTH_MAX} characters`;
/** A pattern that excludes, or a broken pattern that matches no name, would protect less than it seems to. */
export const nameGlob = {
  allowed: GLOB_ALLOWED,
  schema: z.string({ error: GLOB_ALLOWED }).check(
    z.maxLength(GLOB_LENGTH_MAX, { error: GLOB_ALLOWED, abort: true }),
    z.regex(/^(?!!)\s*\S/, { error: GLOB_ALLOWED, abort: true }),
    seen(),
    z.refine((pattern) => parseGlob(pattern) !== undefined, { error: GLOB_ALLOWED }),
  ),
};
