/** A document as plain data, or the sentences that say why there is no document. */
export type Reading = { readonly value: unknown; readonly problems?: never } | { readonly problems: readonly string[] };
