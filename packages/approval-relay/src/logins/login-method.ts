import type { DeskLevel, DeskSubject } from '../desk.js'

/** Who logged in. */
export interface LoggedIn {
  /** Their account. */
  readonly subject: DeskSubject
  /** What the provider calls them, to be shown. It decides nothing. */
  readonly name?: string | undefined
  /** How they authenticated, as the provider says it. */
  readonly level: Exclude<DeskLevel, 'channel'>
  /** Unix milliseconds: when they really did, which may be long before this login. */
  readonly authenticatedAtMs: number
  /** Unix milliseconds: until when the provider lets the login last. Undefined: it does not say. */
  readonly expiresAtMs?: number | undefined
}

/** A way to log in at the pages. */
export interface LoginMethod {
  /** In the path of its URLs and on its button. Methods have different names. */
  readonly name: string
  /**
   * The issuer of everybody who logs in by it: a login that names somebody of another issuer is refused. No two methods speak for
   * the same, so that whoever has an account at one is as well authenticated as that one does it.
   */
  readonly issuer: string
  /**
   * True: a page of the provider posts the answer (HTTP-POST of SAML), so that the cookie of the login has to come along from
   * another site. Default false: the browser follows a link to the answer, and the cookie comes along with nothing else.
   */
  readonly isPosted?: boolean
  /** `state` is kept by the pages, bound to the browser, and given to `finish` once. */
  begin(
    context: { readonly loginId: string; readonly callbackUrl: string },
    signal: AbortSignal,
  ): Promise<{ readonly redirect: string; readonly state: string }>
  /** Verifies the provider's answer. Rejects when it does not belong to what was begun, or says nobody. */
  finish(
    answer: {
      readonly method: string
      readonly url: URL
      readonly form: URLSearchParams
      readonly state: string
      readonly callbackUrl: string
    },
    signal: AbortSignal,
  ): Promise<LoggedIn>
}
