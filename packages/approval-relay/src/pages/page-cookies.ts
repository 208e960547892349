/** What a cookie is for: a session, or a login that was begun. */
export type CookiePurpose = 'session' | 'login'

/** An id of 256 bits, and what `BegunLogins` seals. */
const forms: Readonly<Record<CookiePurpose, RegExp>> = { session: /^[\w-]{43}$/u, login: /^[\w-]{38,3500}$/u }

/**
 * The cookies of the pages. On https their names begin with `__Host-`, so that no other host or path of the domain can set or
 * shadow them (RFC 6265bis section 4.1.3.2). That of a login is sent along with the form that a SAML identity provider posts
 * back; it is good for nothing but to finish the login that this browser began.
 */
export class PageCookies {
  readonly #isHttps: boolean

  constructor(isHttps: boolean) {
    this.#isHttps = isHttps
  }

  /** The value that came; undefined when there is none, or more than one, which no browser of ours sends. */
  read(header: string | undefined, purpose: CookiePurpose): string | undefined {
    const prefix = `${this.#name(purpose)}=`
    const found = (header ?? '').split(/; */u).filter((pair) => pair.startsWith(prefix))
    const value = found.length === 1 ? found[0]?.slice(prefix.length) : undefined
    return value !== undefined && forms[purpose].test(value) ? value : undefined
  }

  set(purpose: CookiePurpose, value: string): string {
    return `${this.#name(purpose)}=${value}; ${this.#attributes(purpose)}`
  }

  clear(purpose: CookiePurpose): string {
    return `${this.#name(purpose)}=; Max-Age=0; ${this.#attributes(purpose)}`
  }

  #name(purpose: CookiePurpose): string {
    const name = purpose === 'session' ? 'bothkeys' : 'bothkeys-login'
    return this.#isHttps ? `__Host-${name}` : name
  }

  #attributes(purpose: CookiePurpose): string {
    if (!this.#isHttps) return 'Path=/; HttpOnly; SameSite=Lax'
    return `Path=/; Secure; HttpOnly; SameSite=${purpose === 'login' ? 'None' : 'Lax'}`
  }
}
