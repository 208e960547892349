import { BothKeysError } from '@bothkeys/core'
import { untilAborted } from '@bothkeys/core/relay'
import type { Configuration, IDToken } from 'openid-client'
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  ClientSecretBasic,
  clockTolerance,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client'
import type { LoggedIn, LoginMethod } from './login-method.js'
import { boundedFetch, isSecureAddress } from './bounded-fetch.js'

/** An OpenID provider at which people log in. */
export interface OidcLoginOptions {
  /** The exact `iss` of its ID tokens: https, or http on loopback. Its metadata are found there (OpenID Connect Discovery 1.0). */
  readonly issuer: string
  /** The id that the provider knows the relay by. */
  readonly clientId: string
  /** Sent to the token endpoint with HTTP Basic. Left out: a public client, with PKCE alone. */
  readonly clientSecret?: string
  /** Besides `openid`. Default `profile`, for a name to show. */
  readonly scopes?: readonly string[]
  /**
   * The values of `acr` that say that somebody used what cannot be phished, such as a passkey. A login with one of them is of level
   * `phishing-resistant`, any other is `signed`. Asked for as `acr_values`. Default: none.
   */
  readonly phishingResistantAcr?: readonly string[]
  /**
   * How many seconds ago the provider may have authenticated the person; it asks again when it was longer ago. Default 300, at
   * most 3,600. Shorter than what the pages take for a decision, so that a login is good for some.
   */
  readonly maxAgeS?: number
  /** What the page calls it, and part of its address: lower-case letters, digits and hyphens. Default `oidc`. */
  readonly name?: string
}

const known: ReadonlySet<string> = new Set([
  'clientId',
  'clientSecret',
  'issuer',
  'maxAgeS',
  'name',
  'phishingResistantAcr',
  'scopes',
] satisfies readonly (keyof OidcLoginOptions)[])

const toleranceS = 5
const timeoutS = 10

/**
 * Login by OpenID Connect: authorization code with PKCE (S256), state and nonce. Who somebody is are `iss` and `sub` of the ID
 * token, whose signature, issuer, audience, nonce and auth_time are checked; a name is for the screen alone. The provider is asked
 * for its metadata at the first login, and again until it answers.
 * Throws ERR_CONFIG_INVALID when an option is wrong. A login that is refused rejects with ERR_TOKEN_INVALID, which holds nothing
 * of what the provider said.
 *
 * @example
 * oidcLogin({ issuer: 'https://login.example', clientId: 'approvals', clientSecret: process.env.OIDC_SECRET })
 */
export function oidcLogin(options: OidcLoginOptions): LoginMethod {
  for (const name of Object.keys(options)) if (!known.has(name)) throw wrong(`there is no option ${name}`)
  const { clientId, issuer, maxAgeS = 300, name = 'oidc', phishingResistantAcr = [], scopes = ['profile'] } = options
  if (!isSecureAddress(issuer)) throw wrong('issuer must be an https address, or http on loopback')
  if (typeof clientId !== 'string' || clientId === '') throw wrong('clientId must be the name of a client')
  if (options.clientSecret === '') throw wrong('clientSecret must not be empty')
  if (!(maxAgeS > 0 && maxAgeS <= 3_600)) throw wrong('maxAgeS must be between 1 and 3,600 seconds')
  const provider = new Provider(options)
  return Object.freeze({
    name,
    issuer,
    async begin({ callbackUrl }, signal) {
      const config = await untilAborted(provider.configuration(), signal, 'the login')
      const [state, nonce, verifier] = [randomState(), randomNonce(), randomPKCECodeVerifier()]
      const redirect = buildAuthorizationUrl(config, {
        redirect_uri: callbackUrl,
        scope: ['openid', ...scopes].join(' '),
        state,
        nonce,
        code_challenge: await calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        max_age: String(maxAgeS),
        ...(phishingResistantAcr.length === 0 ? {} : { acr_values: phishingResistantAcr.join(' ') }),
      })
      return { redirect: redirect.href, state: JSON.stringify({ state, nonce, verifier } satisfies Begun) }
    },
    async finish({ callbackUrl, method, state: begun, url }, signal) {
      if (method !== 'GET') throw refused('it came in another way than a code does')
      const config = await untilAborted(provider.configuration(), signal, 'the login')
      // Made by `begin`, and kept by the pages alone.
      const { nonce, state, verifier } = JSON.parse(begun) as Begun
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, maxAge: maxAgeS }
      const answer = new URL(`${callbackUrl}${url.search}`)
      return loggedIn(
        await untilAborted(claimsOf(config, answer, checks), signal, 'the login'),
        issuer,
        phishingResistantAcr,
      )
    },
  } satisfies LoginMethod)
}

interface Begun {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

/** Finds a provider once. */
class Provider {
  readonly #options: OidcLoginOptions
  #found: Promise<Configuration> | undefined

  constructor(options: OidcLoginOptions) {
    this.#options = options
  }

  configuration(): Promise<Configuration> {
    this.#found ??= this.#find().catch((error: unknown) => {
      this.#found = undefined
      throw error
    })
    return this.#found
  }

  async #find(): Promise<Configuration> {
    const { clientId, clientSecret, issuer } = this.#options
    const isPlain = issuer.startsWith('http:')
    const config = await discovery(
      new URL(issuer),
      clientId,
      { [clockTolerance]: toleranceS },
      clientSecret === undefined ? None() : ClientSecretBasic(clientSecret),
      // Where a loopback issuer points to is still https or loopback: `boundedFetch` asks nobody else.
      { [customFetch]: boundedFetch, timeout: timeoutS, ...(isPlain ? { execute: [allowInsecureRequests] } : {}) },
    )
    // The library compares addresses, where a slash at the end makes no difference.
    if (config.serverMetadata().issuer !== issuer) throw refused('the provider says that it is another issuer')
    // Without it, an ID token that came over TLS is believed without its signature.
    enableNonRepudiationChecks(config)
    return config
  }
}

async function claimsOf(
  config: Configuration,
  answer: URL,
  checks: Parameters<typeof authorizationCodeGrant>[2],
): Promise<IDToken> {
  let claims: IDToken | undefined
  try {
    claims = (await authorizationCodeGrant(config, answer, { ...checks, idTokenExpected: true })).claims()
  } catch (error) {
    // The cause holds the claims.
    throw refused(`the answer of the provider was refused (${codeOf(error)})`)
  }
  if (claims === undefined) throw refused('there is no ID token')
  return claims
}

function loggedIn(
  { acr, auth_time: authTime, iss, name, preferred_username: handle, sub }: IDToken,
  issuer: string,
  strong: readonly string[],
): LoggedIn {
  if (iss !== issuer) throw refused('its ID token is of another issuer')
  if (sub === '' || sub.length > 255 || /\p{C}/u.test(sub)) throw refused('its ID token names nobody')
  if (typeof authTime !== 'number') throw refused('its ID token does not say when they authenticated')
  const shown = [name, handle].find((text) => typeof text === 'string' && text.trim() !== '')
  return {
    subject: { issuer: iss, id: sub },
    name: typeof shown === 'string' ? shown.slice(0, 200) : undefined,
    level: typeof acr === 'string' && strong.includes(acr) ? 'phishing-resistant' : 'signed',
    authenticatedAtMs: authTime * 1000,
  }
}

/** A fixed word of the library's, never what the provider sent. */
function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && /^[A-Z_]{1,60}$/u.test(code) ? code : 'no code'
}

function refused(why: string): BothKeysError {
  return new BothKeysError('ERR_TOKEN_INVALID', `the login was refused: ${why}`, { hint: 'log in again' })
}

function wrong(what: string): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', `oidcLogin: ${what}`)
}
