import { ConfigError } from '../../core/domain/errors.ts';
import type { RegionId } from '../../core/domain/estate.ts';
import { isRegionId } from '../../core/domain/ids.ts';
import type { OrganizationService, Service } from './actions.ts';

export type Endpoints = {
  /** Origin to call, without a trailing slash. Throws `ConfigError` for a region that could not be part of a host. */
  url(service: Service | OrganizationService, regionId: RegionId | undefined): string;
  /** The variable that sets it. Undefined for the real host. */
  variable(service: Service | OrganizationService): string | undefined;
  /** Function Compute, when set. Undefined for the SDK's own host. */
  readonly fc: string | undefined;
};

// Regions VPC serves from its central host (the official SDK's endpoint table).
const CENTRAL_VPC: ReadonlySet<string> = new Set([
  'cn-hangzhou',
  'cn-hangzhou-finance',
  'cn-north-2-gov-1',
  'cn-shanghai-finance-1',
  'cn-shenzhen-finance-1',
  'rus-west-1-pop',
]);

const VARIABLES = {
  vpc: 'ALIBABA_CLOUD_VPC_ENDPOINT',
  cbn: 'ALIBABA_CLOUD_CBN_ENDPOINT',
  sts: 'ALIBABA_CLOUD_STS_ENDPOINT',
  resourcedirectory: 'ALIBABA_CLOUD_RESOURCEDIRECTORY_ENDPOINT',
} as const satisfies Record<Service | OrganizationService, string>;
export const FC_VARIABLE = 'ALIBABA_CLOUD_FC_ENDPOINT';

/**
 * Where each service is called.
 *
 * Requests carry a signature and a security token, so an override must be https, or http to this machine.
 *
 * @throws ConfigError naming the variable, its value and the allowed values
 */
export function resolveEndpoints(env: Readonly<Record<string, string | undefined>>): Endpoints {
  const override = {
    vpc: parseEndpoint(VARIABLES.vpc, env),
    cbn: parseEndpoint(VARIABLES.cbn, env),
    sts: parseEndpoint(VARIABLES.sts, env),
    resourcedirectory: parseEndpoint(VARIABLES.resourcedirectory, env),
  };
  const fc = parseEndpoint(FC_VARIABLE, env);
  return {
    fc,
    url: (service, regionId) => override[service] ?? `https://${realHost(service, regionId)}`,
    variable: (service) => (override[service] === undefined ? undefined : VARIABLES[service]),
  };
}

/** The endpoint that did not answer: its URL, and the setting that chose it. */
export const whereOf = (url: string, variable: string | undefined, via?: string): string =>
  [url, variable === undefined ? 'the real host' : `from ${variable}`, ...(via ? [`through ${via}`] : [])].join(', ');

function realHost(service: Service | OrganizationService, regionId: RegionId | undefined): string {
  // The region becomes part of a host name that gets a security token, so only a well-formed region may pass.
  if (regionId !== undefined && !isRegionId(regionId)) {
    throw new ConfigError(`region ${JSON.stringify(regionId)} is not a region id such as "cn-hangzhou"`);
  }
  if (service === 'cbn') {
    return 'cbn.aliyuncs.com'; // the central host of all regions
  }
  if (service === 'sts') {
    return 'sts.aliyuncs.com'; // the central host always exists
  }
  if (service === 'resourcedirectory') {
    return 'resourcedirectory.aliyuncs.com'; // of the China site. A setting chooses the other site
  }
  if (regionId === undefined || CENTRAL_VPC.has(regionId)) {
    return 'vpc.aliyuncs.com';
  }
  return `vpc.${regionId}.aliyuncs.com`;
}

function parseEndpoint(name: string, env: Readonly<Record<string, string | undefined>>): string | undefined {
  const text = env[name];
  if (text === undefined || text === '') {
    return undefined;
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !isAllowed(url)) {
    throw new ConfigError(
      `${name}: ${JSON.stringify(withoutUserInfo(text))} is not allowed. Allowed: https://host[:port], ` +
        'or http://host[:port] for a loopback host (127.0.0.0/8, [::1], localhost); ' +
        'no user, path, query or fragment.',
    );
  }
  return url.origin;
}

function isAllowed(url: URL): boolean {
  const bare = url.username === '' && url.password === '' && url.pathname === '/' && !/[?#]/.test(url.href);
  if (!bare || url.hostname === '') {
    return false;
  }
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}

// URL has already made the host canonical: `127.1` and `0x7f.0.0.1` are dotted, IPv6 is in brackets and short.
export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);

/** Everything before the last `@` of the authority may be a password, even in text that is not a URL. */
const withoutUserInfo = (text: string): string => text.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, '$1');
