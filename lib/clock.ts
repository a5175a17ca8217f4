import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from './core/cloud-api.ts';

/** The machine's time; the only reader of it. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (delayMs) => {
    await delay(delayMs);
  },
};
