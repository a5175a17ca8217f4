import type { RegionId } from '../../core/domain/estate.ts';
import type { CreateAction } from '../../core/undo/create-api.ts';
import type { Action, OrganizationAction, OrganizationService, Service } from './actions.ts';

export type Credentials = {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string | undefined;
};

/** Called before each request, because credentials expire. Answers the same object for the same credentials. */
export type CredentialsSource = () => Promise<Credentials>;

type ParamValue = string | number | boolean;
/** Named as on the operation's page. A list becomes `Name.1`, `Name.2`, or `Name.1.Key` for objects. */
export type Params = Readonly<Record<string, ParamValue | readonly (ParamValue | Readonly<Record<string, string>>)[]>>;

export type TransportCall = {
  readonly service: Service;
  /** Chooses the endpoint. Undefined for services and actions without a region. */
  readonly regionId: RegionId | undefined;
  readonly action: Action;
  readonly params: Params;
  readonly credentials: Credentials;
  readonly timeoutMs: number;
};

export type TransportReply = {
  readonly status: number;
  /** Milliseconds, from `x-acs-retry-after`. */
  readonly retryAfterMs?: number | undefined;
  /** Parsed JSON, completely unchecked. */
  readonly body: unknown;
};

/**
 * A request and its answer: below pace, retries and checks, above the SDK.
 *
 * Answers any JSON body, including errors of the cloud, and throws only without a JSON answer. A thrown error may be
 * anything. An error named `RequestTimeoutError` is a timeout.
 */
export type Transport = (call: TransportCall) => Promise<TransportReply>;

type OrganizationCall = Omit<TransportCall, 'service' | 'action'> & {
  readonly service: OrganizationService;
  readonly action: OrganizationAction;
};

/** A call of a restore that creates something. */
export type CreateTransportCall = Omit<TransportCall, 'action'> & { readonly action: CreateAction };

export type AnyTransportCall = TransportCall | OrganizationCall | CreateTransportCall;

/** The same as `Transport`, and also for the calls of the dispatcher and of a restore. */
export type OrganizationTransport = (call: AnyTransportCall) => Promise<TransportReply>;
