/** The package has no types. Only what is used here; `version` is a plain property that its documents do not mention. */
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
  type Reply = { readonly headers: Strings; readonly data: unknown };

  class Client {
    constructor(accountId: string, options: Options);
    version: string;
    readonly endpoint: string;
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
