import type { Violation } from '../monitor/watched-run.ts';
import { simulate } from '../world/world.ts';
import type { Scenario } from './scenario.ts';

type Lists = Pick<Scenario, 'runs' | 'people' | 'faults'>;
const LISTS: readonly (keyof Lists)[] = ['faults', 'people', 'runs'];

/** A limit of attempts and not of seconds, so the same seed shrinks the same way everywhere. */
const ATTEMPTS_MAX = 600;

/**
 * Leave out the faults, other people, runs, connections, policy keys and latencies that the violation does not need. The
 * shorter story still breaks the same promise.
 */
export async function shrink(scenario: Scenario, promise: string): Promise<Scenario> {
  let best = scenario;
  let attempts = 0;
  const fails = async (candidate: Scenario): Promise<boolean> => {
    attempts += 1;
    return attempts <= ATTEMPTS_MAX && breaks(promise, (await simulate(candidate)).violations);
  };
  for (let smaller = true; smaller && attempts < ATTEMPTS_MAX; ) {
    smaller = false;
    for (const candidate of simplerOnes(best)) {
      if (!(await fails(candidate))) {
        continue;
      }
      best = candidate;
      smaller = true;
      break;
    }
  }
  return best;
}

const breaks = (promise: string, violations: readonly Violation[]): boolean =>
  violations.some((violation) => violation.promise === promise);

/** Every scenario that is simpler by a single thing, the biggest simplifications first. */
function* simplerOnes(scenario: Scenario): Generator<Scenario> {
  for (const name of LISTS) {
    if (scenario[name].length > 1) {
      yield { ...scenario, [name]: [] };
    }
  }
  for (const name of LISTS) {
    const list = scenario[name];
    for (let index = 0; index < list.length; index += 1) {
      yield { ...scenario, [name]: without<unknown>(list, index) };
    }
  }
  const connections = scenario.estate.vpnConnections ?? [];
  for (let index = 0; index < connections.length; index += 1) {
    const left = without(connections, index);
    const ids = new Set(left.map(({ VpnConnectionId }) => VpnConnectionId));
    const attachments = (scenario.estate.attachments ?? []).filter(({ VpnId }) => ids.has(VpnId));
    const held = new Set(attachments.map(({ TransitRouterAttachmentId }) => TransitRouterAttachmentId));
    const associations = (scenario.estate.associations ?? []).filter((one) => held.has(one.TransitRouterAttachmentId));
    yield { ...scenario, estate: { ...scenario.estate, vpnConnections: [...left], attachments, associations } };
  }
  if (Object.keys(scenario.behaviours).length > 0) {
    yield { ...scenario, behaviours: {} };
  }
  if (scenario.latencyMs > 0) {
    yield { ...scenario, latencyMs: 0 };
  }
  for (const key of Object.keys(scenario.policy)) {
    if (key === 'mode' || key === 'regions') {
      continue;
    }
    const { [key]: _left, ...policy } = scenario.policy;
    yield { ...scenario, policy: { ...policy, mode: scenario.policy.mode } };
  }
}

const without = <T>(items: readonly T[], index: number): readonly T[] => items.filter((_, other) => other !== index);
