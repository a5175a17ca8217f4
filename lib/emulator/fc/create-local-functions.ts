import { EstateError } from '../estate/estate-problems.ts';
import type { FcFunction } from './function-config.ts';
import type { FunctionPlatform } from './function-platform.ts';
import type { Invocation } from './invocation.ts';
import type { LocalFunctions } from './local-functions.ts';

export function createLocalFunctions(platform: FunctionPlatform): LocalFunctions {
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
