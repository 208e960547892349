import type { ApprovalStatement, ApprovalSubject } from '../model/approval-statement.js'
import { subjectNames } from '../model/approval-statement.js'
import type { Clock } from '../model/clock.js'
import { ForwardTime } from '../model/forward-time.js'
import { approvalLevels } from '../model/decision.js'
import type { ApprovalLevel } from '../model/decision.js'
import { BothKeysError } from '../errors.js'
import { quick } from './algorithms.js'
import { identifier, refused } from './identifier.js'
import { reasonOf } from './jwt-verifier.js'
import type { KeySetOption } from './key-source.js'
import { keySource } from './key-source.js'
import { ownMember } from './own-member.js'
import type { UnverifiedParts } from './token-form.js'
import { assertTokenForm, unverifiedParts } from './token-form.js'
import { assertHeader } from './token-header.js'
import { expiryOf } from './token-lifetime.js'
import { untilAborted } from './until-aborted.js'
import { VerifiedTexts } from './verified-texts.js'

type Claims = UnverifiedParts['claims']

/** The `typ` of a signed approval. */
export const approvalTokenType = 'bothkeys-approval+jwt'

/** The longest life of a signed yes, from `iat` to `exp` in seconds. */
export const approvalLifetimeS = 600

/** That of a signed no. It only keeps something from running, however old it is, so it may live as long as any request. */
export const denialLifetimeS = 7 * 24 * 60 * 60

/** The most characters of the person's own words. */
export const maxReason = 1_000

/** Whose approvals are accepted, and with which keys. */
export interface ApprovalTokenRules {
  readonly issuer: string
  readonly jwks: Exclude<KeySetOption, undefined>
  readonly clock: Clock
  readonly toleranceS: number
}

/** What a signed approval says, once its signature and its times were checked. */
export interface SignedApproval {
  readonly decision: ApprovalStatement['dec']
  readonly stage: string | undefined
  /** Who decided: the person at their identity provider, not who signed for them. */
  readonly subject: { readonly issuer: string; readonly id: string }
  /** The level at which the person authenticated, as the signer says. */
  readonly level: ApprovalLevel
  /** Unique among the approvals of the issuer. */
  readonly id: string
  /** The person's own words. */
  readonly reason: string | undefined
  readonly expiresAtMs: number
}

/**
 * Reads signed approvals: JWS of `typ: bothkeys-approval+jwt` (RFC 7515, RFC 8725 section 3.11) that one of the issuer's
 * keys of now signed, that live at most 10 minutes (a no: 7 days), that are in force now or at `asOfMs`, and that are about exactly the given
 * request, action, policy, view and guard. The same text is verified once for each key that its issuer has; times and contents
 * are checked whenever it is read. Everything that another reader could understand differently is refused, as for access tokens. What the token
 * says about roles means nothing. Every refusal is ERR_TOKEN_INVALID with a reason that holds nothing of the token.
 * Throws ERR_CONFIG_INVALID at once for anything else than public keys.
 */
export function approvalTokens(
  rules: ApprovalTokenRules,
): (token: unknown, about: ApprovalSubject, signal: AbortSignal, asOfMs?: number) => Promise<SignedApproval> {
  const { clock, issuer, toleranceS } = rules
  // A clock that is set back brings no approval back.
  const time = new ForwardTime(clock)
  const verified = new VerifiedTexts(keySource(rules.jwks, issuer, clock))

  async function verify(token: unknown): Promise<Claims> {
    assertTokenForm(token)
    const parts = unverifiedParts(token)
    assertHeader(parts.header, quick, approvalTokenType)
    return verified.add(token, parts)
  }

  async function read(token: unknown, about: ApprovalSubject, asOfMs: number | undefined): Promise<SignedApproval> {
    // The form and the header of a text that is known were checked, and belong to it.
    const claims = (await verified.get(token)) ?? (await verify(token))
    if (ownMember(claims, 'iss') !== issuer) throw refused('its iss is missing or wrong', again)
    const nowS = Math.floor((asOfMs ?? time.nowMs()) / 1000)
    const wallS = Math.floor((asOfMs ?? clock.wallMs()) / 1000)
    assertInForce(claims, { nowS, wallS, toleranceS })
    const decision = decisionOf(claims)
    const maxLifetimeS = decision === 'deny' ? denialLifetimeS : approvalLifetimeS
    const expiresAtS = expiryOf(claims, { nowS, toleranceS, maxLifetimeS })
    assertAbout(claims, about)
    return {
      decision,
      stage: stageOf(claims),
      subject: { issuer: identifier(claims['idp'], 'idp'), id: identifier(claims['sub'], 'sub') },
      level: levelOf(claims),
      id: identifier(claims['jti'], 'jti', 256),
      reason: ownWords(claims),
      expiresAtMs: expiresAtS * 1000,
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

/** RFC 7519 sections 4.1.4 and 4.1.5. What is not in force by the clock of now is not, however late it was before. */
function assertInForce(
  { exp, nbf = -Infinity }: Claims,
  { nowS, toleranceS, wallS }: { readonly nowS: number; readonly toleranceS: number; readonly wallS: number },
): void {
  if (typeof exp !== 'number') throw refused('its exp is missing or wrong', again)
  if (exp <= nowS - toleranceS) throw refused('it has expired', again)
  if (typeof nbf !== 'number' || nbf > wallS + toleranceS) throw refused('its nbf is missing or wrong', again)
}

/** Each member is one string and exactly the expected one: an audience in a list is not it. */
function assertAbout(claims: object, about: ApprovalSubject): void {
  for (const name of subjectNames) {
    if (ownMember(claims, name) !== about[name]) throw refused(`its ${name} is not that of the request`, again)
  }
  for (const name of ['cnf', 'act']) {
    if (Object.hasOwn(claims, name)) throw refused(`it has ${name}, and nobody approves for somebody else`, again)
  }
}

function decisionOf(claims: object): ApprovalStatement['dec'] {
  const decision = ownMember(claims, 'dec')
  if (decision === 'allow' || decision === 'deny') return decision
  throw refused('its decision is neither allow nor deny', again)
}

function stageOf(claims: object): string | undefined {
  const stage = ownMember(claims, 'stage')
  return stage === undefined ? undefined : identifier(stage, 'stage', 256)
}

function ownWords(claims: object): string | undefined {
  const reason = ownMember(claims, 'reason')
  if (reason === undefined || (typeof reason === 'string' && reason.length <= maxReason)) return reason
  throw refused(`its reason is no text of at most ${String(maxReason)} characters`, again)
}

function levelOf(claims: object): ApprovalLevel {
  const level = approvalLevels.find((known) => known === ownMember(claims, 'level'))
  if (level === undefined) throw refused('its level is none that is known', again)
  return level
}

const again = 'have the approver decide this very request again'
