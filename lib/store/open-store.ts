import { constants } from 'node:fs';
import { resolve } from 'node:path';
import type { ReportStore } from '../core/store/store.ts';
import { MARKER } from '../core/store/store-layout.ts';
import { type FileSystem, machineFiles } from './file-system.ts';
import { FolderFiles } from './folder-files.ts';
import { FolderStore, type StoreTime } from './folder-store.ts';
import { problemOfMarker } from './marker.ts';
import { guardFolder, refuse, requireFolder } from './refused-folder.ts';

const ADVICE = 'If it is a mount, it may be missing. To make the folder a store: vco-sweeper store init FOLDER';

/**
 * Open the store in a folder.
 *
 * @throws ConfigError for a folder that is missing, that has no marker, or that cannot be written
 */
export const openStore = (folder: string, time: StoreTime, files: FileSystem = machineFiles): Promise<ReportStore> =>
  guardFolder(folder, ADVICE, async () => {
    const root = await requireFolder(resolve(folder), files);
    const inside = new FolderFiles(root, files);
    const bytes = await inside.read(MARKER);
    const problem = problemOfMarker(bytes);
    if (problem !== undefined) {
      throw refuse(folder, `is no store: ${problem}.${bytes === undefined ? ` ${ADVICE}` : ''}`);
    }
    await files.access(root, constants.W_OK);
    return new FolderStore(folder, inside, time);
  });
