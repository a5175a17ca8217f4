import type { CustomerGateway } from '../../estate/estate-types.ts';
import { type FieldCheck, isAddress, isReservedAddress, isTitle, toAsn } from '../../fields/field-checks.ts';
import { ApiError, invalid } from '../../gateway/api-error.ts';
import type { RequestParams } from '../../gateway/params.ts';
import { type Context, type ReplyBody, vpc } from '../../operation.ts';
import { newTags } from '../../tags/new-tags.ts';
import { usesGateway } from '../connections/describe-connections.ts';
import { findCustomerGateway } from './describe-customer-gateways.ts';

/** The cloud's own ASN, which the other end cannot have. */
const CLOUD_ASN = 45_104;

const isAuthKey: FieldCheck = (text) => /^[!->@-~]{1,64}$/.test(text);

function titlesOf(params: RequestParams): Partial<CustomerGateway> {
  const checks: [string, FieldCheck][] = [
    ['Name', isTitle(100)],
    ['Description', isTitle(100)],
    ['AuthKey', isAuthKey],
  ];
  return Object.fromEntries(
    checks.flatMap(([name, isTaken]) => {
      const text = params.text(name);
      if (text !== undefined && !isTaken(text)) {
        throw invalid(name);
      }
      return text === undefined ? [] : [[name, text]];
    }),
  );
}

function addressOf(params: RequestParams): string {
  const address = params.need('IpAddress');
  if (!isAddress(address) || isReservedAddress(address)) {
    throw invalid('IpAddress');
  }
  return address;
}

function asnOf(params: RequestParams): number | undefined {
  const text = params.text('Asn');
  const asn = text === undefined ? undefined : toAsn(text);
  if (text !== undefined && (asn === undefined || asn === CLOUD_ASN)) {
    throw invalid('Asn');
  }
  return asn;
}

export const createCustomerGateway = vpc('CreateCustomerGateway', {
  kind: 'write',
  run({ params, store, caller, random, nowMs }) {
    const asn = asnOf(params);
    const row: CustomerGateway = {
      accountId: caller.accountId,
      regionId: params.need('RegionId'),
      CustomerGatewayId: `cgw-${random.letters(21)}`,
      Name: '',
      Description: '',
      IpAddress: addressOf(params),
      ...(asn !== undefined && { Asn: asn }),
      ...titlesOf(params),
      CreateTime: nowMs,
      ResourceGroupId: params.text('ResourceGroupId') ?? 'rg-acfmxxxxxxxxxxx',
      tags: newTags(params, 'Tags'),
    };
    store.insert(store.customerGateways, row);
    return told(row);
  },
});

function told({ CustomerGatewayId, Name, Description, IpAddress, CreateTime }: CustomerGateway): ReplyBody {
  return { CustomerGatewayId, Name, Description, IpAddress, CreateTime };
}

export const modifyCustomerGatewayAttribute = vpc('ModifyCustomerGatewayAttribute', {
  kind: 'write',
  run(context) {
    const row = findCustomerGateway(context);
    const changes = titlesOf(context.params);
    context.store.edit(row, (target) => Object.assign(target, changes));
    return { ...told(row), ...(row.ResourceGroupId !== undefined && { ResourceGroupId: row.ResourceGroupId }) };
  },
});

/** Whether any connection has the customer gateway at its other end, by itself or by a tunnel. */
const isUsed = ({ store }: Context, { CustomerGatewayId: id }: CustomerGateway): boolean =>
  store.connections.all().some((connection) => usesGateway(connection, id));

export const deleteCustomerGateway = vpc('DeleteCustomerGateway', {
  kind: 'write',
  run(context) {
    const row = findCustomerGateway(context);
    if (isUsed(context, row)) {
      throw new ApiError(
        400,
        'DependencyViolation.VpnConnection',
        'The specified customer gateway is used by a vpn connection.',
      );
    }
    context.store.remove(context.store.customerGateways, row);
    return {};
  },
});
