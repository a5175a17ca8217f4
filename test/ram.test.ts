import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ACTIONS, type ActionFacts } from '../lib/cloud/actions.ts';
import { MODES, type Mode } from '../lib/core/options.ts';

const WRITES: Readonly<Record<Mode, readonly string[]>> = {
  plan: [],
  mark: ['setTags', 'removeTags'],
  sweep: ['setTags', 'removeTags', 'detach', 'deleteConnection'],
};

const facts: readonly ActionFacts[] = Object.values(ACTIONS);

function granted(name: string): readonly string[] {
  const document: { Statement: { Effect: string; Action: string[] }[] } = JSON.parse(
    readFileSync(`docs/ram/${name}.json`, 'utf8'),
  );
  expect(document.Statement.every(({ Effect }) => Effect === 'Allow')).toBe(true);
  return document.Statement.flatMap(({ Action }) => Action).sort();
}

const needed = (filter: (action: ActionFacts) => boolean): readonly string[] =>
  facts
    .filter(filter)
    .flatMap(({ ram }) => (ram === null ? [] : [ram]))
    .sort();

test.each(MODES)('docs/ram/%s.json grants what the mode can call, and nothing more', (mode) => {
  const calls = needed(
    ({ ram, kind, methods }) =>
      ram !== 'sts:AssumeRole' && (kind === 'read' || methods.some((method) => WRITES[mode].includes(method))),
  );
  expect(granted(mode)).toEqual(calls);
});

test('docs/ram/transit-router-owner.json grants what is called in the account of a transit router', () => {
  expect(granted('transit-router-owner')).toEqual(needed(({ service }) => service === 'cbn'));
});

test('docs/ram/assume-roles.json grants what other accounts need', () => {
  expect(granted('assume-roles')).toEqual(['sts:AssumeRole']);
});
