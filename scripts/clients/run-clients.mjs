// Runs the life of a connection with SDKs of other languages and generations, on an emulator.
// It installs them from package registries into a temporary folder, so it is not part of the tests. A language whose
// toolchain is missing is skipped. Exits with 1 if anything failed, or if nothing was tried.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import { withEmulator } from '../bench/emulator-process.mjs';
import { Refused, withClient } from './client.mjs';
import { installGo, installPython, Unavailable } from './install.mjs';
import { live } from './story.mjs';

const ARGS = ['--regions', 'cn-hangzhou', '--connections', '8', '--limits', 'off'];
const LANGUAGES = { python: installPython, go: installGo };
/** The clients whose library gets a role's credentials by itself. */
const WITH_ROLES = ['python new', 'go new'];

/** Older Python SDKs conclude that only the secret can be wrong, and use another code. */
const OF_WRONG_SECRET = ['SignatureDoesNotMatch', 'InvalidAccessKeySecret'];

const folder = mkdtempSync(join(tmpdir(), 'vco-sweeper-clients-'));
/** For each client: operation to `ok`, or to its failure. */
const results = new Map();

try {
  if (!existsSync('dist/cli/index.js')) {
    throw new Error('nothing is built: npm run build');
  }
  for (const [language, install] of Object.entries(LANGUAGES)) {
    await tryLanguage(language, install);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
report();

async function tryLanguage(language, install) {
  say(`${language}: installing`);
  let clients;
  try {
    clients = install(folder);
  } catch (error) {
    if (!(error instanceof Unavailable)) {
      throw error;
    }
    say(`${language}: SKIPPED, ${error.message}`);
    return;
  }
  for (const [name, start] of Object.entries(clients)) {
    results.set(name, await resultsOf(name, start));
    say(`${name}: ${[...results.get(name).values()].every((end) => end === 'ok') ? 'ok' : 'FAILED'}`);
  }
}

async function resultsOf(name, start) {
  const ends = new Map();
  const record = (operation, end) => {
    if (!ends.has(operation) || end !== 'ok') {
      ends.set(operation, end);
    }
  };
  /** Runs a step. A step that fails ends the story of this client. */
  const check = async (operation, step) => {
    try {
      const value = await step();
      record(operation, 'ok');
      return value;
    } catch (error) {
      // The story may expect a refusal, so the story judges it.
      record(operation, error instanceof Refused ? 'ok' : messageOf(error));
      throw error;
    }
  };
  await withEmulator(ARGS, async (access) => {
    await withClient(start, envFor(access), async (send) => {
      let last = '';
      const call = (service, action, params) => {
        last = action;
        return check(action, () => send(service, action, params));
      };
      await live({ call, check }).catch((error) => record(`stopped at ${last}`, messageOf(error)));
    });
    const wrong = envFor({ ...access, credentials: { ...access.credentials, accessKeySecret: 'wrong' } });
    await withClient(start, wrong, (send) => trySecret(send, record));
  });
  if (WITH_ROLES.includes(name)) {
    await tryRole(start, record);
  }
  return ends;
}

async function trySecret(send, record) {
  const code = await send('vpc', 'DescribeRegions', {}).then(
    () => 'accepted',
    (error) => (error instanceof Refused ? error.code : messageOf(error)),
  );
  record('a wrong secret', OF_WRONG_SECRET.includes(code) ? 'ok' : code);
}

/** Libraries ask STS by HTTPS only, so they need the emulator's certificate. */
async function tryRole(start, record) {
  const file = join(folder, 'certificate.pem');
  await withEmulator([...ARGS, `--tls=${file}`], async (access) => {
    const role = {
      EMULATOR_ROLE: 'acs:ram::1000000000000001:role/vco-sweeper',
      SSL_CERT_FILE: file,
      REQUESTS_CA_BUNDLE: file,
    };
    await withClient(start, { ...envFor(access), ...role }, async (send) => {
      const end = await send('vpc', 'DescribeVpnConnections', { RegionId: 'cn-hangzhou' }).then(
        ({ TotalCount }) => (Number(TotalCount) === 8 ? 'ok' : `${TotalCount} connections`),
        messageOf,
      );
      record('a role, over HTTPS', end);
    });
  });
}

function envFor({ url, credentials }) {
  const { host, protocol } = new URL(url);
  return {
    EMULATOR_HOST: host,
    EMULATOR_PROTOCOL: protocol.replace(':', ''),
    EMULATOR_KEY: credentials.accessKeyId,
    EMULATOR_SECRET: credentials.accessKeySecret,
  };
}

function messageOf(error) {
  const message = error.code === 'ERR_ASSERTION' ? `${error.actual}, not ${error.expected}` : error.message;
  return String(message).split('\n')[0].slice(0, 100);
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

function report() {
  const names = [...results.keys()];
  const operations = [...new Set(names.flatMap((name) => [...results.get(name).keys()]))];
  const table = new Table({ head: ['', ...names], style: { head: [], border: [], compact: true } });
  let failures = 0;
  for (const operation of operations) {
    const ends = names.map((name) => results.get(name).get(operation) ?? '–');
    failures += ends.filter((end) => end !== 'ok' && end !== '–').length;
    table.push([operation, ...ends]);
  }
  process.stdout.write(
    `${table.toString()}\n${operations.length} operations, ${names.length} clients, ${failures} failed\n`,
  );
  process.exitCode = failures > 0 || names.length === 0 ? 1 : 0;
}
