import type { TransitRouterCidr, TransitRouterRecord } from '../../estate/estate-types.ts';
import { isCidr, isTitle } from '../../fields/field-checks.ts';
import { titlesOf } from '../../fields/titles.ts';
import { ApiError, dryRunPassed, invalid } from '../../gateway/api-error.ts';
import type { RequestParams } from '../../gateway/params.ts';
import { type Context, cbn } from '../../operation.ts';
import { findTransitRouter } from './find-transit-router.ts';

/** A block of addresses as a request describes it. Throws `ApiError`. */
function cidrOf({ random }: Context, params: RequestParams): TransitRouterCidr {
  const Cidr = params.need('Cidr');
  if (!isCidr(Cidr)) {
    throw invalid('Cidr');
  }
  return {
    TransitRouterCidrId: `cidr-${random.letters(18)}`,
    Cidr,
    ...titlesOf(params, { Name: isTitle(128), Description: isTitle(256) }),
    PublishCidrRoute: params.flag('PublishCidrRoute') ?? true,
  };
}

/** The blocks that a new transit router begins with: `TransitRouterCidrList.1.Cidr`, … */
export function newCidrs(context: Context): TransitRouterCidr[] {
  const cidrs: TransitRouterCidr[] = [];
  for (let at = 1; ; at++) {
    const below = context.params.below(`TransitRouterCidrList.${at}`);
    if (below === undefined) {
      return cidrs;
    }
    cidrs.push(cidrOf(context, below));
  }
}

function routerOf(context: Context): TransitRouterRecord {
  const row = findTransitRouter(context, context.params.need('TransitRouterId'));
  if (row.RegionId !== context.params.need('RegionId')) {
    throw invalid('RegionId');
  }
  return row;
}

export const createTransitRouterCidr = cbn('CreateTransitRouterCidr', {
  kind: 'write',
  run(context) {
    const row = routerOf(context);
    const cidr = cidrOf(context, context.params);
    const known = row.TransitRouterCidrList ?? [];
    if (known.some((one) => one.Cidr === cidr.Cidr)) {
      throw new ApiError(400, 'InvalidCidr.Overlapped', 'The specified CIDR block overlaps with another one.');
    }
    if (context.params.flag('DryRun') === true) {
      throw dryRunPassed();
    }
    context.store.edit(row, (target) => {
      target.TransitRouterCidrList = [...known, cidr];
    });
    return { TransitRouterCidrId: cidr.TransitRouterCidrId };
  },
});

export const listTransitRouterCidr = cbn('ListTransitRouterCidr', {
  kind: 'read',
  run(context) {
    const { params, store, caller } = context;
    const id = params.text('TransitRouterId');
    const cidrId = params.text('TransitRouterCidrId');
    const regionId = params.need('RegionId');
    const CidrLists = store.transitRouters
      .in('account', caller.accountId)
      .filter((row) => row.RegionId === regionId && (id === undefined || row.TransitRouterId === id))
      .flatMap(({ TransitRouterId, TransitRouterCidrList = [] }) =>
        TransitRouterCidrList.map((cidr) => ({
          Name: '',
          Description: '',
          Family: 'IPv4',
          PublishCidrRoute: true,
          ...cidr,
          TransitRouterId,
        })),
      )
      .filter((cidr) => cidrId === undefined || cidr.TransitRouterCidrId === cidrId);
    return { CidrLists };
  },
});

export const deleteTransitRouterCidr = cbn('DeleteTransitRouterCidr', {
  kind: 'write',
  run(context) {
    const row = routerOf(context);
    const cidrId = context.params.need('TransitRouterCidrId');
    const known = row.TransitRouterCidrList ?? [];
    if (!known.some((one) => one.TransitRouterCidrId === cidrId)) {
      throw new ApiError(400, 'InvalidTransitRouterCidrId.NotFound', 'The specified CIDR block does not exist.');
    }
    if (context.params.flag('DryRun') === true) {
      throw dryRunPassed();
    }
    context.store.edit(row, (target) => {
      target.TransitRouterCidrList = known.filter((one) => one.TransitRouterCidrId !== cidrId);
    });
    return {};
  },
});
