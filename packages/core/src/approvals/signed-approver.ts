import { BothKeysError } from '../errors.js'
import { approvalTokens } from '../identity/approval-token.js'
import { refused } from '../identity/identifier.js'
import type { KeySetOption } from '../identity/key-source.js'
import type { Clock } from '../model/clock.js'
import { systemClock } from '../model/clock.js'
import type { ApprovalLevel } from '../model/decision.js'
import { lowerLevel } from '../model/level.js'
import type { ApprovalRequest, Approver } from './approver.js'
import type { PeopleLookup } from './people.js'
import { personOf, withoutRoles } from './people.js'

/** Whose signatures are approvals, and who the people are that decided. */
export interface SignedApproverOptions {
  readonly name: string
  /** The exact `iss` of the approvals: the relay or command line that asks people. */
  readonly issuer: string
  /** The issuer's public keys: a URL, a JWK set or its JSON text. No process of an agent holds the private ones. */
  readonly jwks: Exclude<KeySetOption, undefined>
  /**
   * Who somebody is. Left out: the guard's directory says it. Roles come from there alone; whatever an approval says about
   * them means nothing.
   */
  readonly people?: PeopleLookup
  /** The most that the keys prove, whatever an approval says. Default `signed`. */
  readonly level?: Exclude<ApprovalLevel, 'asserted'>
  /** Tells the people's side of a new request. Throwing means that nobody was told. Default: they look for themselves. */
  readonly notify?: (request: ApprovalRequest, signal: AbortSignal) => Promise<void>
  /** How far the clocks may differ, in seconds. Default 5, at most 60. */
  readonly clockToleranceS?: number
  readonly clock?: Clock
}

/**
 * An approver whose answers are signed statements (`bothkeys-approval+jwt`): who decided what, about which request, action,
 * policy and view. They are handed in with `guard.approvals.submit` and checked again right before the action runs, so
 * that an answer without a signature of the listed keys never counts, wherever it was kept meanwhile.
 * Throws ERR_CONFIG_INVALID when an option is wrong.
 *
 * @example
 * signedApprover({ name: 'desk', issuer: 'https://desk.example', jwks: 'https://desk.example/jwks', people })
 */
export function signedApprover(options: SignedApproverOptions): Approver {
  const { issuer, level = 'signed', name, notify, people = withoutRoles } = options
  if (typeof issuer !== 'string' || issuer === '') throw wrong('issuer must be the exact iss of the approvals')
  if (typeof people !== 'function') throw wrong('people must be a function that says who somebody is')
  const toleranceS = options.clockToleranceS ?? 5
  if (!(toleranceS >= 0 && toleranceS <= 60)) throw wrong('clockToleranceS must be between 0 and 60 seconds')
  const read = approvalTokens({ issuer, jwks: options.jwks, clock: options.clock ?? systemClock, toleranceS })
  return Object.freeze({
    name,
    level,
    async ask(request, _vote, signal): Promise<void> {
      await notify?.(request, signal)
    },
    async verify(evidence, about, signal, asOfMs) {
      const approval = await read(evidence, about, signal, asOfMs)
      if (approval.level === 'asserted') throw refused('nobody authenticated for it', 'have the approver log in')
      const { expiresAtMs, subject } = approval
      const proven = lowerLevel(approval.level, level)
      const account = { subject, verifiedBy: 'signed-approval', level: proven, expiresAtMs }
      return {
        decision: approval.decision,
        stage: approval.stage,
        level: proven,
        id: `${issuer}#${approval.id}`,
        approver: await personOf(people, account, signal),
      }
    },
  } satisfies Approver)
}

function wrong(what: string): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', `signedApprover: ${what}`)
}
