import { describe, expect, test } from 'vitest';
import { recentBackupDays, recentlyBackedUp } from '../../../lib/core/store/recent-backups.ts';
import { StoreError, toStoreError } from '../../../lib/core/store/store-error.ts';
import {
  BACKUP_FORMAT,
  backupFolder,
  backupPath,
  dayOf,
  isDay,
  isStoreName,
  LATEST_PAGE,
  MARKER,
  namesIn,
  RESULT_FORMAT,
  readBackupName,
  readReportName,
  readTimedName,
  reportPath,
  resultPath,
  STOP,
  STORE_FORMAT,
  toldPath,
} from '../../../lib/core/store/store-layout.ts';
import { whyNotStored } from '../../../lib/core/store/why-not-stored.ts';
import { ACCOUNT, DAY, REGION } from '../../support/builders.ts';

const AT = Date.parse('2026-11-22T01:02:03.400Z');
const place = { accountId: ACCOUNT, regionId: REGION };

test('a store is known by names and formats that do not change', () => {
  expect([MARKER, STOP]).toEqual(['vco-sweeper-store.json', 'STOP']);
  expect([STORE_FORMAT, RESULT_FORMAT, BACKUP_FORMAT]).toEqual([
    'vco-sweeper/store@1',
    'vco-sweeper/result@1',
    'vco-sweeper/backup@1',
  ]);
});

describe('a path of the store', () => {
  test('names day and time in UTC, and the ids', () => {
    expect(resultPath(AT, 'run-1')).toBe('results/2026-11-22/010203Z-run-1.json');
    expect(toldPath(AT, 'report-1', 'slack-2')).toBe('told/2026-11-22/010203Z-report-1-slack-2.json');
    expect(reportPath(AT, 'report-1', 'html')).toBe('reports/2026-11-22T010203Z-report-1.html');
    expect(backupFolder(place)).toBe(`backups/${ACCOUNT}/${REGION}`);
    expect(backupPath(place, 'vco-1', AT, 'run-1')).toBe(
      `backups/${ACCOUNT}/${REGION}/2026-11-22/vco-1-010203Z-run-1.json`,
    );
    expect(LATEST_PAGE).toBe('reports/latest.html');
  });

  test.each(['../x', 'a/b', '', '.x', '-x', 'x\n', 'x'.repeat(201), 'ü'])('%j cannot be a part of a path', (id) => {
    const refused = expect.objectContaining({
      name: 'StoreError',
      code: 'StoreFailed',
      message: `${JSON.stringify(id.slice(0, 200))} cannot be a part of a path`,
    });
    expect(isStoreName(id)).toBe(false);
    expect(() => resultPath(AT, id)).toThrow(refused);
    expect(() => toldPath(AT, id, 'slack')).toThrow(refused);
    expect(() => toldPath(AT, 'report-1', id)).toThrow(refused);
    expect(() => reportPath(AT, id, 'csv')).toThrow(refused);
    expect(() => backupPath(place, id, AT, 'run-1')).toThrow(refused);
    expect(() => backupPath(place, 'vco-1', AT, id)).toThrow(refused);
    expect(() => backupFolder({ ...place, accountId: id })).toThrow(refused);
    expect(() => backupFolder({ ...place, regionId: id })).toThrow(refused);
  });

  test.each(['x', 'X', '9', 'a.b_c-d', 'x'.repeat(200)])('%j can be a part of a path', (id) => {
    expect(isStoreName(id)).toBe(true);
  });

  test('has names between its slashes, and each of them must be allowed', () => {
    expect(namesIn('results/2026-11-22/x.json')).toEqual(['results', '2026-11-22', 'x.json']);
    expect(() => namesIn('results/../x')).toThrow(
      expect.objectContaining({ code: 'StoreFailed', message: '"results/../x" is not a path within a store' }),
    );
  });
});

describe('a file name gives back what it was made of', () => {
  const ms = Date.parse('2026-11-22T01:02:03Z');

  test('a result', () => {
    expect(readTimedName('2026-11-22', '010203Z-run-1.json')).toEqual({ ms, id: 'run-1' });
  });

  test.each([
    '010203Z-.json',
    '010203-run.json',
    'x010203Z-run.json',
    '010203Z-run.json~',
    '250203Z-run.json',
    'notes',
  ])('%s is no result', (name) => {
    expect(readTimedName('2026-11-22', name)).toBeUndefined();
  });

  test('a name in a folder that is no day is no result', () => {
    expect(readTimedName('notes', '010203Z-run.json')).toBeUndefined();
  });

  test('a report', () => {
    expect(readReportName('2026-11-22T010203Z-report-1.json')).toEqual({ ms, id: 'report-1' });
  });

  test.each([
    '2026-11-22T010203Z-report-1.html',
    '2026-11-22T010203Z-.json',
    'x2026-11-22T010203Z-report-1.json',
    '2026-11-22T010203Z-report-1.json~',
    '2026-13-22T010203Z-report-1.json',
    'latest.html',
  ])('%s is no report', (name) => {
    expect(readReportName(name)).toBeUndefined();
  });

  test.each([
    ['vco-1-010203Z-run-1.json', 'vco-1'],
    ['vco-a-b-010203Z-run.json', 'vco-a-b'],
  ])('%s is a backup of %s', (name, connectionId) => {
    expect(readBackupName(name)).toEqual({ connectionId, time: '010203Z' });
  });

  test.each([
    'vco-1-010203Z-.json',
    'vco--010203Z-run.txt',
    'xvco-1-010203Z-run.json',
    'vco-1-010203Z-run.json~',
    'vco-1-10203Z-run.json',
    'VCO-1-010203Z-run.json',
    'vco-1-010203Z-r n.json',
  ])('%s is no backup', (name) => {
    expect(readBackupName(name)).toBeUndefined();
  });

  test('a day is a date and nothing else', () => {
    expect(dayOf(AT)).toBe('2026-11-22');
    expect(['2026-11-22', 'x2026-11-22', '2026-11-22x', '2026-1-22', 'notes'].map(isDay)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('the backups of the last 24 hours', () => {
  const day = { path: `backups/${ACCOUNT}/${REGION}/2026-11-21`, day: '2026-11-21' };

  test('are in the folders of two days, and just before midnight in those of three', () => {
    expect(recentBackupDays(place, AT).map((one) => one.day)).toEqual(['2026-11-21', '2026-11-22']);
    expect(recentBackupDays(place, AT)[0]).toEqual(day);
    const midnight = Date.parse('2026-11-22T23:56:00Z');
    expect(recentBackupDays(place, midnight).map((one) => one.day)).toEqual(['2026-11-21', '2026-11-22', '2026-11-23']);
  });

  test('are told by their names, and a name has whole seconds, rounded down', () => {
    const names = [
      'vco-1-010202Z-r.json',
      'vco-2-010203Z-r.json',
      'vco-3-010204Z-r.json',
      'notes.json',
      'vco-4-990203Z-r.json',
    ];
    expect(recentlyBackedUp(day, names, AT)).toEqual(['vco-2', 'vco-3']);
    expect(recentlyBackedUp(day, names, AT - 400)).toEqual(['vco-2', 'vco-3']);
    expect(recentlyBackedUp(day, names, AT - 401)).toEqual(['vco-1', 'vco-2', 'vco-3']);
    expect(recentlyBackedUp(day, names, AT + DAY)).toEqual([]);
  });
});

describe('an error of the store', () => {
  const full = new StoreError('StoreFull', 'no space is left');

  test('is passed on, and any other error is a defect, so it is thrown', () => {
    expect(toStoreError(full)).toBe(full);
    const defect = new Error('defect');
    expect(() => toStoreError(defect)).toThrow(defect);
  });

  test('is the reason why a result is not stored, also in the log', async () => {
    const lines: unknown[] = [];
    const journal = (event: string, fields: object) => lines.push({ event, ...fields });
    expect(await whyNotStored(Promise.resolve(), journal)).toBeUndefined();
    expect(lines).toEqual([]);
    expect(await whyNotStored(Promise.reject(full), journal)).toBe('no space is left');
    expect(lines).toEqual([{ event: 'result.failed', code: 'StoreFull', reason: 'no space is left' }]);
    await expect(whyNotStored(Promise.reject(new Error('defect')), journal)).rejects.toThrow('defect');
  });
});
