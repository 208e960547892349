import { hash } from 'node:crypto'
import { BothKeysError } from '../errors.js'
import type { Clock } from '../model/clock.js'
import { ForwardTime } from '../model/forward-time.js'
import { quick } from './algorithms.js'
import { identifier, refused } from './identifier.js'
import { reasonOf } from './jwt-verifier.js'
import type { KeySetOption } from './key-source.js'
import { keySource } from './key-source.js'
import { ownMember } from './own-member.js'
import { ReplayWindow } from './replay-window.js'
import { assertTokenForm, unverifiedParts } from './token-form.js'
import { assertHeader } from './token-header.js'
import { expiryOf } from './token-lifetime.js'
import { untilAborted } from './until-aborted.js'
import { VerifiedTexts } from './verified-texts.js'

/** The `typ` of what an engine signs over its messages to a relay. */
export const requestTokenType = 'bothkeys-request+jwt'

const lifetimeS = 60

/** An engine that may ask, and its public keys. */
export interface KnownEngine {
  /** The name of its guard: `createGuard({ engine })`. */
  readonly engine: string
  /** A set, its text or its URL. */
  readonly jwks: Exclude<KeySetOption, undefined>
}

/** Whose messages are read. */
export interface RequestTokenRules {
  /** Whoever is not here is refused. */
  readonly engines: readonly KnownEngine[]
  /** Whom they must be for. */
  readonly audience: string
  /** The time that tokens are read at. */
  readonly clock: Clock
  /** How many seconds clocks may differ by. */
  readonly toleranceS: number
  /** How many messages of the last minute are remembered, so that none is taken twice. Default 100,000. */
  readonly capacity?: number
}

/** A message as it came in. */
export interface ReceivedMessage {
  /** The HTTP method. */
  readonly method: string
  /** The path with its query, as it was received. */
  readonly path: string
  /** The bytes that came in: the token names their digest. */
  readonly body: Uint8Array
}

/**
 * Says which engine sent a message: the one whose key signed its method, path and body for this relay within the last minute.
 * Each token is taken once; when too many are remembered, new ones are refused. Throws ERR_TOKEN_INVALID, and
 * ERR_LIMIT_EXCEEDED when there is no room, with a reason that holds nothing of the message. `requestTokens` itself throws
 * ERR_CONFIG_INVALID for anything else than public keys.
 */
export function requestTokens(
  rules: RequestTokenRules,
): (token: unknown, message: ReceivedMessage, signal: AbortSignal) => Promise<string> {
  const { audience, capacity = 100_000, clock, engines, toleranceS } = rules
  // A clock that is set back brings no message back.
  const time = new ForwardTime(clock)
  const texts = new Map(engines.map(({ engine, jwks }) => [engine, new VerifiedTexts(keySource(jwks, engine, clock))]))
  const used = new ReplayWindow({
    // As long as one can be in force, and a little more.
    windowMs: (lifetimeS + 2 * toleranceS + 1) * 1000,
    capacity,
    perKey: Math.ceil(capacity / Math.max(1, engines.length)),
    monotonicMs: () => clock.monotonicMs(),
  })

  async function read(token: unknown, message: ReceivedMessage): Promise<string> {
    assertTokenForm(token)
    const parts = unverifiedParts(token)
    assertHeader(parts.header, quick, requestTokenType)
    const engine = ownMember(parts.claims, 'iss')
    const known = typeof engine === 'string' ? texts.get(engine) : undefined
    if (known === undefined || typeof engine !== 'string') throw refused('its iss is no engine that is known', again)
    const claims = await known.add(token, parts)
    const nowS = Math.floor(time.nowMs() / 1000)
    const expiresAtS = expiryOf(claims, { nowS, toleranceS, maxLifetimeS: lifetimeS })
    if (expiresAtS <= nowS - toleranceS) throw refused('it has expired', again)
    if (ownMember(claims, 'aud') !== audience) throw refused('its aud is missing or wrong', again)
    const { body, method, path } = message
    const meant = { htm: method, path, bdh: hash('sha256', body, 'base64url') }
    for (const [name, value] of Object.entries(meant)) {
      if (ownMember(claims, name) !== value) throw refused(`its ${name} is not that of the message`, again)
    }
    if (!used.use(engine, identifier(claims['jti'], 'jti', 256))) throw refused('it was used before', again)
    return engine
  }

  return async (token, message, signal) => {
    try {
      return await untilAborted(read(token, message), signal)
    } catch (error) {
      throw error instanceof BothKeysError ? error : refused(reasonOf(error))
    }
  }
}

const again = 'sign this very message anew'
