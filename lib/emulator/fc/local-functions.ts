import type { FcFunction } from './function-config.ts';
import type { Invocation } from './invocation.ts';

/** The parts of a function that may be shown. Of its environment, only the names may be. */
type FunctionInfo = Omit<FcFunction, 'environment'> & { readonly environmentVariables: readonly string[] };

type Tick = {
  /** Default `timer`. */
  readonly triggerName?: string | undefined;
  /** The payload of the trigger. Default: nothing. */
  readonly payload?: string | undefined;
};

/**
 * The local Function Compute for the owner of the emulator. It works below signatures, as the console and triggers do.
 */
export interface LocalFunctions {
  readonly functions: readonly FunctionInfo[];
  /** All accepted invocations, in order. Each invocation is live until it has ended. */
  readonly invocations: readonly Invocation[];
  /** A timer's tick, asynchronous as on the platform. Throws for an unknown function, or if the payload is too long. */
  tick(functionName: string, triggerTime: string | Date, tick?: Tick): Invocation;
  /** An event, or several in a single invocation, as EventBridge delivers them: asynchronous. */
  event(functionName: string, event: unknown): Invocation;
  /** A synchronous invocation. Rejects when no instance is free. */
  invoke(functionName: string, event: string | Buffer): Promise<Invocation>;
  /** Calls back for each invocation that has ended. */
  onEnded(listener: (invocation: Invocation) => void): void;
  /** Resolves when no asynchronous invocation is queued, waiting for its retry, or running. */
  idle(): Promise<void>;
  resetInvocations(): void;
}
