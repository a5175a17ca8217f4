import { describe, expect, test } from 'vitest';
import { resolveEndpoints } from '../../../lib/cloud/client/endpoints.ts';
import { ConfigError } from '../../../lib/core/domain/errors.ts';

const NAMES = ['VPC', 'CBN', 'STS', 'FC', 'RESOURCEDIRECTORY'].map((service) => `ALIBABA_CLOUD_${service}_ENDPOINT`);

test.each([
  ['vpc', 'eu-central-1', 'https://vpc.eu-central-1.aliyuncs.com'],
  ['vpc', 'cn-hangzhou', 'https://vpc.aliyuncs.com'],
  ['vpc', 'cn-shanghai-finance-1', 'https://vpc.aliyuncs.com'],
  ['vpc', 'cn-beijing', 'https://vpc.cn-beijing.aliyuncs.com'],
  ['vpc', undefined, 'https://vpc.aliyuncs.com'],
  ['cbn', 'eu-central-1', 'https://cbn.aliyuncs.com'],
  ['sts', undefined, 'https://sts.aliyuncs.com'],
  ['resourcedirectory', undefined, 'https://resourcedirectory.aliyuncs.com'],
] as const)('unset, %s of %s is %s', (service, regionId, expected) => {
  expect(resolveEndpoints({}).url(service, regionId)).toBe(expected);
  expect(resolveEndpoints({ ALIBABA_CLOUD_VPC_ENDPOINT: '' }).url(service, regionId)).toBe(expected);
});

test.each([
  ['https://vpc.example.com', 'https://vpc.example.com'],
  ['https://vpc.example.com/', 'https://vpc.example.com'],
  ['https://vpc.example.com:8443', 'https://vpc.example.com:8443'],
  ['HTTPS://VPC.Example.com', 'https://vpc.example.com'],
  ['http://127.0.0.1:9000', 'http://127.0.0.1:9000'],
  ['http://127.8.9.10:9000/', 'http://127.8.9.10:9000'],
  ['http://127.1:80', 'http://127.0.0.1'],
  ['http://[::1]:9000', 'http://[::1]:9000'],
  ['http://[0:0:0:0:0:0:0:1]:9000', 'http://[::1]:9000'],
  ['http://localhost:9000', 'http://localhost:9000'],
])('%s is allowed for every service', (value, expected) => {
  const endpoints = resolveEndpoints(Object.fromEntries(NAMES.map((name) => [name, value])));
  expect(endpoints.url('vpc', 'eu-central-1')).toBe(expected);
  expect(endpoints.url('cbn', 'eu-central-1')).toBe(expected);
  expect(endpoints.url('sts', undefined)).toBe(expected);
  expect(endpoints.fc).toBe(expected);
});

describe.each(NAMES)('%s', (name) => {
  test.each([
    'http://vpc.aliyuncs.com',
    'http://10.0.0.1:9000',
    'http://128.0.0.1',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
    'http://127.0.0.1@evil.example',
    'http://[::2]',
    'http://[::ffff:127.0.0.1]',
    'http://0.0.0.0:9000',
    'https://vpc.aliyuncs.com/path',
    'https://vpc.aliyuncs.com/?a=b',
    'https://vpc.aliyuncs.com/?',
    'https://vpc.aliyuncs.com/#x',
    'https://vpc.aliyuncs.com#',
    'https://someone@vpc.aliyuncs.com',
    'ftp://127.0.0.1',
    'file:///etc/passwd',
    'vpc.aliyuncs.com',
    'localhost:9000',
    '//vpc.aliyuncs.com',
    'https://',
    'none',
    ' ',
  ])('refuses %j, naming the variable, the value and the allowed values', (value) => {
    const resolve = () => resolveEndpoints({ [name]: value });
    expect(resolve).toThrow(ConfigError);
    expect(resolve).toThrow(name);
    expect(resolve).toThrow(/Allowed: https:.*loopback/);
    if (!value.includes('@')) {
      expect(resolve).toThrow(JSON.stringify(value));
    }
  });

  test.each([
    ['https://someone:hush@vpc.aliyuncs.com', 'https://vpc.aliyuncs.com'],
    ['http://someone:hu/sh@127.0.0.1:9000', 'http://127.0.0.1:9000'],
    ['https://someone:hush@more@vpc.aliyuncs.com', 'https://vpc.aliyuncs.com'],
    ['someone:hush@vpc.aliyuncs.com', 'vpc.aliyuncs.com'],
    ['https:/someone:hush@', ''],
  ])('refuses %j without repeating the user and the password', (value, shown) => {
    const resolve = () => resolveEndpoints({ [name]: value });
    expect(resolve).toThrow(`${name}: ${JSON.stringify(shown)} is not allowed`);
    expect(resolve).not.toThrow(/hu|someone/);
  });
});

test.each([
  'evil.example/',
  'a',
  '',
  'eu-central-1.evil.example',
  'EU-CENTRAL-1',
  'eu-central-1#',
  `a${'-b'.repeat(30)}`,
  '../x',
])('region %j never becomes part of a host name', (regionId) => {
  expect(() => resolveEndpoints({}).url('vpc', regionId)).toThrow(ConfigError);
});
