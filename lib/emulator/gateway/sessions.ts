import type { Random } from '../random.ts';
import type { Caller } from './callers.ts';

export type RoleSession = {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken: string;
  readonly expiresMs: number;
  readonly caller: Caller;
};

/** The temporary credentials that AssumeRole has given out. */
export class Sessions {
  readonly #random: Random;
  readonly #byKey = new Map<string, RoleSession>();

  constructor(random: Random) {
    this.#random = random;
  }

  issue(caller: Caller, expiresMs: number): RoleSession {
    const session = {
      accessKeyId: `STS.${this.#random.letters(24)}`,
      accessKeySecret: `canary-secret-${this.#random.letters(30)}`,
      securityToken: `canary-token-${this.#random.letters(160)}`,
      expiresMs,
      caller,
    };
    this.#byKey.set(session.accessKeyId, session);
    return session;
  }

  get(accessKeyId: string): RoleSession | undefined {
    return this.#byKey.get(accessKeyId);
  }
}
