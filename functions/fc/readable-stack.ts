import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';

/** More levels than our errors ever have. An error may be its own cause. */
const CAUSES_MAX = 5;

/**
 * Make the stacks of an error and of its causes point into the sources, by the source map that the build puts beside
 * the bundle. Without a map, or for a thrown value that is not an error, nothing changes.
 *
 * The map is read only here. With Node's `--enable-source-maps`, each start would read it.
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

/** A stack writes a place as `<path>:<line>:<column>`. */
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
  // Lines and columns count from 1 in a stack, and from 0 in a map.
  const found = map.findEntry(line - 1, column - 1);
  if (!('originalSource' in found)) {
    return undefined;
  }
  const source = found.originalSource.replace(/^(\.\.\/)+/, '');
  return `${source}:${found.originalLine + 1}:${found.originalColumn + 1}`;
}

/** A failure here must not replace the error that is being reported. */
function readMap(path: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}
