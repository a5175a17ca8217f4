import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../lib/core/domain/errors.ts';
import { loadPolicy, type PolicySources } from '../../lib/policy/load-policy.ts';
import { hashPolicy } from '../../lib/policy/policy-hash.ts';

const FILES = new Map([
  ['mark.yaml', 'mode: mark'],
  ['packed.yaml', 'limits: { perRun: 7 }'],
  ['bad.yaml', 'mode: go'],
  ['empty.yaml', ''],
  ['comments.yaml', '# protect:\n#   names: [prod-*]\n---\n'],
]);

const CODES = new Map([
  ['locked.yaml', 'EACCES'],
  ['folder', 'EISDIR'],
  ['odd.yaml', 'EIO'],
]);

function readFile(path: string): string {
  const text = FILES.get(path);
  if (text !== undefined) {
    return text;
  }
  const code = CODES.get(path) ?? 'ENOENT';
  throw Object.assign(new Error(`${code}: no way to open '${path}'`), { code });
}

const loadAll = (sources: Partial<PolicySources>) => loadPolicy({ env: {}, readFile, ...sources });
const load = (sources: Partial<PolicySources>) => loadAll(sources).policy;
const PACKED = 'packed.yaml';

describe('the policy comes from', () => {
  test.each<[string, Partial<PolicySources>, object]>([
    ['SWEEP_POLICY', { env: { SWEEP_POLICY: 'mode: sweep' }, packed: PACKED }, { mode: 'sweep' }],
    ['SWEEP_POLICY_FILE', { env: { SWEEP_POLICY_FILE: 'mark.yaml' }, packed: PACKED }, { mode: 'mark' }],
    ['the flag', { file: 'mark.yaml', packed: PACKED }, { mode: 'mark' }],
    ['the packed document', { packed: PACKED }, { limits: { perRun: 7 } }],
    ['defaults, if no policy is packed', { packed: 'none.yaml' }, { limits: { perRun: 20 } }],
    ['defaults, if there is no source at all', {}, { mode: 'plan' }],
    [
      'the packed document, if the variables are blank',
      { env: { SWEEP_POLICY: ' ', SWEEP_POLICY_FILE: '' }, packed: PACKED },
      { limits: { perRun: 7 } },
    ],
    [
      'a variable without content, as all defaults',
      { env: { SWEEP_POLICY: '# none' }, packed: PACKED },
      { limits: { perRun: 20 } },
    ],
  ])('%s', (_where, sources, expected) => {
    expect(load(sources)).toMatchObject(expected);
  });
});

describe('the origin says', () => {
  test.each<[string, Partial<PolicySources>, string]>([
    ['the variable with the text', { env: { SWEEP_POLICY: 'mode: sweep' }, packed: PACKED }, 'SWEEP_POLICY'],
    ['the variable with the path', { env: { SWEEP_POLICY_FILE: 'mark.yaml' }, packed: PACKED }, 'SWEEP_POLICY_FILE'],
    ['the path of the flag', { file: 'mark.yaml', packed: PACKED }, 'mark.yaml'],
    ['that it was packed', { packed: PACKED }, 'packed'],
    ['that there is no policy', { packed: 'none.yaml' }, 'none'],
    ['that there is no policy, if none could be packed', {}, 'none'],
  ])('%s', (_what, sources, source) => {
    expect(loadAll(sources).origin).toEqual({ source, hash: hashPolicy(load(sources)) });
  });

  test('the hash does not depend on SWEEP_MODE', () => {
    const { origin } = loadAll({ env: { SWEEP_MODE: 'sweep' }, packed: PACKED });
    expect(origin).toEqual(loadAll({ packed: PACKED }).origin);
  });

  test('the hash does not depend on a store from a flag or a variable', () => {
    const { origin } = loadAll({ packed: PACKED });
    expect(loadAll({ env: { SWEEP_STORE: '/in/variable' }, packed: PACKED }).origin).toEqual(origin);
    expect(loadAll({ store: 'flag', packed: PACKED }).origin).toEqual(origin);
  });
});

describe('SWEEP_MODE', () => {
  test.each([
    ['plan', 'plan'],
    ['sweep', 'sweep'],
    ['', 'mark'],
    ['  ', 'mark'],
  ])('%j over mode mark gives %s', (text, mode) => {
    expect(load({ env: { SWEEP_MODE: text, SWEEP_POLICY: 'mode: mark' } }).mode).toBe(mode);
  });

  test('replaces the mode of a policy file from the flag as well', () => {
    expect(load({ env: { SWEEP_MODE: 'plan' }, file: 'mark.yaml' }).mode).toBe('plan');
  });
});

describe('the store', () => {
  const policy = { SWEEP_POLICY: 'store: /in/policy' };

  test('is off by default', () => {
    expect(load({}).store).toBeUndefined();
    expect(load({ env: { SWEEP_STORE: ' ' } }).store).toBeUndefined();
  });

  test.each<[string, Partial<PolicySources>, string | undefined]>([
    ['the policy', { env: policy }, '/in/policy'],
    ['the policy, if the variable is blank', { env: { ...policy, SWEEP_STORE: ' ' } }, '/in/policy'],
    ['the variable', { env: { ...policy, SWEEP_STORE: '/in/variable' } }, '/in/variable'],
    ['the variable, which turns it off', { env: { ...policy, SWEEP_STORE: 'off' } }, undefined],
    ['the flag', { env: { ...policy, SWEEP_STORE: '/in/variable' }, store: 'flag' }, 'flag'],
    ['the flag, which turns it off', { env: { ...policy, SWEEP_STORE: '/in/variable' }, store: 'off' }, undefined],
  ])('comes from %s', (_where, sources, folder) => {
    expect(load(sources).store).toBe(folder);
  });

  test('with an empty name on the command line is refused, because it is not "off"', () => {
    const message = '--store: "" is not allowed; write off, or the path of a folder';
    expect(() => load({ store: '' })).toThrow(expect.objectContaining({ name: 'ConfigError', message }));
  });
});

describe('is refused:', () => {
  test.each<[string, Partial<PolicySources>, string]>([
    [
      'two variables',
      { env: { SWEEP_POLICY: 'mode: plan', SWEEP_POLICY_FILE: 'mark.yaml' } },
      'SWEEP_POLICY and SWEEP_POLICY_FILE',
    ],
    ['a flag and a text', { env: { SWEEP_POLICY: 'mode: plan' }, file: 'mark.yaml' }, '--policy and SWEEP_POLICY'],
    [
      'a flag and a variable',
      { env: { SWEEP_POLICY_FILE: 'mark.yaml' }, file: 'mark.yaml' },
      '--policy and SWEEP_POLICY_FILE',
    ],
    [
      'a file that does not exist',
      { env: { SWEEP_POLICY_FILE: 'none.yaml' } },
      'SWEEP_POLICY_FILE "none.yaml" cannot be read: no such file or directory (ENOENT)',
    ],
    [
      'a flag whose file does not exist',
      { file: 'none.yaml' },
      '--policy "none.yaml" cannot be read: no such file or directory (ENOENT)',
    ],
    ['a folder', { file: 'folder' }, '--policy "folder" cannot be read: it is a directory (EISDIR)'],
    ['a file with an unusual problem', { file: 'odd.yaml' }, '--policy "odd.yaml" cannot be read: EIO'],
    [
      'a packed file without read permission',
      { packed: 'locked.yaml' },
      'the packed policy "locked.yaml" cannot be read: permission denied (EACCES)',
    ],
    ['a bad file', { file: 'bad.yaml' }, 'bad.yaml: mode: "go" is not allowed'],
    ['a bad text', { env: { SWEEP_POLICY: 'mode: go' } }, 'SWEEP_POLICY: mode: "go" is not allowed'],
    ['an empty file', { file: 'empty.yaml' }, 'empty.yaml: there is nothing in it; write {} for all defaults'],
    ['an empty packed file', { packed: 'empty.yaml' }, 'empty.yaml: there is nothing in it'],
    [
      'a file with only comments',
      { env: { SWEEP_POLICY_FILE: 'comments.yaml', SWEEP_MODE: 'sweep' } },
      'comments.yaml: there is nothing in it',
    ],
    ['a bad packed file', { packed: 'bad.yaml' }, 'bad.yaml: mode: "go" is not allowed'],
    [
      'a bad mode',
      { env: { SWEEP_MODE: 'Sweep' } },
      'SWEEP_MODE: "Sweep" is not allowed; write one of plan, mark, sweep',
    ],
  ])('%s', (_what, sources, part) => {
    expect(() => load(sources)).toThrow(ConfigError);
    expect(() => load(sources)).toThrow(part);
  });
});

describe('limits.perDay', () => {
  const SWEEP_POLICY = 'limits: { perDay: 5 }';
  const stored = 'limits: { perDay: 5 }\nstore: /mnt/store';

  test.each<[string, Partial<PolicySources>]>([
    ['there is no store', { env: { SWEEP_POLICY } }],
    ['the variable turns it off', { env: { SWEEP_POLICY: stored, SWEEP_STORE: 'off' } }],
    ['the flag turns it off', { env: { SWEEP_POLICY: stored }, store: 'off' }],
  ])('is refused without a store: %s', (_why, sources) => {
    expect(() => load(sources)).toThrow(
      new ConfigError(
        'limits.perDay: 5 needs a store, because it counts backups: set store, SWEEP_STORE or --store, or write off',
      ),
    );
  });

  test.each<[string, Partial<PolicySources>]>([
    ['the policy', { env: { SWEEP_POLICY: stored } }],
    ['the variable', { env: { SWEEP_POLICY, SWEEP_STORE: '/mnt/store' } }],
    ['the flag', { env: { SWEEP_POLICY }, store: '/mnt/store' }],
  ])('is allowed with a store of %s', (_whose, sources) => {
    expect(load(sources)).toMatchObject({ limits: { perDay: 5 }, store: '/mnt/store' });
  });
});

describe('notify.required', () => {
  const channel = '{ type: slack, urlEnv: SLACK_URL }';
  const policyOf = (more: string, channels = channel) =>
    `notify: { required: true, channels: [${channels}] }\nrules: { unassociated: 24h }\n${more}`;

  test.each([
    [
      'there is no store',
      policyOf(''),
      'notify.required: true needs a store, because it contains the record of each message: set store, SWEEP_STORE or --store',
    ],
    [
      'no channel announces deletions',
      policyOf('store: /mnt/store', '{ type: slack, urlEnv: SLACK_URL, on: [deleted] }'),
      'notify.required: true needs a channel with `due` in its `on`: add one to notify.channels',
    ],
    [
      'a grace is shorter than the notice',
      'notify: { required: true, notice: 3d, channels: [{ type: slack, urlEnv: SLACK_URL }] }\nstore: /mnt/store\nrules: { unassociated: 72h, expired: 0s }',
      'rules.expired: 0s is shorter than notify.notice, 3d: raise the grace, or lower the notice',
    ],
    [
      'a rule has no grace, even with a notice of 0s',
      'notify: { required: true, notice: 0s, channels: [{ type: slack, urlEnv: SLACK_URL }] }\nstore: /mnt/store\nrules: { expired: 0s }',
      'rules.expired: 0s writes no mark that a message could name, so with notify.required: true nothing would be deleted by it: raise the grace, or write off',
    ],
  ])('is refused if %s', (_why, SWEEP_POLICY, message) => {
    expect(() => load({ env: { SWEEP_POLICY } })).toThrow(new ConfigError(message));
  });

  test('is accepted with a store, a channel for `due`, and graces as long as the notice', () => {
    expect(load({ env: { SWEEP_POLICY: policyOf('store: /mnt/store') } }).notify.required).toBe(true);
  });
});
