import { expect, test } from 'vitest';
import { invokedAs } from '../../lib/cli/invoked-as.ts';

test.each([
  ['/home/me/p/node_modules/.bin/vco-sweeper', {}, 'npx vco-sweeper'],
  ['/home/me/p/dist/cli/index.js', { npm_command: 'run-script' }, 'npx vco-sweeper'],
  ['/usr/local/bin/vco-sweeper', {}, 'vco-sweeper'],
  ['/home/me/p/dist/cli/index.js', {}, 'node dist/cli/index.js'],
  ["/home/me/it's/index.js", {}, "node '../it'\\''s/index.js'"],
])('%s in %j was started by %s', (script, env, expected) => {
  expect(invokedAs(script, env, '/home/me/p')).toBe(expected);
});
