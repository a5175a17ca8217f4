import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { accountId, moment, text } from './estate-fields.ts';
import { EstateError } from './estate-problems.ts';

/** The format of an estate that was read from a cloud. An estate that a person wrote has no format. */
export const ESTATE_FORMAT = 'vco-sweeper/estate@1';

/** The header fields of an estate file. */
export const headerShape = {
  /** `vco-sweeper/estate@1`: the file was exported, and must be unchanged since then. */
  format: z.optional(z.literal(ESTATE_FORMAT)),
  /**
   * The time when the file described the cloud: milliseconds, or an ISO date-time. A rehearsal starts at this moment.
   */
  madeAt: z.optional(moment),
  /** The accounts and regions that were read. Default: each account in each region. */
  places: z.optional(z.array(z.strictObject({ accountId, regionId: text }))),
  /** The hash of an exported file. */
  sha256: z.optional(text),
};

export type EstateHeader = {
  /** Milliseconds. Undefined if the file does not say it. */
  readonly madeAtMs: number | undefined;
  readonly places: readonly { readonly accountId: string; readonly regionId: string }[] | undefined;
};

/** SHA-256 over the JSON text of a document without its key `sha256`. */
export function hashEstate(document: object): string {
  const { sha256: _sha256, ...rest } = { sha256: undefined, ...document };
  return createHash('sha256').update(JSON.stringify(rest)).digest('hex');
}

/**
 * An exported estate is valid only if it is unchanged. An estate without a format and a hash may be changed.
 *
 * @throws EstateError for another version, and for a file that was cut off or changed
 */
export function checkHeader(document: unknown, source: string): void {
  if (typeof document !== 'object' || document === null || !('format' in document || 'sha256' in document)) {
    return;
  }
  const { format, sha256 } = { format: undefined, sha256: undefined, ...document };
  const again = 'Export it again';
  if (format !== undefined && format !== ESTATE_FORMAT) {
    throw new EstateError(
      `${source}: format: this version reads ${ESTATE_FORMAT}, and the file is of another. ${again}`,
    );
  }
  if (sha256 === undefined) {
    throw new EstateError(`${source}: it is not whole: an exported estate ends with its sha256. ${again}`);
  }
  if (sha256 !== hashEstate(document)) {
    throw new EstateError(
      `${source}: it was changed after its export: sha256 is not its hash. ${again}, or remove the keys format and sha256 to use it as an estate of your own`,
    );
  }
}
