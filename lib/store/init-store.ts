import { resolve } from 'node:path';
import { MARKER } from '../core/store/store-layout.ts';
import { type FileSystem, machineFiles } from './file-system.ts';
import { FileWriter } from './file-writer.ts';
import { FOLDER_MODE, FolderFiles } from './folder-files.ts';
import { MARKER_TEXT, problemOfMarker } from './marker.ts';
import { guardFolder, LOOK_MS_MAX, refuse, requireFolder } from './refused-folder.ts';

/**
 * Make a folder a store: create the folder, if it does not exist, and its marker. Other files in it stay.
 *
 * @returns true if the folder has become a store, false if it was a store before
 * @throws ConfigError for a folder that cannot be created, or that has another marker
 */
export const initStore = (folder: string, files: FileSystem = machineFiles): Promise<boolean> =>
  guardFolder(folder, '', async () => {
    const path = resolve(folder);
    await files.mkdir(path, { mode: FOLDER_MODE, recursive: true });
    const inside = new FolderFiles(await requireFolder(path, files), files);
    const bytes = await inside.read(MARKER);
    if (bytes !== undefined) {
      const problem = problemOfMarker(bytes);
      if (problem !== undefined) {
        throw refuse(folder, `was left as it is: ${problem}.`);
      }
      return false;
    }
    const open = () => inside.create(MARKER);
    const writer = new FileWriter({ what: `${MARKER} cannot be written`, open, limitMs: () => LOOK_MS_MAX });
    writer.write(MARKER_TEXT);
    await writer.close();
    return true;
  });
