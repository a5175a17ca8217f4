import { ConfigError } from '../../core/domain/errors.ts';
import type { RunningEmulator } from '../../emulator/emulator-types.ts';
import { generateEstate } from '../../emulator/generate/generate-estate.ts';
import { startEmulator } from '../../emulator/start-emulator.ts';
import { Interrupted, type Io } from '../io.ts';
import { playOne } from './one-account-demo.ts';
import { playPlatform } from './platform-demo.ts';
import { startPlatform } from './platform-nights.ts';

const ESTATE = { seed: 7, connections: 60, regions: ['cn-hangzhou', 'cn-shanghai', 'ap-southeast-1'] };

export type DemoOptions = {
  /** If absent, the demo has an account and no Function Compute. */
  readonly accounts?: number;
  /** The number of accounts that do not let the sweep assume its role. */
  readonly refused?: number;
};

/** Shows the whole product on an emulated cloud: local runs in sequence, or the whole platform. */
export async function demoCommand({ accounts, refused }: DemoOptions, io: Io): Promise<number> {
  if (accounts === undefined) {
    if (refused !== undefined) {
      throw new ConfigError('--refused goes with --accounts, of which it says how many refuse');
    }
    const estate = generateEstate({ ...ESTATE, nowMs: io.clock.now() });
    const emulator = await startEmulator({ estate, limits: 'off' });
    return await untilStopped(emulator, () => playOne(emulator, ESTATE, io), io);
  }
  if ((refused ?? 0) > accounts) {
    throw new ConfigError(`--refused ${refused} is more than there are: --accounts ${accounts}`);
  }
  const platform = await startPlatform(accounts, refused ?? 0, io);
  return await untilStopped(platform.emulator, () => playPlatform(platform, io), io);
}

async function untilStopped(emulator: RunningEmulator, show: () => Promise<number>, io: Io): Promise<number> {
  let ignore = (): void => undefined;
  const stopped = new Promise<never>((_, reject) => {
    ignore = io.onStop(() => reject(new Interrupted('interrupted')));
  });
  try {
    return await Promise.race([show(), stopped]);
  } finally {
    ignore();
    await emulator.close();
  }
}
