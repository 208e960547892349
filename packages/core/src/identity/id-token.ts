import { BothKeysError } from '../errors.js'
import type { ApprovalStatement, ApprovalSubject } from '../model/approval-statement.js'
import { statementNonce } from '../model/approval-statement.js'
import type { Clock } from '../model/clock.js'
import { ForwardTime } from '../model/forward-time.js'
import type { ApprovalLevel } from '../model/decision.js'
import type { Subject } from '../model/principal.js'
import { approvalLifetimeS } from './approval-token.js'
import { identifier, refused } from './identifier.js'
import type { JwtAlgorithm } from './algorithms.js'
import { reasonOf } from './jwt-verifier.js'
import type { KeySetOption } from './key-source.js'
import { keySource } from './key-source.js'
import { loadJose } from './load-jose.js'
import { ownMember } from './own-member.js'
import { assertTokenForm, unverifiedParts } from './token-form.js'
import { assertHeader } from './token-header.js'
import { expiryOf } from './token-lifetime.js'
import { untilAborted } from './until-aborted.js'

/** Whose ID tokens are accepted, for which client, and how fresh the login must be. */
export interface IdTokenRules {
  readonly issuer: string
  readonly clientId: string
  readonly jwks?: KeySetOption
  readonly algorithms: readonly JwtAlgorithm[]
  /** The longest time between login and vote, in seconds. */
  readonly maxAgeS: number
  /** The values of `acr` that stand for a login that cannot be phished. */
  readonly phishingResistantAcr: readonly string[]
  readonly clock: Clock
  readonly toleranceS: number
}

/** What an ID token says about a request. */
export interface IdTokenApproval {
  readonly decision: ApprovalStatement['dec']
  readonly subject: Subject
  readonly level: ApprovalLevel
  readonly id: string
  readonly expiresAtMs: number
}

/** The longest life of an ID token that is looked at, in seconds. */
const maxLifetimeS = 3_600

/**
 * Reads ID tokens (OpenID Connect Core 1.0, sections 2 and 3.1.3.7) whose `nonce` is that of a statement about exactly
 * the given request, action, policy, view and guard: with it the issuer signed this decision of this person. The login is
 * recent (`auth_time`), the token is for the given client alone, and it counts for 10 minutes from `iat` at most. Its times are
 * looked at now, or at `asOfMs`; the keys are always those of now.
 * Every refusal is ERR_TOKEN_INVALID with a reason that holds nothing of the token.
 */
export function idTokens(
  rules: IdTokenRules,
): (token: unknown, about: ApprovalSubject, signal: AbortSignal, asOfMs?: number) => Promise<IdTokenApproval> {
  const { clientId, clock, issuer, toleranceS } = rules
  // A clock that is set back brings no login back.
  const time = new ForwardTime(clock)
  const keys = keySource(rules.jwks, issuer, clock)

  async function read(token: unknown, about: ApprovalSubject, asOfMs: number | undefined): Promise<IdTokenApproval> {
    assertTokenForm(token)
    assertHeader(unverifiedParts(token).header, rules.algorithms, 'JWT')
    const { jwtVerify } = await loadJose()
    const nowS = Math.floor((asOfMs ?? time.nowMs()) / 1000)
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience: clientId,
      algorithms: [...rules.algorithms],
      requiredClaims: ['exp', 'iat', 'sub', 'nonce', 'auth_time'],
      clockTolerance: toleranceS,
      currentDate: new Date(nowS * 1000),
    })
    const expiresAtS = expiryOf(payload, { nowS, toleranceS, maxLifetimeS })
    const endsAtS = Math.min(expiresAtS, Number(payload.iat) + approvalLifetimeS)
    if (endsAtS <= nowS) throw refused('it was issued too long ago', again)
    assertClient(payload, clientId)
    assertRecent(ownMember(payload, 'auth_time'), nowS, rules)
    const nonce = ownMember(payload, 'nonce')
    const subject = { issuer, id: identifier(payload.sub, 'sub') }
    return {
      decision: decisionOf(nonce, about),
      subject,
      level: rules.phishingResistantAcr.some((acr) => acr === ownMember(payload, 'acr'))
        ? 'phishing-resistant'
        : 'signed',
      id: JSON.stringify([subject.id, nonce, payload.iat]),
      expiresAtMs: endsAtS * 1000,
    }
  }

  return async (token, about, signal, asOfMs) => {
    try {
      return await untilAborted(read(token, about, asOfMs), signal)
    } catch (error) {
      throw error instanceof BothKeysError ? error : refused(reasonOf(error))
    }
  }
}

/** The decision whose statement the nonce stands for: a token without one of the two says nothing about the request. */
function decisionOf(nonce: unknown, about: ApprovalSubject): ApprovalStatement['dec'] {
  const decision = (['allow', 'deny'] as const).find((dec) => nonce === statementNonce({ ...about, dec }))
  if (decision === undefined) throw refused('its nonce is not that of a decision about the request', again)
  return decision
}

/** Section 3.1.3.7, steps 3 to 5: for this client alone, or for it as the authorized party. */
function assertClient(claims: { readonly aud?: unknown }, clientId: string): void {
  const { aud } = claims
  if (Array.isArray(aud) && aud.length !== 1 && !Object.hasOwn(claims, 'azp'))
    throw refused('its azp is missing', again)
  if (Object.hasOwn(claims, 'azp') && ownMember(claims, 'azp') !== clientId)
    throw refused('its azp is another client', again)
  for (const name of ['cnf', 'act']) {
    if (Object.hasOwn(claims, name)) throw refused(`it has ${name}, and nobody approves for somebody else`, again)
  }
}

function assertRecent(authTime: unknown, nowS: number, { maxAgeS, toleranceS }: IdTokenRules): void {
  if (typeof authTime !== 'number') throw refused('auth_time is not a number', again)
  if (authTime > nowS + toleranceS) throw refused('auth_time lies in the future', again)
  if (nowS - authTime > maxAgeS + toleranceS)
    throw refused('the login is too long ago', 'ask for max_age at the issuer')
}

const again = 'have the approver log in again for this very decision'
