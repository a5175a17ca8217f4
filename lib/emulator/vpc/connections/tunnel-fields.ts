import {
  type FieldCheck,
  isAddress,
  isAsn,
  isFlag,
  isTunnelCidr,
  lengthWithin,
  oneOf,
  wholeWithin,
} from '../../fields/field-checks.ts';
import { invalid } from '../../gateway/api-error.ts';

type FieldTable = Readonly<Record<string, FieldCheck>>;

const encryption = oneOf('aes', 'aes192', 'aes256', 'des', '3des');
const authentication = oneOf('md5', 'sha1', 'sha256', 'sha384', 'sha512');
const GROUPS = ['group1', 'group2', 'group5', 'group14', 'group24'];
const lifetime = wholeWithin(0, 86_400);
const id = lengthWithin(1, 100);

/** The values that the service takes for each tunnel setting. The names are the same in requests and replies. */
export const IKE_FIELDS: FieldTable = {
  IkeVersion: oneOf('ikev1', 'ikev2'),
  IkeMode: oneOf('main', 'aggressive'),
  IkeEncAlg: encryption,
  IkeAuthAlg: authentication,
  IkePfs: oneOf(...GROUPS),
  IkeLifetime: lifetime,
  LocalId: id,
  RemoteId: id,
  Psk: id,
};

export const IPSEC_FIELDS: FieldTable = {
  IpsecEncAlg: encryption,
  IpsecAuthAlg: authentication,
  IpsecPfs: oneOf(...GROUPS, 'disabled'),
  IpsecLifetime: lifetime,
};

export const BGP_FIELDS: FieldTable = {
  EnableBgp: isFlag,
  LocalAsn: isAsn,
  TunnelCidr: isTunnelCidr,
  LocalBgpIp: isAddress,
};

/** By the names of replies. Requests write all names but `Policy` in lower case. */
export const HEALTH_FIELDS: FieldTable = {
  Enable: isFlag,
  Dip: isAddress,
  Sip: isAddress,
  Interval: wholeWithin(0, 3600),
  Retry: wholeWithin(0, 3600),
  Policy: oneOf('revoke_route', 'reserve_route'),
};

export type Fields = Readonly<Record<string, string>>;

/** The fields of a table that are given. Throws `ApiError` for a field that the service does not take. */
export function fieldsOf(table: FieldTable, given: (name: string) => string | undefined, parameter: string): Fields {
  const fields: Record<string, string> = {};
  for (const [name, isTaken] of Object.entries(table)) {
    const text = given(name);
    if (text === undefined) {
      continue;
    }
    if (!isTaken(text)) {
      throw invalid(`${parameter}.${name}`);
    }
    fields[name] = isTaken === isFlag ? text.toLowerCase() : text;
  }
  return fields;
}

/** The fields of a parameter that holds a JSON object, as text. Letter case of their names does not matter. */
export function fieldsOfJson(table: FieldTable, text: string, parameter: string): Fields {
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(objectIn(text, parameter))) {
    // Clients send an unset value as an empty text or leave it out. An ASN of 0 counts as unset.
    if (value != null && value !== '' && !(name === 'LocalAsn' && value === 0)) {
      values.set(name.toLowerCase(), String(value));
    }
  }
  return fieldsOf(table, (name) => values.get(name.toLowerCase()), parameter);
}

function objectIn(text: string, parameter: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value;
    }
  } catch {
    // Text that is not JSON is refused below, like JSON that is no object.
  }
  throw invalid(parameter);
}
