/** A refusal as the service words it: HTTP status, machine-readable code, message for people. */
export class ApiError extends Error {
  readonly headers: Readonly<Record<string, string>>;
  readonly code: string;
  readonly status: number;
  override readonly name = 'ApiError';

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.headers = headers;
    this.code = code;
    this.status = status;
  }
}

export const missing = (name: string): ApiError =>
  new ApiError(400, `Missing${name}`, `${name} is mandatory for this action.`);

export const invalid = (name: string): ApiError =>
  new ApiError(400, 'InvalidParameter', `The specified parameter ${name} is not valid.`);

export const connectionNotFound = (): ApiError =>
  new ApiError(
    404,
    'InvalidVpnConnectionInstanceId.NotFound',
    'The specified vpn connection instance id does not exist.',
  );

export const unknownAction = (): ApiError =>
  new ApiError(404, 'InvalidAction.NotFound', 'Specified api is not found, please check your url and method.');

/** A dry run that would have worked is answered as a refusal. */
export const dryRunPassed = (): ApiError =>
  new ApiError(400, 'DryRunOperation', 'Request validation has been passed with DryRun flag set.');
