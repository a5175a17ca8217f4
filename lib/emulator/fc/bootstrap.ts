/**
 * The source text of a CommonJS script that runs inside an instance. It must run unchanged, in a process of its own,
 * wherever the emulator was bundled.
 *
 * Arguments: the code's folder, the handler, the emulator's process id. The channel delivers a single invocation at a time.
 * Each invocation's output ends with a marker on both streams, because they and the channel are read independently.
 */
export const BOOTSTRAP = String.raw`'use strict';
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const { format } = require('node:util');
const { Worker } = require('node:worker_threads');

const [folder, wanted, emulator] = process.argv.splice(1);

// An instance must not outlive its emulator, however that one ended and whatever the handler is busy with.
const end = "process.kill(-process.pid, 'SIGKILL')";
new Worker('setInterval(() => process.ppid === ' + Number(emulator) + ' || ' + end + ', 250)', { eval: true }).unref();

const send = process.send.bind(process);
process.send = undefined;
const writes = [process.stdout, process.stderr].map((stream) => stream.write.bind(stream));
const memoryMb = () => process.resourceUsage().maxRSS / 1024;

let requestId = '';
const logger = {};
for (const [method, level] of Object.entries({ debug: 'debug', log: 'info', info: 'info', warn: 'warn', error: 'error' })) {
  logger[method] = (...args) => {
    process.stdout.write(new Date().toISOString() + ' ' + requestId + ' [' + level + '] ' + format(...args) + '\n');
  };
  console[method] = logger[method];
}

const toError = (thrown) =>
  thrown instanceof Error
    ? { errorMessage: thrown.message, errorType: thrown.name, stackTrace: String(thrown.stack).split('\n') }
    : { errorMessage: String(thrown), errorType: typeof thrown, stackTrace: [] };

process.on('uncaughtException', (thrown) => {
  send({ kind: 'crashed', error: toError(thrown), memoryMb: memoryMb() }, () => process.exit(1));
});

function toBody(value) {
  if (Buffer.isBuffer(value)) return value;
  return Buffer.from(typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value));
}

async function load() {
  const at = wanted.lastIndexOf('.');
  const file = join(folder, wanted.slice(0, at));
  const path = existsSync(file + '.js') ? file + '.js' : file + '.mjs';
  let loaded;
  try {
    loaded = path.endsWith('.mjs') ? await import(pathToFileURL(path)) : require(path);
  } catch (error) {
    if (error.code !== 'ERR_REQUIRE_ESM') throw error;
    loaded = await import(pathToFileURL(path));
  }
  const handler = loaded[wanted.slice(at + 1)];
  if (typeof handler !== 'function') throw new TypeError("handler '" + wanted + "' is not a function");
  return handler;
}

const loading = load().then(
  (handler) => {
    send({ kind: 'ready' });
    return handler;
  },
  (error) => send({ kind: 'crashed', error: toError(error), memoryMb: memoryMb() }, () => process.exit(1)),
);

process.on('message', async ({ event, context, marker }) => {
  const handler = await loading;
  requestId = context.requestId;
  let end;
  try {
    end = { kind: 'result', body: toBody(await handler(Buffer.from(event), { ...context, logger })) };
  } catch (thrown) {
    end = { kind: 'thrown', error: toError(thrown) };
  }
  for (const write of writes) write(marker);
  send({ ...end, memoryMb: memoryMb() });
});
`;
