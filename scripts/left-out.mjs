// Modules that the function never uses, and would load at its start.

/** pino's transports, with their worker threads, and its own destinations: the journal gives it a stream. */
const THROWING = ['thread-stream', 'sonic-boom'];

/**
 * The SDK's HTTP layer calls this for every request, so it may not throw. Nothing can turn it on, because
 * `lib/wiring/refuse-debug.ts` refuses a run whose `DEBUG` would. It would print credentials and replies.
 */
const SILENT = ['debug'];

/**
 * Modules with which Function Compute's SDK uploads code and opens shells. They have 30 MB, some have known flaws, and
 * some are not even installed. The sweeper never uses them.
 */
const OF_FUNCTION_SDK = ['ali-oss', 'axios', 'ws'];

/**
 * Arithmetic of any precision, 25 kB of code. The SDK's JSON parser uses it for each number of more than 15 digits.
 * Account ids are the only numbers of that length that the wire code reads, and it only needs their digits.
 */
const BIG_NUMBER = [
  'bignumber.js',
  `module.exports = class BigNumber {
    constructor(digits) { this.digits = String(digits); }
    static isBigNumber(value) { return value instanceof BigNumber; }
    toFixed() { return this.digits; }
    toString() { return this.digits; }
    toJSON() { return this.digits; }
  };`,
];

const silent = (name) => [name, 'module.exports = () => Object.assign(() => {}, { enabled: false });'];
const stub = (name) => [name, throwing(name)];

/** Plugins for esbuild that replace these modules with small substitutes. */
export const leftOut = leavingOut([...[...THROWING, ...OF_FUNCTION_SDK].map(stub), ...SILENT.map(silent), BIG_NUMBER]);
export const leftOutOfFunctionSdk = leavingOut(OF_FUNCTION_SDK.map(stub));

function leavingOut(entries) {
  const stubs = new Map(entries);
  return {
    name: 'left-out',
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /^[a-z.-]+$/ }, ({ path }) =>
        stubs.has(path) ? { path, namespace: 'left-out' } : undefined,
      );
      onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) => ({ contents: stubs.get(path) }));
    },
  };
}

function throwing(name) {
  return `module.exports = class { constructor() { throw new Error('${name} is left out of this bundle (scripts/left-out.mjs)'); } };`;
}
