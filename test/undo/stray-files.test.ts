import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { openStore } from '../../lib/store/open-store.ts';
import { BackupReads } from '../../lib/sweep/reads/backup-reads.ts';
import { chooseBackup, findBackups } from '../../lib/undo/find-backups.ts';
import { aStoreFolder, cleanUp, time, withHash } from '../store/store-support.ts';
import { ACCOUNT, aBackup, REGION } from '../support/builders.ts';

afterEach(cleanUp);

const FOLDER = `backups/${ACCOUNT}/${REGION}`;
const PATH = `${FOLDER}/2026-11-20/vco-1-120000Z-run.json`;
const BACKUP = aBackup();

const DEPTH = 20_000;

/** A backup with settings as deep as this, and with the right hash. */
function deepBackup(): string {
  const text = JSON.stringify(BACKUP).replace('"vco-1"', `"vco-1","x":${'{"x":'.repeat(DEPTH)}1${'}'.repeat(DEPTH)}`);
  return `${text.slice(0, -1)},"sha256":"${createHash('sha256').update(text).digest('hex')}"}`;
}

const STRAY: Readonly<Record<string, readonly [path: string, text: string]>> = {
  'a file among the days': [`${FOLDER}/zzz.txt`, 'mine'],
  'a file among the regions': [`backups/${ACCOUNT}/zzz.txt`, 'mine'],
  'a file among the accounts': ['backups/zzz.txt', 'mine'],
  'a deep backup': [`${FOLDER}/2026-11-20/vco-1-130000Z-run.json`, deepBackup()],
};

describe.each(Object.entries(STRAY))('beside %s', (_what, [path, text]) => {
  async function aStore() {
    const folder = aStoreFolder({ [PATH]: withHash(BACKUP) });
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
    return await openStore(folder, time);
  }

  test('a restore finds the backup', async () => {
    expect(chooseBackup(await findBackups(await aStore(), 'vco-1'))).toMatchObject({ path: PATH });
  });

  test('a sweep finds the backup of a half-done connection', async () => {
    const place = { accountId: ACCOUNT, regionId: REGION };
    const reads = new BackupReads({ api: {} as never, clock: time.clock, place, store: await aStore() });
    const note = { atMs: Date.parse(BACKUP.takenAt), attachmentId: 'tr-attach-1', mayBeRewritten: true };
    expect(await reads.find('vco-1', note)).toMatchObject({ path: PATH });
  });
});
