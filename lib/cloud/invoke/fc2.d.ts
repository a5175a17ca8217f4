/**
 * The package has no types. Only the parts in use are declared here. Its documents do not mention that `version` is a
 * plain property.
 */
declare module '@alicloud/fc2/lib/client.js' {
  type Strings = Readonly<Record<string, string>>;
  type Options = {
    readonly accessKeyID: string;
    readonly accessKeySecret: string;
    readonly securityToken?: string;
    readonly region: string;
    readonly endpoint?: string;
    readonly secure?: boolean;
    readonly timeout?: number;
    readonly headers?: Strings;
  };

  /** `Reply` is the answer of `request`, which all other methods use. */
  class Client<Reply> {
    constructor(accountId: string, options: Options);
    version: string;
    readonly endpoint: string;
    readonly accessKeyID: string;
    readonly accessKeySecret: string;
    readonly headers: Strings;
    readonly timeout: number;
    static getSignature(
      accessKeyID: string,
      accessKeySecret: string,
      method: string,
      path: string,
      headers: Strings,
    ): string;
    buildHeaders(): Strings;
    request(
      method: string,
      path: string,
      query: Strings | null | undefined,
      body: string,
      headers: Strings,
    ): Promise<Reply>;
    invokeFunction(
      serviceName: string,
      functionName: string,
      event: string,
      headers: Strings,
      qualifier?: string,
    ): Promise<Reply>;
    post(path: string, body: string, headers: Strings, query?: Strings): Promise<Reply>;
  }
  export default Client;
}
