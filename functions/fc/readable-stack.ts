import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';

/** Nested deeper than our errors ever are; a cause may be its own. */
const CAUSES_MAX = 5;

/**
 * Make the stacks of an error that leaves the program, and of its causes, point into the sources: by the map that the
 * build puts beside the bundle, which is read only now. Without one, and for what is no error, nothing changes.
 *
 * Node can do the same for every error (`--enable-source-maps`); then each start reads the map.
 *
 * @param bundle the path of the bundle
 */
export function withReadableStack(thrown: unknown, bundle: string): unknown {
  const map = isAbout(thrown, bundle) ? readMap(`${bundle}.map`) : undefined;
  if (map === undefined) {
    return thrown;
  }
  let error = thrown;
  for (let depth = 0; depth < CAUSES_MAX && isAbout(error, bundle); depth += 1) {
    error.stack = toSources(error.stack, bundle, map);
    error = error.cause;
  }
  return thrown;
}

type WithStack = Error & { stack: string };

const isAbout = (error: unknown, bundle: string): error is WithStack =>
  error instanceof Error && typeof error.stack === 'string' && error.stack.includes(bundle);

/** A stack names places as `<path>:<line>:<column>`. */
function toSources(stack: string, bundle: string, map: SourceMap): string {
  const [before = '', ...places] = stack.split(`${bundle}:`);
  const read = places.map((text) => {
    const [place, line, column] = /^(\d+):(\d+)/.exec(text) ?? [];
    const source = place === undefined ? undefined : toSource(map, Number(line), Number(column));
    return place === undefined || source === undefined ? `${bundle}:${text}` : `${source}${text.slice(place.length)}`;
  });
  return [before, ...read].join('');
}

function toSource(map: SourceMap, line: number, column: number): string | undefined {
  // Places in a stack count from one, those in a map from zero.
  const found = map.findEntry(line - 1, column - 1);
  if (!('originalSource' in found)) {
    return undefined;
  }
  const source = found.originalSource.replace(/^(\.\.\/)+/, '');
  return `${source}:${found.originalLine + 1}:${found.originalColumn + 1}`;
}

/** Nothing that goes wrong here may take the place of the error that is told about. */
function readMap(path: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}
