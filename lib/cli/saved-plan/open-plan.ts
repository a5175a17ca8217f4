import { formatDuration } from '../../core/domain/duration.ts';
import { ConfigError } from '../../core/domain/errors.ts';
import type { ConnectionId } from '../../core/domain/estate.ts';
import type { DeclaredPolicy, Mode, Narrowing, Policy, PolicyOrigin } from '../../core/domain/policy.ts';
import { readPlan } from '../../core/saved-plan/read-plan.ts';
import { indexEntries, PLAN_FORMAT, placesOf, type SavedPlan, toParts } from '../../core/saved-plan/saved-plan.ts';
import { toFileProblem } from '../../core/store/file-problem.ts';
import { hashDocument, readDocumentText } from '../../store/document-text.ts';
import type { SweepRequest } from '../../sweep/run-sweep.ts';
import type { Io } from '../io.ts';
import { resolvePlanScope, type Scope } from '../session/resolve-scope.ts';

/** A saved plan that passes all checks that need no call. */
export type OpenPlan = {
  /** The form that a run uses. */
  readonly swept: NonNullable<SweepRequest['plan']>;
  /** The scope of a sweep of the plan. Throws `ConfigError` for a place outside the policy. */
  readonly scopeIn: (policy: DeclaredPolicy) => Scope;
  /** The request for a run over all entries, or over the entries of these connections. */
  readonly parts: (policy: Policy, mode: Mode, connections?: readonly ConnectionId[]) => readonly Narrowing[];
  /** Throws `ConfigError` if the plan has become too old meanwhile. */
  readonly requireFresh: () => void;
};

const MAX_AGE_MS = 24 * 3_600_000;
/** The tolerance for a plan from the future, because clocks of machines differ. */
const AHEAD_MS_MAX = 5 * 60_000;

/**
 * Reads the plan that `--plan` names, and refuses it unless it is an unchanged and recent plan of this policy. Makes no
 * call.
 *
 * @param maxAgeMs undefined: 24 hours
 * @throws ConfigError with the reason for the refusal
 */
export function openPlan(
  file: string,
  maxAgeMs = MAX_AGE_MS,
  origin: PolicyOrigin,
  { env, readFile, clock }: Io,
): OpenPlan {
  const refuse = (why: string) => new ConfigError(`--plan ${JSON.stringify(file)}: ${why}`);
  const { plan, sha256 } = readDocument(file, readFile, refuse);
  if (plan.policyHash !== origin.hash) {
    throw refuse(
      `it was made by another policy (policyHash ${plan.policyHash}); the policy here has ${origin.hash}. Make a new plan`,
    );
  }
  const requireFresh = (): void => {
    const ageMs = clock.now() - Date.parse(plan.madeAt);
    if (ageMs < -AHEAD_MS_MAX) {
      throw refuse(`it was made at ${plan.madeAt}, which is in the future. Is the clock right?`);
    }
    if (ageMs > maxAgeMs) {
      const ages = `${formatDuration(ageMs)} ago, and may be ${formatDuration(maxAgeMs)} old (--max-age)`;
      throw refuse(`it was made at ${plan.madeAt}, ${ages}. Make a new plan`);
    }
  };
  requireFresh();
  const { entries, madeAt } = plan;
  return {
    swept: { entries, index: indexEntries(entries), origin: { file, sha256, madeAt } },
    scopeIn: (policy) => {
      try {
        return resolvePlanScope(policy, placesOf(entries), env);
      } catch (error) {
        throw error instanceof ConfigError ? refuse(error.message) : error;
      }
    },
    parts: ({ accounts }, mode, connections) => {
      const some =
        connections === undefined ? entries : entries.filter((one) => connections.includes(one.connectionId));
      return toParts(some, mode, accounts.length === 0);
    },
    requireFresh,
  };
}

function readDocument(
  file: string,
  readFile: Io['readFile'],
  refuse: (why: string) => ConfigError,
): { readonly plan: SavedPlan; readonly sha256: string } {
  const read = readDocumentText(Buffer.from(readText(file, readFile, refuse)), PLAN_FORMAT);
  if (read.kind !== 'document') {
    throw refuse(read.kind === 'absent' ? 'it is not there' : read.reason);
  }
  const found = readPlan(read.document);
  if ('problem' in found) {
    throw refuse(found.problem);
  }
  return { plan: found.plan, sha256: hashDocument(read.document) };
}

function readText(file: string, readFile: Io['readFile'], refuse: (why: string) => ConfigError): string {
  try {
    return readFile(file);
  } catch (error) {
    throw refuse(`it cannot be read: ${toFileProblem(error)}`);
  }
}
