import * as z from 'zod/mini';
import type { AccountId, ConnectionId, RegionId } from '../core/estate.ts';
import { isRegionId } from './endpoints.ts';
import type { TokenPage } from './paging.ts';
import type { Reader } from './rpc.ts';
import type { Credentials } from './transport.ts';
import { accountNumber, nextToken, reader, requiredId } from './wire-fields.ts';

/** STS 2015-04-01, and what VPC 2016-04-28 says of regions and tags. */

/** `GetCallerIdentity`. */
export const callerAccount: Reader<AccountId> = reader(
  z.object({ AccountId: accountNumber.check(z.refine((id) => id !== undefined)) }),
  (reply) => String(reply.AccountId),
);

export type AssumedCredentials = { readonly credentials: Credentials; readonly expiresAtMs: number };

const expiration = requiredId.check(z.refine((text) => Number.isFinite(Date.parse(text))));

/** `AssumeRole`: all three credentials and a moment, or it is no answer. */
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

export type TagOfConnection = { readonly connectionId: ConnectionId; readonly key: string; readonly value: string };

/** One page of `ListTagResources`. An answer about something else than was asked for is not an answer. */
export const tagPage = (connectionIds: readonly ConnectionId[]): Reader<TokenPage<TagOfConnection>> =>
  reader(
    z.object({
      NextToken: nextToken,
      TagResources: z.object({
        TagResource: z.array(
          z.object({
            ResourceId: requiredId.check(z.refine((id) => connectionIds.includes(id))),
            TagKey: requiredId,
            TagValue: z.string(),
          }),
        ),
      }),
    }),
    (reply) => ({
      items: reply.TagResources.TagResource.map((item) => ({
        connectionId: item.ResourceId,
        key: item.TagKey,
        value: item.TagValue,
      })),
      totalCount: undefined,
      nextToken: reply.NextToken,
    }),
  );
