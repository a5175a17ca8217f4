// Draws the runs of the bench as bars, on a logarithmic scale of seconds: docs/pictures/performance.svg.
import { writeFileSync } from 'node:fs';
import { nameOf } from './runs.mjs';

const FILE = 'docs/pictures/performance.svg';
const WIDTH = 960;
const LEFT = 430;
const BAR = 13;
const GAP = 14;
const MIN_SECONDS = 0.01;
const MAX_SECONDS = 100_000;
const COLOURS = {
  'vco-sweeper': '#1b7f5c',
  sequential: '#b0552a',
  unbounded: '#c9a227',
  'promise floor': '#7d8a97',
  'bare floor': '#b9c2cb',
};

const xOf = (seconds) =>
  LEFT +
  ((WIDTH - LEFT - 90) * Math.log(Math.max(seconds, MIN_SECONDS) / MIN_SECONDS)) / Math.log(MAX_SECONDS / MIN_SECONDS);

/** @param rows as `benchRuns` answers them. The time of a compressed run with limits says nothing */
export function writeChart(rows) {
  const shown = rows.filter(({ task }) => !task.isCompressed);
  const tasks = [...new Set(shown.map(({ task }) => nameOf(task)))];
  const parts = [];
  let y = 40;
  for (const name of tasks) {
    const own = rows.filter(({ task }) => nameOf(task) === name);
    parts.push(`<text x="10" y="${y + (own.length * BAR) / 2 + 4}">${name}</text>`);
    for (const { contender, seconds } of own) {
      const width = Math.max(1, xOf(seconds) - LEFT).toFixed(1);
      parts.push(`<rect x="${LEFT}" y="${y}" width="${width}" height="${BAR - 2}" fill="${COLOURS[contender]}"/>`);
      parts.push(
        `<text x="${(LEFT + Number(width) + 5).toFixed(1)}" y="${y + BAR - 4}">${seconds.toFixed(2)} s</text>`,
      );
      y += BAR;
    }
    y += GAP;
  }
  const legend = Object.entries(COLOURS).map(
    ([name, colour], index) =>
      `<rect x="${10 + index * 130}" y="10" width="11" height="11" fill="${colour}"/><text x="${26 + index * 130}" y="20">${name}</text>`,
  );
  writeFileSync(
    FILE,
    [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" font-family="sans-serif" font-size="11">`,
      '<title>Time of whole runs, in seconds, on a logarithmic scale</title>',
      `<rect width="${WIDTH}" height="${y}" fill="#ffffff"/>`,
      ...legend,
      ...parts,
      '</svg>',
      '',
    ].join('\n'),
  );
}
