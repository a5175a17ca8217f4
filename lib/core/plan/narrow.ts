import type { ConnectionId } from '../domain/estate.ts';
import type { Place } from '../domain/place.ts';
import { MODES, type Mode, type Narrowing } from '../domain/policy.ts';

const higher = (a: Mode | undefined, b: Mode): Mode =>
  a !== undefined && MODES.indexOf(a) >= MODES.indexOf(b) ? a : b;

/** An empty list asks for nothing, never for everything. */
export const asksForNothing = ({ accounts, regions, connections }: Narrowing): boolean =>
  [accounts, regions, connections].some((list) => list?.length === 0);

const isAbout = ({ accounts, regions }: Narrowing, { accountId, regionId }: Place): boolean =>
  (accounts?.includes(accountId) ?? true) && (regions?.includes(regionId) ?? true);

/** Whether any part of the request asks for this region. */
export const wantsRegion = (parts: readonly Narrowing[], place: Place): boolean =>
  parts.some((part) => isAbout(part, place) && !asksForNothing(part));

/** The run's mode for a connection: the highest mode of all parts that cover it. Undefined if no part covers it. */
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

/** Whether this mode lets a run write tags on the connection. */
export const mayTag = (mode: Mode | undefined): boolean => mode === 'mark' || mode === 'sweep';

/** The mode that a result reports: the highest mode of any part. Without parts, it is the mode of the policy. */
export const runMode = (parts: readonly Narrowing[], policyMode: Mode): Mode =>
  parts.reduce<Mode | undefined>((mode, part) => higher(mode, part.mode), undefined) ?? policyMode;
