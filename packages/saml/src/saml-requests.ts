import type { Clock } from '@bothkeys/core/verifier'
import { assertKnownOptions, BothKeysError, systemClock } from '@bothkeys/core/verifier'
import type { AuthnRequest, AuthnRequestOptions } from './authn-request.js'
import { authnRequestNames, authnRequests } from './authn-request.js'
import { forwardTimeOf } from './forward-time-of.js'
import { secondsIn, secureUrl, wrongOption } from './option-values.js'
import type { RequestMemory } from './saml-verifier.js'

/** How requests are made and remembered. */
export interface SamlRequestsOptions extends AuthnRequestOptions {
  /** The exact address that responses are posted to. */
  readonly callbackUrl: string
  /** How long a request may be answered, in seconds. Default ten minutes, at most an hour. */
  readonly ttlS?: number
  /** The most requests that wait at a time. When there are as many, no more are made. Default 10,000. */
  readonly capacity?: number
  /** Default: the system's clock. */
  readonly clock?: Clock
}

/** Makes requests, and knows which of them wait for an answer. */
export interface SamlRequests extends RequestMemory {
  /**
   * Makes a request and answers where to send the browser. `relayState` comes back with the response, unsigned.
   * Throws ERR_LIMIT_EXCEEDED when too many wait: whoever lets strangers start logins limits how often.
   */
  begin(relayState?: string): Promise<AuthnRequest>
  take(id: string): boolean
}

const optionNames: ReadonlySet<string> = new Set<keyof SamlRequestsOptions>([
  ...authnRequestNames,
  'callbackUrl',
  'capacity',
  'clock',
  'ttlS',
])

/**
 * Makes the requests that logins start with, and remembers them in this process until they are answered, each once. None
 * is forgotten before its time. Throws ERR_CONFIG_INVALID when an option is wrong.
 *
 * @example
 * const requests = samlRequests({ entryPoint, audience, callbackUrl })
 * const { redirect } = await requests.begin()
 */
export function samlRequests(options: SamlRequestsOptions): SamlRequests {
  assertKnownOptions('samlRequests', options, optionNames)
  const wrong = (what: string): BothKeysError => wrongOption('samlRequests', what)
  const { capacity = 10_000, clock = systemClock, ttlS = 600 } = options
  const make = authnRequests(options, wrong)
  const callbackUrl = secureUrl(options.callbackUrl, 'callbackUrl', wrong)
  const ttlMs = secondsIn(ttlS, { option: 'ttlS', least: 1, most: 3_600 }, wrong)
  if (!Number.isSafeInteger(capacity) || capacity < 1 || capacity > 1_000_000)
    throw wrong('capacity must be between 1 and 1,000,000')
  const time = forwardTimeOf(clock)
  /** In the order in which they end, because each waits for the same time. */
  const waiting = new Map<string, number>()

  function forget(nowMs: number): void {
    for (const [id, endMs] of waiting) {
      if (endMs > nowMs) return
      waiting.delete(id)
    }
  }

  return Object.freeze({
    async begin(relayState = ''): Promise<AuthnRequest> {
      forget(time.nowMs())
      if (waiting.size >= capacity)
        throw new BothKeysError('ERR_LIMIT_EXCEEDED', 'too many logins wait for an answer', {
          hint: 'wait until some of them are answered or have expired',
        })
      const request = await make(callbackUrl, relayState)
      waiting.set(request.id, time.nowMs() + ttlMs)
      return request
    },
    take(id: string): boolean {
      forget(time.nowMs())
      return waiting.delete(id)
    },
  })
}
