/** How far a run has come with reading its regions. `connections`: of all regions together, so far. */
export type Reading = { readonly connections: number; readonly regionsRead: number; readonly regions: number };

export type OnReading = (reading: Reading) => void;

/** What one region's reading reports. */
export type RegionReading = { readonly onPage: (read: number) => void; readonly end: () => void };

/** Adds up what the regions report, which are read side by side; answers what the next of them reports to. */
export function watchReading(regions: number, onReading: OnReading): () => RegionReading {
  let connections = 0;
  let regionsRead = 0;
  const tell = () => onReading({ connections, regionsRead, regions });
  tell();
  return () => {
    let read = 0;
    return {
      onPage: (now) => {
        connections += now - read;
        read = now;
        tell();
      },
      end: () => {
        regionsRead += 1;
        tell();
      },
    };
  };
}
