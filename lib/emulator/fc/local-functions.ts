import type { FcFunction } from './function-config.ts';
import type { Invocation } from './invocation.ts';

/** What of a function may be shown: of its environment only the names. */
type FunctionInfo = Omit<FcFunction, 'environment'> & { readonly environmentVariables: readonly string[] };

type Tick = {
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
