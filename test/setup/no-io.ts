import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

// The tests of `npm run test:fast` are quick and the same everywhere, because nothing outside their process takes part.

const refuse = (name: string) => () => {
  throw new Error(`${name}: tests of the project "pure" start no process and open no socket (vitest.config.ts)`);
};

for (const name of ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'] as const) {
  Object.assign(childProcess, { [name]: refuse(name) });
}
Object.assign(net.Server.prototype, { listen: refuse('listen') });
Object.assign(net.Socket.prototype, { connect: refuse('connect') });
syncBuiltinESMExports();
