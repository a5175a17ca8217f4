import { createCloudApi } from '../../lib/cloud/client/create-cloud-api.ts';
import { resolveEndpoints } from '../../lib/cloud/client/endpoints.ts';
import type { CloudApi } from '../../lib/core/domain/cloud-api.ts';
import type { JournalEvent, JournalFields } from '../../lib/core/domain/journal.ts';
import type { RunResult } from '../../lib/core/domain/outcome.ts';
import type { Narrowing, Policy } from '../../lib/core/domain/policy.ts';
import { createEmulator } from '../../lib/emulator/create-emulator.ts';
import type { Emulator } from '../../lib/emulator/emulator-types.ts';
import type { Estate } from '../../lib/emulator/estate/estate-types.ts';
import { createTransport } from '../../lib/rehearse/nights/emulator-transport.ts';
import { sweep } from '../../lib/sweep/run-sweep.ts';
import { NOW, ORIGIN } from '../support/builders.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

export const PLAN: readonly Narrowing[] = [{ mode: 'plan', regions: undefined, connections: undefined }];

/** An estate on an emulator at a fixed moment, and the runs that work on it. */
export class Rehearsed {
  readonly clock = new VirtualClock(NOW);
  readonly emulator: Emulator;

  constructor(estate: Estate) {
    this.emulator = createEmulator({ estate, clock: this.clock, seed: 1, limits: 'off' });
  }

  api(policy: Policy): CloudApi {
    return createCloudApi({
      credentials: { accessKeyId: 'test', accessKeySecret: 'test' },
      endpoints: resolveEndpoints({}),
      policy,
      clock: this.clock,
      random: () => 0.5,
      deadlineMs: Number.POSITIVE_INFINITY,
      observer: { onCall: () => undefined, onRetry: () => undefined },
      transport: createTransport(this.emulator, this.emulator.estate.accounts[0]?.accountId ?? ''),
    });
  }

  /** A run, with its log line of every connection, also kept connections. */
  async run(policy: Policy, parts = PLAN): Promise<{ result: RunResult; judged: readonly JournalFields[] }> {
    const judged: JournalFields[] = [];
    const journal = (event: JournalEvent, fields: JournalFields) => {
      if (event === 'connection.judged') {
        judged.push(fields);
      }
    };
    const { clock } = this;
    const request = { policy, origin: ORIGIN, parts, isWhole: true, defaultRegion: undefined, refused: [], notes: [] };
    const result = await sweep(
      { ...request, resultMax: Number.POSITIVE_INFINITY },
      { api: this.api(policy), clock, journal, calls: () => ({}), runId: 'run', deadlineMs: Number.POSITIVE_INFINITY },
    );
    return { result, judged };
  }
}
