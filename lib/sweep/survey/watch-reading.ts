/** How far a run has come with reading its regions. `connections` counts all regions together. */
export type Reading = { readonly connections: number; readonly regionsRead: number; readonly regions: number };

export type OnReading = (reading: Reading) => void;

/** The reports of a region. */
export type RegionReading = { readonly onPage: (read: number) => void; readonly end: () => void };

/** Add up the reports of regions that are read at the same time. Each call returns the reporter of another region. */
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
