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
 * some are not even installed. Nothing here uses them.
 */
const OF_FUNCTION_SDK = ['ali-oss', 'axios', 'ws'];

const silent = (name) => [name, 'module.exports = () => Object.assign(() => {}, { enabled: false });'];
const stub = (name) => [name, throwing(name)];

/** Plugins for esbuild that replace them with something small. */
export const leftOut = leavingOut([...[...THROWING, ...OF_FUNCTION_SDK].map(stub), ...SILENT.map(silent)]);
export const leftOutOfFunctionSdk = leavingOut(OF_FUNCTION_SDK.map(stub));

function leavingOut(entries) {
  const stubs = new Map(entries);
  return {
    name: 'left-out',
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /^[a-z-]+$/ }, ({ path }) => (stubs.has(path) ? { path, namespace: 'left-out' } : undefined));
      onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) => ({ contents: stubs.get(path) }));
    },
  };
}

function throwing(name) {
  return `module.exports = class { constructor() { throw new Error('${name} is left out of this bundle (scripts/left-out.mjs)'); } };`;
}
