type Limit = { readonly max: number; readonly windowMs: number };

const perMinute = (max: number): Limit => ({ max, windowMs: 60_000 });

/** The published limits for each account, region and API. Operations that are not listed have none published. */
const PUBLISHED = new Map<string, Limit>([
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
  ['2015-04-01 AssumeRole', { max: 100, windowMs: 1_000 }],
]);

/** Other CBN operations: nothing is published, five a second is what is safe to assume. */
const cbnOther = perMinute(300);

/** Counts calls in sliding windows. */
export class Limits {
  scale: 'off' | number;
  readonly #calls = new Map<string, number[]>();

  constructor(scale: 'off' | number) {
    this.scale = scale;
  }

  /** Takes a place for a call at `nowMs`; when there is none, answers after how many milliseconds there will be. */
  take(
    call: { accountId: string; regionId: string; version: string; action: string },
    nowMs: number,
  ): number | undefined {
    if (this.scale === 'off') {
      return undefined;
    }
    const name = `${call.version} ${call.action}`;
    const limit = PUBLISHED.get(name) ?? (call.version === '2017-09-12' ? cbnOther : undefined);
    if (limit === undefined) {
      return undefined;
    }
    const key = `${call.accountId} ${call.regionId} ${name}`;
    const times = this.#calls.get(key) ?? [];
    this.#calls.set(key, times);
    while ((times[0] ?? nowMs) <= nowMs - limit.windowMs) {
      times.shift();
    }
    if (times.length >= Math.max(1, Math.floor(limit.max * this.scale))) {
      return (times[0] ?? nowMs) + limit.windowMs - nowMs;
    }
    times.push(nowMs);
    return undefined;
  }
}
