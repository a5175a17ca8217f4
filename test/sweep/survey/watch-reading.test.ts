import { expect, test } from 'vitest';
import { type Reading, watchReading } from '../../../lib/sweep/survey/watch-reading.ts';

test('regions that are read at the same time add up', () => {
  const told: Reading[] = [];
  const next = watchReading(2, (reading) => told.push(reading));
  const [first, second] = [next(), next()];
  first.onPage(50);
  second.onPage(10);
  first.onPage(70);
  first.end();
  second.onPage(10);
  second.end();
  expect(told.map(({ connections, regionsRead, regions }) => [connections, regionsRead, regions])).toEqual([
    [0, 0, 2],
    [50, 0, 2],
    [60, 0, 2],
    [80, 0, 2],
    [80, 1, 2],
    [80, 1, 2],
    [80, 2, 2],
  ]);
});

test('a region whose list is read again from its start is not counted twice', () => {
  const told: number[] = [];
  const region = watchReading(1, ({ connections }) => told.push(connections))();
  region.onPage(50);
  region.onPage(20);
  expect(told).toEqual([0, 50, 20]);
});
