/** `cn-hangzhou`, `ap-southeast-1`, `cn-wuhan-lr`. A region becomes part of a host name, so its length is bounded. */
export const REGION_PATTERN = /^(?=.{1,40}$)[a-z]{2,}(-[a-z0-9]+){1,5}$/;
export const ACCOUNT_PATTERN = /^\d{1,20}$/;
export const CONNECTION_PATTERN = /^vco-[0-9a-z]+$/;
/** The first group is the account. */
export const ROLE_ARN_PATTERN = /^acs:ram::(\d{1,20}):role\/[\w.@-]{1,64}$/;

export const isRegionId = (text: string): boolean => REGION_PATTERN.test(text);
export const isAccountId = (text: string): boolean => ACCOUNT_PATTERN.test(text);
export const isConnectionId = (text: string): boolean => CONNECTION_PATTERN.test(text);
