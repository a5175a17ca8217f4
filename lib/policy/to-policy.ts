import { parseDuration } from '../core/domain/duration.ts';
import { type DeclaredPolicy, NEWS_KINDS, type Policy, WEEKDAYS } from '../core/domain/policy.ts';
import { byRule } from '../core/rules/all-rules.ts';
import type { PolicyDocument } from './schema/policy-schema.ts';
import { accountIdOf } from './schema/roles.ts';

/** The document in the words of the core: durations in milliseconds, account ids beside role ARNs, no duplicates. */
export function toPolicy(document: PolicyDocument): DeclaredPolicy {
  const { protect, limits, detach, wait, retry, pace, report } = document;
  return {
    mode: document.mode,
    regions: toRegions(document.regions),
    accounts: toAccounts(document.accounts),
    rules: byRule(({ name }) => toGrace(document.rules[name])),
    protect: {
      tags: protect.tags.map(toTag),
      names: protect.names,
      resourceGroups: protect.resourceGroups,
      connections: protect.connections,
      youngerThanMs: toMs(protect.youngerThan),
    },
    limits: { ...limits, window: toWindow(limits.window) },
    detach: { force: detach.force, roles: detach.roles.map(toRole), holdMs: toMs(detach.hold) },
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
    report: {
      ownerTag: report.ownerTag,
      url: report.url,
      missingMs: toMs(report.missing),
      leftovers: report.leftovers,
      price: report.price,
    },
    notify: {
      channels: toChannels(document.notify.channels),
      required: document.notify.required,
      noticeMs: toMs(document.notify.notice),
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

/** Each day once, in a fixed order, so that the same window is the same policy. */
const toWindow = (window: PolicyDocument['limits']['window']): Policy['limits']['window'] =>
  window === 'always' ? window : { ...window, days: WEEKDAYS.filter((day) => window.days.includes(day)) };

/** Undefined: the default, without a store. */
export const toStoreFolder = (text: string): string | undefined => (text === 'off' ? undefined : text);

const toGrace = (text: string): number | 'off' => (text === 'off' ? 'off' : toMs(text));

/** In a text, the value starts after the first `=` and may contain further `=`. A text without `=` allows any value. */
function toTag(tag: PolicyDocument['protect']['tags'][number]): Policy['protect']['tags'][number] {
  if (typeof tag !== 'string') {
    return { key: tag.key, value: tag.value };
  }
  const at = tag.indexOf('=');
  return at === -1 ? { key: tag, value: undefined } : { key: tag.slice(0, at), value: tag.slice(at + 1) };
}

function toRegions(regions: PolicyDocument['regions']): Policy['regions'] {
  if (regions === undefined || regions === 'all') {
    return regions;
  }
  return Array.isArray(regions) ? [...new Set(regions)] : { except: [...new Set(regions.except)] };
}

/**
 * Channels are numbered within their type, so a channel keeps its name if a channel of another type is added above it.
 */
function toChannels(channels: PolicyDocument['notify']['channels']): Policy['notify']['channels'] {
  return channels.map(({ type, urlEnv, secretEnv, on, language }, at) => {
    const number = channels.slice(0, at + 1).filter((channel) => channel.type === type).length;
    const name = number === 1 ? type : `${type}-${number}`;
    return { type, name, urlEnv, secretEnv, on: NEWS_KINDS.filter((kind) => on.includes(kind)), language };
  });
}

const toRole = (roleArn: string) => ({ roleArn, accountId: validated(accountIdOf(roleArn), roleArn) });

const toMs = (text: string): number => validated(parseDuration(text), text);

/** The schema has accepted the text. If we made a mistake, it must not become a grace of zero. */
function validated<Value>(value: Value | undefined, text: string): Value {
  if (value === undefined) {
    throw new TypeError(`accepted by the schema, and yet unreadable: ${text}`);
  }
  return value;
}
