type Limit = { readonly max: number; readonly windowMs: number };

const within = (windowMs: number, max: number): Limit => ({ max, windowMs });
const perMinute = (max: number): readonly Limit[] => [within(60_000, max)];

/** The published limits for each account, region and API. Operations that are not listed have no published limit. */
const PUBLISHED = new Map<string, readonly Limit[]>([
  ['2016-04-28 DescribeVpnConnections', perMinute(600)],
  ['2016-04-28 DescribeVpnConnection', perMinute(600)],
  ['2016-04-28 DescribeVpnAttachments', perMinute(600)],
  ['2016-04-28 DescribeCustomerGateways', perMinute(600)],
  // By analogy with DeleteVpnRouteEntry: the published table has no row for these two.
  ['2016-04-28 DeleteVpnAttachment', perMinute(60)],
  ['2016-04-28 CreateVpnAttachment', perMinute(60)],
  ['2016-04-28 TagResources', perMinute(300)],
  ['2016-04-28 UnTagResources', perMinute(300)],
  ['2016-04-28 ListTagResources', perMinute(300)],
  ['2017-09-12 DescribeCens', perMinute(300)],
  ['2017-09-12 ListTransitRouters', perMinute(500)],
  // By analogy with its siblings for VPC and peering: the published copy is cut off before its row.
  ['2017-09-12 DeleteTransitRouterVpnAttachment', [within(1_000, 3), within(60_000, 180)]],
  ['2015-04-01 AssumeRole', [within(1_000, 100)]],
  ['messages dingtalk', perMinute(20)],
  ['messages feishu', [within(1_000, 5), within(60_000, 100)]],
  ['messages wecom', perMinute(20)],
  // The limit is a message a second. Short bursts are tolerated, but no page says how short.
  ['messages slack', [within(10_000, 10)]],
]);

/** No limit is published for the other CBN operations. Five calls a second is a safe assumption. */
const CBN_OTHER = perMinute(300);

/** Counts calls in sliding windows. */
export class Limits {
  scale: 'off' | number;
  readonly #calls = new Map<string, number[]>();

  constructor(scale: 'off' | number) {
    this.scale = scale;
  }

  /** Takes a place for a call at `nowMs`. If no place is free, it answers in how many milliseconds a place will be free. */
  take(
    call: { accountId: string; regionId: string; version: string; action: string },
    nowMs: number,
  ): number | undefined {
    const { scale } = this;
    if (scale === 'off') {
      return undefined;
    }
    const name = `${call.version} ${call.action}`;
    const limits = PUBLISHED.get(name) ?? (call.version === '2017-09-12' ? CBN_OTHER : []);
    const key = `${call.accountId} ${call.regionId} ${name}`;
    const times = this.#calls.get(key) ?? [];
    const waitMs = Math.max(0, ...limits.map((limit) => waitFor(times, limit, scale, nowMs)));
    if (waitMs > 0) {
      return waitMs;
    }
    const longestMs = Math.max(0, ...limits.map(({ windowMs }) => windowMs));
    this.#calls.set(key, [...times.filter((atMs) => atMs > nowMs - longestMs), nowMs]);
    return undefined;
  }
}

/** In how many milliseconds a window has room for another call. */
function waitFor(times: readonly number[], { max, windowMs }: Limit, scale: number, nowMs: number): number {
  const inWindow = times.filter((atMs) => atMs > nowMs - windowMs);
  const isFull = inWindow.length >= Math.max(1, Math.floor(max * scale));
  return isFull ? (inWindow[0] ?? nowMs) + windowMs - nowMs : 0;
}
