/** The same as in package.json. A test compares them. */
export const ENGINES = '^20.12.0 || ^21.7.0 || >=22';

/**
 * Whether a version of Node is in a range in the form of `engines` in package.json, such as `^20.12.0 || >=22`. Pure.
 *
 * This folder is bundled as ES2015, because it has to tell an old Node that it is too old.
 */
export function isInRange(version: string, range: string): boolean {
  const has = toNumbers(version);
  return range.split('||').some((part) => {
    const needs = toNumbers(part);
    const isSameMajor = has[0] === needs[0];
    return /^\s*\^/.test(part) ? isSameMajor && compare(has, needs) >= 0 : compare(has, needs) >= 0;
  });
}

/** A sentence for a Node that is too old. Undefined for any other Node. */
export const refusalOf = (version: string, range: string): string | undefined =>
  isInRange(version, range)
    ? undefined
    : `vco-sweeper: Node ${version.replace(/^v/, '')} is too old: it needs Node ${range.split('||').map(toWords).join(', or ')}.`;

const toWords = (part: string): string => {
  const [major, minor] = toNumbers(part);
  return /\^/.test(part) ? `${major}.${minor} or a later ${major}` : `${major} or newer`;
};

function toNumbers(version: string): readonly number[] {
  const [, major = '0', minor = '0', patch = '0'] = /(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(version) || [];
  return [Number(major), Number(minor), Number(patch)];
}

function compare(a: readonly number[], b: readonly number[]): number {
  const differences = a.map((number, at) => number - (b[at] || 0));
  return differences.filter((difference) => difference !== 0)[0] || 0;
}
