import { EstateError } from '../estate/estate-problems.ts';
import type { FcFunction } from './function-config.ts';
import type { FunctionPlatform } from './function-platform.ts';
import type { Invocation } from './invocation.ts';

/** What of a function may be shown: of its environment only the names. */
export type FunctionInfo = Omit<FcFunction, 'environment'> & { readonly environmentVariables: readonly string[] };

export type Tick = {
  /** Default `timer`. */
  readonly triggerName?: string | undefined;
  /** What the trigger is set to send. Default: nothing. */
  readonly payload?: string | undefined;
};

/** The local Function Compute, for whoever holds the emulator: below signatures, as the console and triggers are. */
export interface LocalFunctions {
  readonly functions: readonly FunctionInfo[];
  /** All that were accepted, in order. Each is live until it has ended. */
  readonly invocations: readonly Invocation[];
  /** A timer's tick, asynchronous as on the platform. Throws for a function that there is not, or too long a payload. */
  tick(functionName: string, triggerTime: string | Date, tick?: Tick): Invocation;
  /** An event, or several in one invocation, as EventBridge delivers them: asynchronous. */
  event(functionName: string, event: unknown): Invocation;
  /** A synchronous invocation. Rejects when no instance is free. */
  invoke(functionName: string, event: string | Buffer): Promise<Invocation>;
  /** Be told of each invocation that has ended. */
  onEnded(listener: (invocation: Invocation) => void): void;
  /** Resolves when no asynchronous invocation is queued, waiting for its retry, or running. */
  idle(): Promise<void>;
  resetInvocations(): void;
}

export function localFunctions(platform: FunctionPlatform): LocalFunctions {
  const send = (source: 'timer' | 'event', name: string, event: unknown): Invocation => {
    const order = {
      fn: find(platform, name),
      event: Buffer.from(JSON.stringify(event)),
      type: 'Async',
      source,
    } as const;
    return platform.accept(order).invocation;
  };
  return {
    functions: platform.functions.map(({ environment, ...rest }) => ({
      ...rest,
      environmentVariables: Object.keys(environment),
    })),
    get invocations() {
      return platform.invocations;
    },
    tick: (name, at, { triggerName = 'timer', payload = '' } = {}) => {
      const triggerTime = typeof at === 'string' ? at : `${at.toISOString().slice(0, 19)}Z`;
      return send('timer', name, { triggerTime, triggerName, payload });
    },
    event: (name, event) => send('event', name, event),
    invoke: async (name, event) => {
      const order = { fn: find(platform, name), event: Buffer.from(event), type: 'Sync', source: 'api' } as const;
      const { invocation, ended } = platform.accept(order);
      await ended;
      return invocation;
    },
    onEnded: (listener) => platform.listeners.push(listener),
    idle: () => platform.idle(),
    resetInvocations: () => platform.resetInvocations(),
  };
}

/** By the name that 3.0 uses. */
function find({ functions }: FunctionPlatform, name: string): FcFunction {
  const found = functions.find(({ id }) => id === name);
  if (found !== undefined) {
    return found;
  }
  const known = functions.map(({ id }) => id).join(', ') || 'none';
  throw new EstateError(`function ${JSON.stringify(name)} is not registered; registered: ${known}`);
}
