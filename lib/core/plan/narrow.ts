import type { ConnectionId } from '../domain/estate.ts';
import type { Place } from '../domain/place.ts';
import { MODES, type Mode, type Narrowing } from '../domain/policy.ts';

const higher = (a: Mode | undefined, b: Mode): Mode =>
  a !== undefined && MODES.indexOf(a) >= MODES.indexOf(b) ? a : b;

/** An empty list means nothing, never all. */
export const asksForNothing = ({ accounts, regions, connections }: Narrowing): boolean =>
  [accounts, regions, connections].some((list) => list?.length === 0);

const isAbout = ({ accounts, regions }: Narrowing, { accountId, regionId }: Place): boolean =>
  (accounts?.includes(accountId) ?? true) && (regions?.includes(regionId) ?? true);

/** Whether any part of the request wants this region looked at. */
export const wantsRegion = (parts: readonly Narrowing[], place: Place): boolean =>
  parts.some((part) => isAbout(part, place) && !asksForNothing(part));

/** What may be done to a connection: the most that any part which covers it asks for; undefined when none does. */
export function modeFor(parts: readonly Narrowing[], place: Place, connectionId: ConnectionId): Mode | undefined {
  let mode: Mode | undefined;
  for (const part of parts) {
    const covers = isAbout(part, place) && (part.connections?.includes(connectionId) ?? true);
    if (covers) {
      mode = higher(mode, part.mode);
    }
  }
  return mode;
}

/** Whether a run may write tags on a connection that it has this mode for. */
export const mayTag = (mode: Mode | undefined): boolean => mode === 'mark' || mode === 'sweep';

/** The mode a result reports: the highest any part asks for, or the policy's when nothing is looked at. */
export const runMode = (parts: readonly Narrowing[], policyMode: Mode): Mode =>
  parts.reduce<Mode | undefined>((mode, part) => higher(mode, part.mode), undefined) ?? policyMode;
