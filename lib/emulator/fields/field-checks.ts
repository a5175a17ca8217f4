/** Whether a text is a value that the service takes for a field. */
export type FieldCheck = (text: string) => boolean;

export const oneOf =
  (...words: readonly string[]): FieldCheck =>
  (text) =>
    words.includes(text);

export const wholeWithin =
  (min: number, max: number): FieldCheck =>
  (text) =>
    /^\d{1,10}$/.test(text) && Number(text) >= min && Number(text) <= max;

export const lengthWithin =
  (min: number, max: number): FieldCheck =>
  (text) =>
    text.length >= min && text.length <= max && !/\s/.test(text);

export const isFlag: FieldCheck = (text) => /^(true|false)$/i.test(text);

/** A name or a description. */
export const isTitle =
  (max: number): FieldCheck =>
  (text) =>
    text.length <= max && !/^https?:\/\//i.test(text);

const octets = (text: string): readonly number[] | undefined => {
  const numbers = /^\d{1,3}(\.\d{1,3}){3}$/.test(text) ? text.split('.').map(Number) : [];
  return numbers.length === 4 && numbers.every((number) => number <= 255) ? numbers : undefined;
};

export const isAddress: FieldCheck = (text) => octets(text) !== undefined;

export const isCidr: FieldCheck = (text) => {
  const [address = '', bits = '', ...more] = text.split('/');
  return more.length === 0 && isAddress(address) && wholeWithin(0, 32)(bits);
};

/** Destinations of transit-router routes may also be IPv6. */
export const isAnyCidr: FieldCheck = (text) => isCidr(text) || /^[0-9a-f:]*:[0-9a-f:]*\/\d{1,3}$/i.test(text);

export const isCidrList: FieldCheck = (text) => text.split(',').every(isCidr);

/** An address that the other end of a tunnel cannot have. */
export const isReservedAddress: FieldCheck = (text) => {
  const [first = 0, second = 0] = octets(text) ?? [];
  return (
    (first === 100 && second >= 64 && second <= 127) ||
    first === 127 ||
    (first === 169 && second === 254) ||
    (first >= 224 && first <= 239) ||
    first === 255
  );
};

/** The inner addresses of a tunnel that speaks BGP: a /30 of 169.254.0.0/16. */
export const isTunnelCidr: FieldCheck = (text) =>
  /^169\.254\.\d{1,3}\.\d{1,3}\/30$/.test(text) &&
  isCidr(text) &&
  !/^169\.254\.([0-5]\.0|6\.0|169\.252)\/30$/.test(text);

/** A number, or two halves of 16 bits with a dot between them. */
export const isAsn: FieldCheck = (text) => toAsn(text) !== undefined;

export function toAsn(text: string): number | undefined {
  const [, high, low] = /^(\d{1,5})\.(\d{1,5})$/.exec(text) ?? [];
  const asn =
    high === undefined ? Number(/^\d{1,10}$/.test(text) ? text : Number.NaN) : Number(high) * 65_536 + Number(low);
  return asn >= 1 && asn <= 4_294_967_295 ? asn : undefined;
}

/** The other address that a host can have in the /30 of a tunnel. */
export function otherEnd(cidr: string, address: string | undefined): string | undefined {
  const [network = ''] = cidr.split('/');
  const [first, second, third, fourth = 0] = octets(network) ?? [];
  if (first === undefined) {
    return undefined;
  }
  const hosts = [fourth + 1, fourth + 2].map((last) => `${first}.${second}.${third}.${last}`);
  return hosts.find((host) => host !== (address ?? hosts[0]));
}
