import { NEVER } from '../../../lib/core/concurrency/unless-stopped.ts';
import type { BeforeAttempt, CloudApi } from '../../../lib/core/domain/cloud-api.ts';
import { CloudError } from '../../../lib/core/domain/errors.ts';
import type { Connection } from '../../../lib/core/domain/estate.ts';
import type { JournalFields } from '../../../lib/core/domain/journal.ts';
import type { RegionContext } from '../../../lib/sweep/run-context.ts';
import { ACCOUNT, aConnection, aPolicy, NOW, REGION } from '../../support/builders.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

type TagAction = 'TagResources' | 'UnTagResources' | 'ListTagResources';
/** Whether a call has an effect. May throw, and may change tags first, as other runs do. */
type Answer = (action: TagAction, ids: readonly string[]) => boolean;

export const error = (
  code: string,
  effect: 'refused' | 'unknown' = 'refused',
  action = 'TagResources',
  status: number | undefined = undefined,
) => new CloudError({ action, code, effect, status, requestId: 'R-1' });

/**
 * A region of connections that exist unless they are in `gone`. `tagsOf` has their tags, `changes` how else they differ from
 * `aConnection`. `calls` has the calls in order, with their times since the start.
 */
export function startTags(answer: Answer = () => true, deadlineMs = Number.POSITIVE_INFINITY) {
  const clock = new VirtualClock(NOW);
  const tags = new Map<string, Map<string, string>>();
  const calls: string[] = [];
  const lines: JournalFields[] = [];
  const gone = new Set<string>();
  const changes: Partial<Connection> = {};
  const connectionOf = (id: string): Connection =>
    aConnection({ connectionId: id, tags: new Map(tagsOf(id)), ...changes });
  const read = async (id: string) => {
    calls.push(`${clock.now() - NOW} DescribeVpnConnection ${id}`);
    return { value: gone.has(id) ? 'gone' : connectionOf(id), startedMs: clock.now() };
  };
  const tagsOf = (id: string) => tags.get(id) ?? tags.set(id, new Map()).get(id) ?? new Map<string, string>();
  /** Replaces the tags of a connection, as other people and other runs may do at any time. */
  const put = (id: string, values: Readonly<Record<string, string>>) => {
    tags.set(id, new Map(Object.entries(values)));
  };
  async function send(action: TagAction, ids: readonly string[], before?: BeforeAttempt) {
    await before?.(false);
    calls.push(`${clock.now() - NOW} ${action} ${ids.join(' ')}`);
    return answer(action, ids);
  }
  const api = {
    setTags: async (_region, ids, set, options) => {
      if (await send('TagResources', ids, options?.beforeAttempt)) {
        for (const id of ids) {
          for (const [key, value] of set) {
            tagsOf(id).set(key, value);
          }
        }
      }
      return { requestId: undefined };
    },
    removeTags: async (_region, ids, keys, options) => {
      if (await send('UnTagResources', ids, options?.beforeAttempt)) {
        for (const id of ids) {
          for (const key of keys) {
            tagsOf(id).delete(key);
          }
        }
      }
      return { requestId: undefined };
    },
    listTags: async (_region, ids) => {
      await send('ListTagResources', ids);
      return new Map(ids.map((id) => [id, new Map(tagsOf(id))]));
    },
  } as Partial<CloudApi> as CloudApi;
  const region = {
    api,
    clock,
    deadlineMs,
    regionId: REGION,
    accountId: ACCOUNT,
    policy: aPolicy(),
    marks: new Map(),
    runId: 'run',
    seenMs: NOW,
    stopAsked: NEVER,
    reads: { sequence: 0, connections: { get: read, confirm: read } },
    journal: (event: string, fields: JournalFields) => lines.push({ event, ...fields }),
  } as unknown as RegionContext;
  return { region, put, tagsOf, connectionOf, changes, gone, calls, lines };
}
