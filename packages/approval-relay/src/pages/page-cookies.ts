/** What a cookie is for: a session, or a login that was begun. */
export type CookiePurpose = 'session' | 'login'

/** An id of 256 bits, and what `BegunLogins` seals. */
const forms: Readonly<Record<CookiePurpose, RegExp>> = { session: /^[\w-]{43}$/u, login: /^[\w-]{38,3500}$/u }

/** The cookie of a login whose answer a page of another site posts. */
interface CookieUse {
  readonly isPosted?: boolean | undefined
}

/**
 * The cookies of the pages. On https their names begin with `__Host-`, so that no other host or path of the domain can set or
 * shadow them (RFC 6265bis section 4.1.3.2). That of a login whose answer is posted comes along with forms of other sites
 * (SameSite=None, which browsers take with Secure alone, on loopback as well); it is good for nothing but to finish the login
 * that this browser began.
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

  set(purpose: CookiePurpose, value: string, use: CookieUse = {}): string {
    return `${this.#name(purpose)}=${value}; ${this.#attributes(use)}`
  }

  /** With the `use` that it was set for. */
  clear(purpose: CookiePurpose, use: CookieUse = {}): string {
    return `${this.#name(purpose)}=; Max-Age=0; ${this.#attributes(use)}`
  }

  #name(purpose: CookiePurpose): string {
    const name = purpose === 'session' ? 'bothkeys' : 'bothkeys-login'
    return this.#isHttps ? `__Host-${name}` : name
  }

  #attributes({ isPosted = false }: CookieUse): string {
    const isSecure = this.#isHttps || isPosted
    return `Path=/; ${isSecure ? 'Secure; ' : ''}HttpOnly; SameSite=${isPosted ? 'None' : 'Lax'}`
  }
}
