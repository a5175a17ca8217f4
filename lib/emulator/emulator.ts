import type { Caller } from './callers.ts';
import { control, isControl } from './control.ts';
import { Engine } from './engine.ts';
import type { Estate } from './estate/types.ts';
import { serve } from './gateway.ts';
import { type CallAs, type Emulator, type EmulatorClock, type EmulatorOptions, WireError } from './options.ts';

const realClock: EmulatorClock = {
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

export function createEngine(options: EmulatorOptions): Engine {
  return new Engine(options, options.clock ?? realClock);
}

/** The emulator without sockets. */
export const createEmulator = (options: EmulatorOptions): Emulator => emulatorOf(createEngine(options));

export function emulatorOf(engine: Engine): Emulator {
  return {
    handle: async (request) => (isControl(request.url) ? control(engine, request) : serve(engine, request)),
    async call(accountId, version, action, params, as = {}) {
      const caller = callerAs(engine.store.estate, accountId, as);
      const { kind, status, body } = await engine.perform({ caller, version, action, params });
      if (kind !== 'reply') throw new WireError(kind, status);
      return { status, body };
    },
    get estate() {
      return engine.store.estate;
    },
    get calls() {
      return engine.log.records;
    },
    setFaults: (rules) => engine.faults.set(rules),
    setSwitches(switches) {
      engine.switches = { ...engine.switches, ...switches };
    },
    resetCalls: () => engine.log.reset(),
  };
}

/** The account's own user, who may do everything, unless a key or a role is named. */
function callerAs(estate: Estate, accountId: string, { role, accessKeyId }: CallAs): Caller {
  const account = estate.accounts.find((candidate) => candidate.accountId === accountId);
  const found =
    role === undefined
      ? account?.keys.find((key) => key.accessKeyId === accessKeyId)
      : account?.roles.find((candidate) => candidate.name === role);
  const identity: Caller['identity'] =
    role === undefined ? { kind: 'user', name: 'emulator' } : { kind: 'role', name: role, session: 'emulator' };
  return { accountId, identity, deny: found?.deny ?? [], allow: found?.allow ?? ['*'] };
}
