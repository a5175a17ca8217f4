/** The zones of a region, in the service's spelling: `eu-central-1a`, `cn-hangzhou-a`. */
export const zonesIn = (regionId: string): readonly [string, string] => {
  const stem = /\d$/.test(regionId) ? regionId : `${regionId}-`;
  return [`${stem}a`, `${stem}b`];
};

/** The number of addresses for tunnels. */
export const GATEWAY_ADDRESSES = 2 ** 17;

/** The nth public address of a tunnel, from the block that is reserved for tests (198.18.0.0/15). */
export const gatewayAddress = (nth: number): string => {
  const at = nth % GATEWAY_ADDRESSES;
  return `198.${18 + Math.floor(at / 65_536)}.${Math.floor(at / 256) % 256}.${at % 256}`;
};

/** A number below `bound` that is always the same for the same text. */
export const numberFrom = (text: string, bound: number): number =>
  [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_000_007, 7) % bound;
