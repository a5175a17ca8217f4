import { MARKER, STORE_FORMAT } from '../core/store/store-layout.ts';
import { parse } from './parse-json.ts';

export const MARKER_TEXT = `${JSON.stringify({ format: STORE_FORMAT })}\n`;

/** Why a folder with this marker is not our store. Undefined if it is our store. Pure. */
export function problemOfMarker(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined) {
    return `there is no file ${MARKER} in it`;
  }
  const marker = parse(bytes);
  if (typeof marker !== 'object' || marker === null || !('format' in marker)) {
    return `${MARKER} is no JSON with a "format", or was cut off`;
  }
  if (marker.format === STORE_FORMAT) {
    return undefined;
  }
  const found = typeof marker.format === 'string' ? JSON.stringify(marker.format.slice(0, 80)) : 'no text';
  return `${MARKER} says the format is ${found}, and this version knows only ${STORE_FORMAT}`;
}
