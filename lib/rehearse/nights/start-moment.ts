import { TAG_DETACHED, TAG_ORPHAN, TAG_SEEN } from '../../core/domain/tag-names.ts';
import { parseInstant } from '../../core/domain/time.ts';
import type { ParsedEstate } from '../../emulator/estate/parse-estate.ts';

const OWN_TAGS = [TAG_ORPHAN, TAG_SEEN, TAG_DETACHED];

/**
 * The moment of the first night, in milliseconds: the time when the estate was made. If the estate does not say it, the
 * time of its newest connection or of the newest tag that a sweep wrote. Pure.
 */
export function startMomentOf({ estate, header }: ParsedEstate): number {
  if (header.madeAtMs !== undefined) {
    return header.madeAtMs;
  }
  const moments = estate.vpnConnections.flatMap(({ CreateTime, tags }) => [
    CreateTime,
    ...OWN_TAGS.flatMap((key) => momentsIn(tags[key] ?? '')),
  ]);
  return moments.reduce((latest, moment) => Math.max(latest, moment), 0);
}

const momentsIn = (text: string): readonly number[] => text.split(/[ ,]+/).flatMap((word) => parseInstant(word) ?? []);
