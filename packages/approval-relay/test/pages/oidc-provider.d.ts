/** What the tests use of oidc-provider, which comes without types. */
declare module 'oidc-provider' {
  import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

  /** What a person let a client have. */
  export interface Grant {
    addOIDCScope(scope: string): void
    save(): Promise<string>
  }

  /** A request of a client to have somebody authenticate on a device of theirs. */
  export interface BackchannelAuthenticationRequest {
    readonly accountId: string
    readonly clientId: string
    readonly params: Readonly<Record<string, string | undefined>>
  }

  export default class Provider {
    constructor(issuer: string, configuration: object)
    readonly Grant: new (of: { readonly clientId: string; readonly accountId: string }) => Grant
    callback(): RequestListener
    interactionFinished(request: IncomingMessage, response: ServerResponse, result: object): Promise<void>
    backchannelResult(
      request: BackchannelAuthenticationRequest,
      result: Grant | Error,
      options?: { readonly authTime?: number; readonly acr?: string },
    ): Promise<void>
  }

  export const errors: { readonly AccessDenied: new (description?: string) => Error }
}
