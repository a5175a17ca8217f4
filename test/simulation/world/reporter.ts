import { createHash } from 'node:crypto';
import type { Outcome, RunResult } from '../../../lib/core/domain/outcome.ts';
import type { Named, ToldWatch } from '../monitor/told-watch.ts';
import type { ReportAct } from '../stories/notices.ts';
import { createChance, FOREIGN, REGIONS } from '../stories/scenario.ts';
import type { MemoryFiles } from './memory-files.ts';

const DAY_MS = 86_400_000;

/** A report function without a fault: it records exactly the messages that a channel accepted. */
const WHOLE: Omit<ReportAct, 'seed'> = {
  atMs: 0,
  channel: 'slack',
  skewMs: 0,
  fate: 'recorded',
  share: 1,
  isOld: false,
  about: 'these',
};

const CHANGES: Readonly<Record<ReportAct['about'], Partial<Named>>> = {
  these: {},
  'other-account': { accountId: FOREIGN },
  'other-region': { regionId: REGIONS[1] },
  'other-rule': { rule: 'unrouted' },
};

/** Sends messages about the results that it knows of, and writes their records, by a second reading of the contract. */
export class Reporter {
  readonly #files: MemoryFiles;
  readonly #watch: ToldWatch;
  readonly #now: () => number;
  readonly #results: RunResult[] = [];
  #sent = 0;

  constructor(files: MemoryFiles, watch: ToldWatch, now: () => number) {
    this.#files = files;
    this.#watch = watch;
    this.#now = now;
  }

  hear(result: RunResult): void {
    this.#results.push(result);
  }

  tellAll(): string {
    return this.tell({ ...WHOLE, seed: this.#sent });
  }

  /** Returns a description of the event for the history. */
  tell(act: ReportAct): string {
    this.#sent += 1;
    const chance = createChance(act.seed + this.#sent);
    const results = act.isOld ? this.#results.slice(0, -1) : this.#results;
    const named = clocksIn(act.isOld && results.length > 0 ? [chance.pick(results)] : results)
      .filter(() => chance.maybe(act.share))
      .map((clock) => ({ ...clock, ...CHANGES[act.about] }));
    const said = `report: ${act.channel} ${act.fate === 'refused' ? 'refuses' : 'accepts'} ${named.length} names`;
    if (act.fate === 'refused') {
      return said;
    }
    this.#watch.accepted(named, this.#now());
    if (act.fate !== 'unrecorded') {
      this.#record(act, named);
    }
    return `${said} (${act.about}), ${act.fate}`;
  }

  #record({ channel, skewMs, fate }: ReportAct, named: readonly Named[]): void {
    const acceptedAt = new Date(this.#now() + skewMs).toISOString();
    const reportId = `report-${this.#sent}`;
    const document = { format: 'vco-sweeper/told@1', reportId, channel, acceptedAt, named };
    const sha256 = createHash('sha256').update(JSON.stringify(document)).digest('hex');
    const text = JSON.stringify({ ...document, sha256 });
    const texts: Readonly<Record<string, string>> = {
      cut: text.slice(0, -10),
      edited: text.replace(acceptedAt, new Date(this.#now() - DAY_MS).toISOString()),
    };
    const [day = '', time = ''] = acceptedAt.split('T');
    const name = `${time.slice(0, 8).replaceAll(':', '')}Z-${reportId}-${channel}.json`;
    this.#files.place(`told/${day}/${name}`, texts[fate] ?? text);
  }
}

/** The newest word on each connection. */
function clocksIn(results: readonly RunResult[]): readonly Named[] {
  const newest = new Map<string, Outcome>();
  for (const outcome of results.flatMap(({ outcomes }) => outcomes)) {
    newest.set(outcome.connectionId, outcome);
  }
  return [...newest.values()].flatMap(({ accountId, regionId, connectionId, rule, since }) =>
    rule === null || rule === 'half-done' || since === null
      ? []
      : [{ accountId, regionId, connectionId, rule, since: since.replace('.000Z', 'Z') }],
  );
}
