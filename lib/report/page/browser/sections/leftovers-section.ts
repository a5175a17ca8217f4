import type { PageData } from '../../page-data.ts';
import { clipped, html, said, section } from '../dom.ts';
import { formatNumber } from '../page-words.ts';
import { smallTable } from './sources-section.ts';

const UNREAD_MAX = 200;
const SENTENCE_CHARS_MAX = 500;

/** Unused customer gateways, and the attachments of transit routers. Empty unless the policy asks for them. */
export function leftoversSection({ report: { leftovers = [] } }: PageData): HTMLElement | undefined {
  if (leftovers.length === 0) {
    return undefined;
  }
  const gateways = leftovers.flatMap(({ accountId, regionId, customerGateways }) =>
    customerGateways.map(({ customerGatewayId, name }) => [
      said(accountId, 'mono'),
      said(regionId),
      said(customerGatewayId, 'mono'),
      clipped(name ?? ''),
    ]),
  );
  const routers = leftovers.flatMap(({ accountId, regionId, transitRouters }) =>
    transitRouters.map(({ transitRouterId, attachments, quota }) => [
      said(accountId, 'mono'),
      said(regionId),
      said(transitRouterId, 'mono'),
      formatNumber(attachments),
      formatNumber(quota),
    ]),
  );
  const omitted = leftovers.reduce((sum, { customerGatewaysOmitted = 0 }) => sum + customerGatewaysOmitted, 0);
  return section(
    'leftovers',
    'Left over',
    html('p', { class: 'note' }, 'No sweep changes any of this.'),
    unreadList(leftovers),
    gateways.length === 0
      ? undefined
      : smallTable('Unused customer gateways', ['Account', 'Region', 'Unused customer gateway', 'Name'], gateways),
    omitted === 0
      ? undefined
      : html('p', { class: 'note' }, `The results left out ${formatNumber(omitted)} more unused customer gateways.`),
    routers.length === 0
      ? undefined
      : smallTable(
          'Transit routers',
          ['Account', 'Region', 'Transit router', 'VPN attachments', 'Documented quota'],
          routers,
        ),
  );
}

function unreadList(leftovers: NonNullable<PageData['report']['leftovers']>): HTMLElement | undefined {
  const lines = leftovers.flatMap(({ accountId, regionId, unread }) =>
    unread === undefined
      ? []
      : [
          html(
            'li',
            {},
            ...['Unused customer gateways in ', said(regionId), ' of account ', said(accountId)],
            ...[' could not be read: ', clipped(unread, '', SENTENCE_CHARS_MAX)],
          ),
        ],
  );
  return lines.length === 0 ? undefined : html('ul', {}, ...lines.slice(0, UNREAD_MAX));
}
