import type { Narrowing } from '../core/domain/policy.ts';

/**
 * The result of an event. An `ignored` event is valid and concerns nothing here. A refusal would only make the
 * platform send it again.
 */
export type Answer =
  | { readonly kind: 'part'; readonly part: Narrowing }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'ignored'; readonly reason: string };

export const refused = (reason: string): Answer => ({ kind: 'refused', reason });
export const ignored = (reason: string): Answer => ({ kind: 'ignored', reason });
export const part = (narrowing: Narrowing): Answer => ({ kind: 'part', part: narrowing });
