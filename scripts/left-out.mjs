// What the function never uses, and its start would load all the same.

/** pino's transports, with their worker threads, and its own destinations: the journal gives it a stream. */
const THROWING = ['thread-stream', 'sonic-boom'];

/**
 * The SDK's HTTP layer calls this for every request, so it may not throw. Nothing can turn it on: `lib/deps.ts` refuses
 * a run whose `DEBUG` would, because it prints credentials and replies.
 */
const SILENT = ['debug'];

/** Plugin for esbuild that puts something small in their place. */
export const leftOut = {
  name: 'left-out',
  setup({ onLoad, onResolve }) {
    const stubs = new Map([
      ...THROWING.map((name) => [name, throwing(name)]),
      ...SILENT.map((name) => [name, 'module.exports = () => Object.assign(() => {}, { enabled: false });']),
    ]);
    onResolve({ filter: /^[a-z-]+$/ }, ({ path }) => (stubs.has(path) ? { path, namespace: 'left-out' } : undefined));
    onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) => ({ contents: stubs.get(path) }));
  },
};

const throwing = (name) =>
  `module.exports = class { constructor() { throw new Error('${name} is left out of this bundle (scripts/left-out.mjs)'); } };`;
