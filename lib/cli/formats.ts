import type { DispatchResult } from '../core/domain/dispatch-result.ts';
import type { RunResult } from '../core/domain/outcome.ts';
import { toJsonLine, toPrintable } from '../core/text/printable.ts';
import type { ReportDigest } from '../report/digest/report-digest.ts';
import type { Explanation } from '../report/explain/explanation.ts';
import { reportDispatch } from '../report/text/dispatch-table.ts';
import { reportExplanation } from '../report/text/explanation-report.ts';
import { paletteOf, type ReportStyle } from '../report/text/report-style.ts';
import { type RunBackground, reportRun } from '../report/text/run-report.ts';
import type { View } from '../report/view/view.ts';

/** The answer of a command. Every format can show every kind. */
export type Answer =
  | {
      readonly kind: 'run';
      readonly result: RunResult;
      readonly background: RunBackground;
      /** The unchanged answer of the deployed function, where `result` is a corrected copy. Programs get this value. */
      readonly received?: unknown;
      /** Commands that a person may want to run next. */
      readonly hints?: readonly string[];
    }
  | { readonly kind: 'dispatch'; readonly result: DispatchResult }
  | { readonly kind: 'explanation'; readonly explanation: Explanation }
  /** Backups and restores, as data, and as lines for a person. */
  | { readonly kind: 'undo'; readonly data: object; readonly lines: readonly string[] }
  /** A rehearsal, as data, as lines, and with the digest for its page. */
  | {
      readonly kind: 'rehearsal';
      readonly data: object;
      readonly lines: readonly string[];
      readonly digest: ReportDigest;
    }
  | { readonly kind: 'accepted'; readonly state: string; readonly taskId: string; readonly requestId: string | null };

type Format = {
  /** The `--help` text of the option that chooses the format. Undefined for the default format. */
  readonly help: string | undefined;
  /** People see a preview before a question. Programs get only the final result. */
  readonly isForPeople: boolean;
  /** The whole text for standard output, with its last line break. Only people get the view. */
  readonly render: (answer: Answer, style: ReportStyle, view: View) => string;
};

function toText(answer: Answer, style: ReportStyle, view: View): string {
  switch (answer.kind) {
    case 'run':
      return reportRun(answer.result, answer.background, style, view) + toHints(answer.hints ?? [], style);
    case 'dispatch':
      return reportDispatch(answer.result, style);
    case 'explanation':
      return reportExplanation(answer.explanation, style);
    case 'undo':
    case 'rehearsal':
      return answer.lines.map((line) => `${toPrintable(line)}\n`).join('');
    case 'accepted':
      return `Accepted, request ${answer.requestId ?? 'unknown'}. The function's log tells how it ends.\n`;
  }
}

const toHints = (hints: readonly string[], style: ReportStyle): string =>
  hints.length === 0 ? '' : `\n${hints.map(paletteOf(style).dim).join('\n')}\n`;

function toData(answer: Answer): unknown {
  switch (answer.kind) {
    case 'run':
      return answer.received ?? answer.result;
    case 'dispatch':
      return answer.result;
    case 'explanation':
      return answer.explanation;
    case 'undo':
    case 'rehearsal':
      return answer.data;
    case 'accepted':
      return { state: answer.state, taskId: answer.taskId, requestId: answer.requestId };
  }
}

/** Every format, by its name. A format with `help` has an option of the same name. To add a format, add an entry. */
const FORMATS = {
  text: { help: undefined, isForPeople: true, render: toText },
  json: {
    help: 'the result as one JSON object on standard output',
    isForPeople: false,
    render: (answer) => `${toJsonLine(toData(answer))}\n`,
  },
} satisfies Readonly<Record<string, Format>>;

/** The options that choose a format. */
export type FormatOptions = { readonly [Name in Exclude<keyof typeof FORMATS, 'text'>]?: true };

/** Each option of a format, with its `--help` text. */
export const formatOptions = (): readonly (readonly [name: string, help: string])[] =>
  Object.entries(FORMATS).flatMap(([name, { help }]) => (help === undefined ? [] : [[name, help] as const]));

/** The format that the options of a command choose. */
export function formatOf(options: FormatOptions): Format {
  const chosen = Object.entries(FORMATS).find(([name]) => Object.hasOwn(options, name));
  return chosen?.[1] ?? FORMATS.text;
}
