import * as z from 'zod/mini';
import type { ConnectionId } from '../../core/domain/estate.ts';
import type { PickSettings, Settings } from '../../core/undo/settings.ts';
import type { Page } from '../client/list-pages.ts';
import type { Reader } from '../client/rpc.ts';
import { count, firstMisfit, optionalText, reader, requiredId } from './wire-fields.ts';

/** VPC 2016-04-28: the reads that only a backup needs, in the form that it keeps. */

/** A part of a reply that must have these fields. The backup picks its fields from the raw part. */
const rowWith = <Shape extends Record<string, z.core.$ZodType>>(shape: Shape, pick: PickSettings) =>
  z.pipe(
    z.looseObject(shape),
    z.transform((row, context): Settings => {
      const picked = pick(row);
      if ('settings' in picked) {
        return picked.settings;
      }
      context.issues.push({ code: 'custom', input: row, message: picked.problem });
      return z.NEVER;
    }),
  );

/** A page of `DescribeVcoRouteEntries`. An answer about another connection is not an answer. */
export const connectionRoutePage = (connectionId: ConnectionId, pick: PickSettings): Reader<Page<Settings>> =>
  reader(
    z.object({
      TotalCount: count,
      VcoRouteEntries: z.array(rowWith({ RouteDest: requiredId, Weight: z.number() }, pick)),
    }),
    (reply) => ({ totalCount: reply.TotalCount, items: reply.VcoRouteEntries }),
    (reply) =>
      firstMisfit(
        'VcoRouteEntries',
        reply.VcoRouteEntries,
        (item) => (item.VpnConnectionId ?? connectionId) === connectionId,
      ),
  );

/** A page of `DescribeCustomerGateways`. */
export const customerGatewayPage = (pick: PickSettings): Reader<Page<Settings>> =>
  reader(
    z.object({
      TotalCount: count,
      CustomerGateways: z.object({ CustomerGateway: z.array(rowWith({ CustomerGatewayId: requiredId }, pick)) }),
    }),
    (reply) => ({ totalCount: reply.TotalCount, items: reply.CustomerGateways.CustomerGateway }),
  );

/** The id in the reply of an operation that creates something. Undefined if the reply has no id. */
export const createdId: Reader<string | undefined> = reader(
  z.object({ VpnConnectionId: optionalText, TransitRouterAttachmentId: optionalText }),
  (reply) => reply.VpnConnectionId ?? reply.TransitRouterAttachmentId,
);
