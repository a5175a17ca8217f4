import { setTimeout } from 'node:timers/promises';
import { control, isControl } from './control.ts';
import { type CallAs, type Emulator, type EmulatorClock, type EmulatorOptions, WireError } from './emulator-types.ts';
import { Engine } from './engine.ts';
import type { Estate } from './estate/estate-types.ts';
import { type Caller, callerInRole, callerWithKey } from './gateway/callers.ts';
import { serve } from './gateway/serve-request.ts';
import type { WireReply } from './gateway/wire-reply.ts';
import type { WireRequest } from './gateway/wire-request.ts';
import { isReceiverUrl, receiveMessage } from './receiver/receive-message.ts';

const realClock: EmulatorClock = {
  now: () => Date.now(),
  sleep: (ms, stop) => setTimeout(ms, undefined, stop && { signal: stop }),
};

export function createEngine(options: EmulatorOptions): Engine {
  return new Engine(options, options.clock ?? realClock);
}

/** The emulator without sockets. */
export const createEmulator = (options: EmulatorOptions): Emulator => emulatorOf(createEngine(options));

export function emulatorOf(engine: Engine): Emulator {
  return {
    handle: async (request) => handle(engine, request),
    async call({ accountId, version, action, params, ...as }) {
      const caller = callerAs(engine.store.estate, accountId, as);
      const { kind, status, body } = await engine.perform({ caller, version, action, params, onRecord: as.onRecord });
      if (kind !== 'reply') {
        throw new WireError(kind, status);
      }
      return { status, body };
    },
    get estate() {
      return engine.store.estate;
    },
    get changes() {
      return engine.store.journal.count;
    },
    get calls() {
      return engine.log.records;
    },
    receiver: engine.receiver,
    setFaults: (rules) => engine.faults.set(rules),
    setBehaviours(behaviours) {
      engine.behaviours = { ...engine.behaviours, ...behaviours };
    },
    resetCalls: () => engine.log.reset(),
  };
}

async function handle(engine: Engine, request: WireRequest): Promise<WireReply | 'reset'> {
  if (isControl(request.url)) {
    return control(engine, request);
  }
  return isReceiverUrl(request.url) ? await receiveMessage(engine, request) : await serve(engine, request);
}

/** The caller is a user of the account with all permissions, unless a key or a role is named. */
function callerAs(estate: Estate, accountId: string, { role, accessKeyId }: CallAs): Caller {
  const account = estate.accounts.find((candidate) => candidate.accountId === accountId);
  if (role !== undefined) {
    const found = account?.roles.find((candidate) => candidate.name === role);
    if (found !== undefined) {
      return callerInRole(accountId, found, 'emulator');
    }
    throw new Error(`account ${accountId} has no role ${role}`);
  }
  if (accessKeyId !== undefined) {
    const found = account?.keys.find((candidate) => candidate.accessKeyId === accessKeyId);
    if (found !== undefined) {
      return callerWithKey(accountId, found);
    }
    throw new Error(`account ${accountId} has no such key`);
  }
  return { accountId, identity: { kind: 'user', name: 'emulator' }, deny: [], allow: ['*'] };
}
