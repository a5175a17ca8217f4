import { type Task, timesOf, transitRoutersOf } from './world.ts';

const PAGE_SIZE = 50;
/** Published limits for a minute: for each account and region, or for each account if requests name no region. */
const DELETES = 60;
const DETACHES = 180;

export type Floor = { readonly calls: number; readonly seconds: number };

/**
 * The least that any program could need: every page once, one detach for each attached orphan, one delete for each
 * orphan, and the longest chain of latencies and limits. It reads nothing again, tags nothing, and believes every
 * answer.
 *
 * Its chain is list (the pages of a transit router's attachments come one after the other), detach, wait, delete. Under
 * limits it ends no sooner than they let the detaches and deletes through.
 */
export function bareFloor(task: Task): Floor {
  const { orphans, attached, regions, limits } = task;
  const pages = pagesOf(task);
  const { latencyMs, detachMs } = timesOf(task);
  const calls = regions * (pages.connections + 1 + pages.attachments) + orphans * attached + orphans;
  const chainMs = pages.listMs + (attached > 0 ? latencyMs + detachMs : 0) + latencyMs;
  return { calls, seconds: (limits ? Math.max(chainMs, limitMs(task)) : chainMs) / 1_000 };
}

/**
 * The same for a program that keeps the promises. It reads its identity, writes a tag before each detach, reads
 * everything again before detaches and before deletes, and sees each detach on both sides and each delete, once, all in
 * whole lists. Its waits under limits are the same.
 */
export function promiseFloor(task: Task): Floor {
  const { orphans, attached, regions, limits } = task;
  const pages = pagesOf(task);
  const { latencyMs, detachMs } = timesOf(task);
  const bare = bareFloor(task);
  const isAttached = attached > 0;
  const againMs = latencyMs * (isAttached ? pages.ofOneRouter : 1);
  const looks = pages.connections + (isAttached ? pages.attachments + 1 + pages.connections : 0) + 1;
  const calls = 1 + bare.calls + orphans * attached + regions * looks;
  const detachedMs = isAttached ? latencyMs + latencyMs + detachMs + latencyMs : 0;
  const chainMs = latencyMs + pages.listMs + againMs + detachedMs + latencyMs + latencyMs;
  return { calls, seconds: (limits ? Math.max(chainMs, limitMs(task)) : chainMs) / 1_000 };
}

/**
 * As `bareFloor`, for a region with many transit routers. Each transit router has a list of
 * its own. The published limit lets all of these lists through at once, so only deletes wait.
 */
export function routersFloor({ orphans, attached, transitRouters = 0 }: Task): Floor {
  const count = (items: number) => Math.ceil(items / PAGE_SIZE);
  const lists = count(orphans + transitRouters) + count(transitRouters) + transitRouters;
  return { calls: lists + orphans * attached + orphans, seconds: (orphans / DELETES) * 60 };
}

function pagesOf(task: Task) {
  const { orphans, attached, regions } = task;
  const count = (items: number) => Math.max(1, Math.ceil(items / PAGE_SIZE));
  const routers = transitRoutersOf(task);
  const connections = count(orphans / regions);
  const ofOneRouter = count((orphans * attached) / regions / routers);
  const listMs = timesOf(task).latencyMs * Math.max(connections > 1 ? 2 : 1, 1 + ofOneRouter);
  return { connections, attachments: routers * ofOneRouter, ofOneRouter, listMs };
}

function limitMs(task: Task): number {
  const { orphans, attached, regions } = task;
  const { tempo, latencyMs, detachMs } = timesOf(task);
  const minuteMs = 60_000 / tempo;
  const { listMs } = pagesOf(task);
  const deletesMs = listMs + (orphans / regions / DELETES) * minuteMs;
  const detachesMs = listMs + ((orphans * attached) / DETACHES) * minuteMs + detachMs + latencyMs;
  return Math.max(deletesMs, detachesMs);
}
