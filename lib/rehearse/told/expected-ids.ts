import { ConfigError } from '../../core/domain/errors.ts';
import type { ConnectionId } from '../../core/domain/estate.ts';
import { isConnectionId } from '../../core/domain/ids.ts';
import type { Lost, Rehearsal } from '../nights/rehearsal.ts';

const SHOWN_MAX = 80;

/**
 * The ids of connections that must survive, each on its own line. A `#` starts a comment, and a line may begin with `-
 * ` as in YAML.
 *
 * @throws ConfigError for a line without an id, and for a file without any id, because it would expect nothing
 */
export function readExpectedIds(text: string, file: string): readonly ConnectionId[] {
  const ids = text.split(/\r?\n/).flatMap((line, at) => {
    const id = line
      .replace(/(^|\s)#.*$/, '')
      .trim()
      .replace(/^- +/, '');
    if (id !== '' && !isConnectionId(id)) {
      const shown = JSON.stringify(id.slice(0, SHOWN_MAX));
      throw new ConfigError(`${file}: line ${at + 1}: ${shown} is not a connection id such as vco-bp1a2b3c4d`);
    }
    return id === '' ? [] : [id];
  });
  if (ids.length === 0) {
    throw new ConfigError(`${file}: it lists no connection, so it would expect nothing`);
  }
  return [...new Set(ids)];
}

/** The expected connections that a rehearsal detached or deleted, or that the estate never had. Pure. */
export const findLost = (
  expected: readonly ConnectionId[],
  { had, detachedIn, deletedIn }: Pick<Rehearsal, 'had' | 'detachedIn' | 'deletedIn'>,
): readonly Lost[] =>
  expected.flatMap((connectionId): readonly Lost[] => {
    if (!had(connectionId)) {
      return [{ connectionId, how: 'not in the estate', night: null }];
    }
    const [deleted, detached] = [deletedIn.get(connectionId), detachedIn.get(connectionId)];
    if (deleted !== undefined) {
      return [{ connectionId, how: 'deleted', night: deleted }];
    }
    return detached === undefined ? [] : [{ connectionId, how: 'detached', night: detached }];
  });
