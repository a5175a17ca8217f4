// A client in a separate process. Each line of its standard input is a call, and each line of its output is a result.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** The client itself failed: it could not send a call, or could not read the answer. */
class ClientFailed extends Error {}

/** The service refused a call. */
export class Refused extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/**
 * Start a client, give it to `use`, and end it.
 *
 * @param start command and arguments
 * @param env variables that tell the client where the emulator is
 * @param use gets a function that makes a call and answers the body. The function throws `Refused` or `ClientFailed`
 */
export async function withClient([command, args], env, use) {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors = (errors + text).slice(-2000);
  });
  child.stdin.on('error', () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const call = async (service, action, params) => {
    child.stdin.write(`${JSON.stringify({ service, action, params })}\n`);
    const { value, done } = await lines.next();
    if (done) {
      throw new ClientFailed(`the client ended: ${errors.trim().split('\n').at(-1) ?? ''}`);
    }
    const { body, code, failed } = JSON.parse(value);
    if (failed !== undefined) {
      throw new ClientFailed(failed);
    }
    if (code !== undefined) {
      throw new Refused(code);
    }
    return body ?? {};
  };
  try {
    return await use(call);
  } finally {
    child.stdin.end();
    child.kill();
  }
}
