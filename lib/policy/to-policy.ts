import { parseDuration } from '../core/domain/duration.ts';
import type { DeclaredPolicy, Policy } from '../core/domain/policy.ts';
import type { PolicyDocument } from './schema/policy-schema.ts';
import { accountIdOf } from './schema/roles.ts';

/** The document in the core's words: milliseconds for durations, account ids beside role ARNs, nothing twice. */
export function toPolicy(document: PolicyDocument): DeclaredPolicy {
  const { protect, limits, detach, wait, retry, pace } = document;
  return {
    mode: document.mode,
    regions: toRegions(document.regions),
    accounts: toAccounts(document.accounts),
    rules: {
      unassociated: toGrace(document.rules.unassociated),
      'tunnels-down': toGrace(document.rules['tunnels-down']),
      unrouted: toGrace(document.rules.unrouted),
      expired: toGrace(document.rules.expired),
    },
    protect: {
      tags: protect.tags.map(toTag),
      names: protect.names,
      resourceGroups: protect.resourceGroups,
      connections: protect.connections,
      youngerThanMs: toMs(protect.youngerThan),
    },
    limits,
    detach: { force: detach.force, roles: detach.roles.map(toRole) },
    marks: { maxGapMs: toMs(document.marks.maxGap) },
    recheck: { maxAgeMs: toMs(document.recheck.maxAge) },
    wait: {
      pollIntervalMs: toMs(wait.pollInterval),
      detachTimeoutMs: toMs(wait.detachTimeout),
      deleteTimeoutMs: toMs(wait.deleteTimeout),
      tagTimeoutMs: toMs(wait.tagTimeout),
      consecutiveMisses: wait.consecutiveMisses,
    },
    retry: { attempts: retry.attempts, minDelayMs: toMs(retry.minDelay), maxDelayMs: toMs(retry.maxDelay) },
    pace: {
      share: pace.share,
      describePerMinute: pace.describePerMinute,
      writePerMinute: pace.writePerMinute,
      concurrency: pace.concurrency,
    },
    store: toStoreFolder(document.store),
  };
}

function toAccounts(accounts: PolicyDocument['accounts']): DeclaredPolicy['accounts'] {
  if ('directory' in accounts) {
    const { roleName, include, exclude } = accounts.directory;
    return { roleName, include: include && [...new Set(include)], exclude };
  }
  return accounts.map(({ roleArn, regions }) => ({ ...toRole(roleArn), regions: toRegions(regions) }));
}

/** Undefined: no store, which is the default. */
export const toStoreFolder = (text: string): string | undefined => (text === 'off' ? undefined : text);

const toGrace = (text: string): number | 'off' => (text === 'off' ? 'off' : toMs(text));

/** The value starts after the first `=` and may hold more of them; no `=` means any value. */
function toTag(text: string): Policy['protect']['tags'][number] {
  const at = text.indexOf('=');
  return at === -1 ? { key: text, value: undefined } : { key: text.slice(0, at), value: text.slice(at + 1) };
}

const toRegions = (regions: PolicyDocument['regions']): Policy['regions'] =>
  Array.isArray(regions) ? [...new Set(regions)] : regions;

const toRole = (roleArn: string) => ({ roleArn, accountId: validated(accountIdOf(roleArn), roleArn) });

const toMs = (text: string): number => validated(parseDuration(text), text);

/** The schema has accepted the text; a mistake of ours must not turn into a grace of zero. */
function validated<Value>(value: Value | undefined, text: string): Value {
  if (value === undefined) {
    throw new TypeError(`accepted by the schema, and yet unreadable: ${text}`);
  }
  return value;
}
