import * as z from 'zod/mini';
import type { MemberAccount } from '../../core/domain/cloud-api.ts';
import type { AccountId, ConnectionId, RegionId } from '../../core/domain/estate.ts';
import { isRegionId } from '../../core/domain/ids.ts';
import type { Page, TokenPage } from '../client/list-pages.ts';
import type { Reader } from '../client/rpc.ts';
import type { Credentials } from '../client/transport.ts';
import { accountNumber, count, firstMisfit, nextToken, optionalText, reader, requiredId } from './wire-fields.ts';

/** STS 2015-04-01, ResourceDirectoryMaster 2022-04-19, and the regions and tags of VPC 2016-04-28. */

/** `GetCallerIdentity`. */
export const callerAccount: Reader<AccountId> = reader(
  z.object({ AccountId: accountNumber.check(z.refine((id) => id !== undefined)) }),
  (reply) => String(reply.AccountId),
);

export type AssumedCredentials = { readonly credentials: Credentials; readonly expiresAtMs: number };

const expiration = requiredId.check(z.refine((text) => Number.isFinite(Date.parse(text))));

/** `AssumeRole`. A reply without all three credentials and the expiry is unreadable. */
export const assumedCredentials: Reader<AssumedCredentials> = reader(
  z.object({
    Credentials: z.object({
      AccessKeyId: requiredId,
      AccessKeySecret: requiredId,
      SecurityToken: requiredId,
      Expiration: expiration,
    }),
  }),
  ({ Credentials: given }) => ({
    credentials: {
      accessKeyId: given.AccessKeyId,
      accessKeySecret: given.AccessKeySecret,
      securityToken: given.SecurityToken,
    },
    expiresAtMs: Date.parse(given.Expiration),
  }),
);

/** `DescribeRegions`. */
export const regions: Reader<readonly RegionId[]> = reader(
  z.object({
    Regions: z.object({ Region: z.array(z.object({ RegionId: requiredId.check(z.refine(isRegionId)) })) }),
  }),
  (reply) => [...new Set(reply.Regions.Region.map((item) => item.RegionId))],
);

// A status that is not listed here may mean that a member is joining or leaving. Its account is not swept, and is
// reported.
const ACTIVE: ReadonlySet<unknown> = new Set(['CreateSuccess', 'InviteSuccess', 'PromoteSuccess']);

/** A page of `ListAccounts`. An account without an id would be left out silently, so the page is then unreadable. */
export const accountPage: Reader<Page<MemberAccount>> = reader(
  z.object({
    TotalCount: count,
    Accounts: z.object({
      Account: z.array(
        z.object({
          AccountId: accountNumber.check(z.refine((id) => id !== undefined)),
          DisplayName: optionalText,
          Status: optionalText,
        }),
      ),
    }),
  }),
  (reply) => ({
    totalCount: reply.TotalCount,
    items: reply.Accounts.Account.map((item) => ({
      accountId: String(item.AccountId),
      name: item.DisplayName ?? '',
      standing: ACTIVE.has(item.Status) ? 'active' : 'closed',
    })),
  }),
);

export type TagOfConnection = { readonly connectionId: ConnectionId; readonly key: string; readonly value: string };

const tagResources = z.object({
  NextToken: nextToken,
  TagResources: z.object({
    TagResource: z.array(z.object({ ResourceId: requiredId, TagKey: requiredId, TagValue: z.string() })),
  }),
});

/** A page of `ListTagResources`. An answer about anything that was not asked for is unreadable. */
export const tagPage = (connectionIds: readonly ConnectionId[]): Reader<TokenPage<TagOfConnection>> =>
  reader(
    tagResources,
    (reply) => ({
      items: reply.TagResources.TagResource.map((item) => ({
        connectionId: item.ResourceId,
        key: item.TagKey,
        value: item.TagValue,
      })),
      totalCount: undefined,
      nextToken: reply.NextToken,
    }),
    (reply) =>
      firstMisfit('TagResources.TagResource', reply.TagResources.TagResource, (item) =>
        connectionIds.includes(item.ResourceId),
      ),
  );
